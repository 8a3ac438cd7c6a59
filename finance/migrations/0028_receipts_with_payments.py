"""A receipt may come with its payments in one statement: thousands are written once, not twice."""

from pathlib import Path

from django.db import migrations

from hemis.sqlfiles import function

SQL = Path(__file__).resolve().parent.parent / "sql"

BEFORE = (("ledger.sql", "hemis_post_lines"), ("opening.sql", "hemis_post_payments"))


class Migration(migrations.Migration):
    dependencies = [("finance", "0027_opening_guards")]

    operations = [
        migrations.RunSQL(
            (SQL / "receipts.sql").read_text(encoding="utf-8"),
            "".join(function(SQL / file, name) for file, name in BEFORE),
        ),
    ]
