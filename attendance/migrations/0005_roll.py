"""The roll of a journal is planned once for a session of the database."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("attendance", "0004_seats")]

    operations = [
        migrations.RunSQL((SQL / "roll.sql").read_text(encoding="utf-8"), "DROP FUNCTION hemis_roll(bigint)"),
    ]
