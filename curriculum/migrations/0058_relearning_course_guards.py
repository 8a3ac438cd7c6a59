"""The guards of courses of relearning, and the history of what is opened."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

# Before it there was one plan of a year of entry and form, and one of each version: what courses have made
# stays as retired versions far from the others.
UNDO = """
ALTER TABLE curriculum_curriculum DISABLE TRIGGER curriculum_guard;
UPDATE curriculum_curriculum c SET state = 'retired', release = 1000 + n.at
  FROM (SELECT id, row_number() OVER (PARTITION BY speciality_id, education_form, start_year_id ORDER BY id) AS at
          FROM curriculum_curriculum WHERE is_relearning) n WHERE n.id = c.id;
ALTER TABLE curriculum_curriculum ENABLE TRIGGER curriculum_guard;
DROP TRIGGER relearning_course_guard ON curriculum_relearningcourse;
DROP TRIGGER no_placement_in_course ON students_placement;
DROP TRIGGER relearning_in_course ON curriculum_relearning;
DROP FUNCTION hemis_relearning_course_guard(), hemis_no_placement_in_course(), hemis_relearning_in_course();
"""


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0057_relearning_courses"), ("access", "0007_history_by_statement")]

    operations = [
        migrations.RunSQL((SQL / "relearning_courses.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory("curriculum_relearningcourse"),
    ]
