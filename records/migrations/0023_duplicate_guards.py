"""Fee and term of duplicates by the act in force; what the day of the application set stays."""

from pathlib import Path

from django.db import migrations

from hemis.sqlfiles import function
from records.seed import sow

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("records", "0022_duplicates_and_further_study")]

    operations = [
        migrations.RunSQL(
            (SQL / "duplicates.sql").read_text(encoding="utf-8"),
            function(SQL / "diplomas.sql", "hemis_diploma_guard"),
        ),
        migrations.RunPython(lambda apps, schema: sow(apps), migrations.RunPython.noop),
    ]
