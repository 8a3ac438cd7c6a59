"""What one contract owes is read by its index; dates that nobody extended cost nothing where all are counted."""

from pathlib import Path

from django.db import migrations

from hemis.sqlfiles import function, view

SQL = Path(__file__).resolve().parent.parent / "sql"
BEFORE = (
    # A view keeps the columns it has; the older one has fewer.
    "DROP VIEW finance_due;\n"
    + view(SQL / "changes.sql", "finance_plan")
    + view(SQL / "ledger.sql", "finance_due")
    + function(SQL / "opening.sql", "hemis_debts")
)


class Migration(migrations.Migration):
    dependencies = [("finance", "0037_postings_in_sets")]

    operations = [migrations.RunSQL((SQL / "due.sql").read_text(encoding="utf-8"), BEFORE)]
