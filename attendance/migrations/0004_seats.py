"""The journal asks the curriculum who belongs to a lesson on its day."""

from pathlib import Path

from django.db import migrations

from hemis.sqlfiles import function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("attendance", "0003_seed"), ("curriculum", "0069_seats")]

    operations = [
        migrations.RunSQL(
            (SQL / "seat.sql").read_text(encoding="utf-8"),
            function(SQL / "guards.sql", "hemis_seat"),
        ),
    ]
