"""Balances of earlier years: their account, their guard, how they are posted and owed."""

from pathlib import Path

from django.db import migrations

from finance.ledger.chart import OPENING
from hemis.sqlfiles import function

SQL = Path(__file__).resolve().parent.parent / "sql"

ACCOUNT = [
    (
        "INSERT INTO finance_account (purpose, number, name, version) VALUES (%s, %s, %s, 1) ON CONFLICT DO NOTHING",
        list(OPENING),
    )
]
BEFORE = (
    ("payers.sql", "hemis_contract_guard"),
    ("guards.sql", "hemis_instalments_make_up"),
    ("ledger.sql", "hemis_post_contracts"),
    ("ledger.sql", "hemis_post_payments"),
    ("ledger.sql", "hemis_debts"),
)


class Migration(migrations.Migration):
    dependencies = [("finance", "0026_balances_of_earlier_years")]

    operations = [
        migrations.RunSQL(ACCOUNT, "DELETE FROM finance_account WHERE purpose = 'opening'"),
        migrations.RunSQL(
            (SQL / "opening.sql").read_text(encoding="utf-8"),
            "".join(function(SQL / file, name) for file, name in BEFORE),
        ),
    ]
