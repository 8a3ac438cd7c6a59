"""The occupancy of auditoriums looks up what takes one once a day, not once a pair."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def sql_of(name: str) -> str:
    """A file of SQL, so that it replaces the view of the other."""
    text = (SQL / name).read_text(encoding="utf-8")
    return text.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_room_pairs")]

    operations = [migrations.RunSQL(sql_of("rooms_by_day.sql"), sql_of("rooms.sql"))]
