"""The guards of courses of relearning, and the history of what is opened."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
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
