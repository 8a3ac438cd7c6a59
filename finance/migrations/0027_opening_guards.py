"""Balances of earlier years: their account, their guard, how they are posted and owed."""

import re
from pathlib import Path

from django.db import migrations

from finance.ledger.chart import OPENING

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


def _function(name: str, function: str) -> str:
    """A function as a file of earlier migrations has it, to put it back."""
    text = (SQL / name).read_text(encoding="utf-8")
    start = re.search(rf"CREATE (OR REPLACE )?FUNCTION {function}\(", text)
    body = text[start.end() :]
    end = [one.end() for one in re.finditer(r"\$\$", body)][1]
    return f"CREATE OR REPLACE FUNCTION {function}({body[:end]};"


class Migration(migrations.Migration):
    dependencies = [("finance", "0026_balances_of_earlier_years")]

    operations = [
        migrations.RunSQL(ACCOUNT, "DELETE FROM finance_account WHERE purpose = 'opening'"),
        migrations.RunSQL(
            (SQL / "opening.sql").read_text(encoding="utf-8"), "".join(_function(*one) for one in BEFORE)
        ),
    ]
