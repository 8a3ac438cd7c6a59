"""The laws of the academic record in the database, and the history of its acts."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER record_act_guard ON records_recordact;
DROP TRIGGER record_lines_added ON records_recordline;
DROP TRIGGER record_line_is_current ON records_recordline;
DROP TRIGGER record_line_supersedes ON records_recordline;
DROP TRIGGER record_line_kept ON records_recordline;
DROP FUNCTION hemis_record_act_guard(), hemis_record_lines_added(), hemis_record_line_is_current(),
    hemis_record_line_supersedes(), hemis_record_line_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_academic_record"), ("access", "0003_history")]

    operations = [
        migrations.RunSQL((SQL / "record.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory("records_recordact"),
    ]
