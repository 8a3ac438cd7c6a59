"""A receipt that comes after its payments is used up by them, whether it says so or not."""

from pathlib import Path

from django.db import migrations

from hemis.sqlfiles import function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("finance", "0038_due_by_index")]

    operations = [
        migrations.RunSQL(
            (SQL / "receipts_counted.sql").read_text(encoding="utf-8"),
            function(SQL / "sets.sql", "hemis_post_lines"),
        )
    ]
