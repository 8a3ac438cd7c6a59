from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0001_initial"), ("access", "0003_history")]

    operations = [
        TrackHistory(
            "curriculum_subjectgroup", "curriculum_subject", "curriculum_markingsystem", "curriculum_markingrule",
            "curriculum_gradetype", "curriculum_ratingsheetkind", "curriculum_classpair", "curriculum_curriculum",
            "curriculum_curriculumsemester", "curriculum_curriculumweek", "curriculum_curriculumblock",
            "curriculum_curriculumsubject", "curriculum_subjecthours", "curriculum_subjectcontrol",
            "curriculum_curriculumnorm", "curriculum_groupcurriculum",
        ),
    ]  # fmt: skip
