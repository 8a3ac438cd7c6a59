"""The guards of works, and the history of what people edit there."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER work_author_guard ON research_workauthor;
DROP TRIGGER work_guard ON research_work;
DROP FUNCTION hemis_work_author_guard(), hemis_work_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("research", "0001_works"), ("access", "0003_history")]

    operations = [
        migrations.RunSQL((SQL / "works.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory("research_work", "research_workauthor"),
    ]
