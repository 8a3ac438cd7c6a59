"""The database guards invoices, changes of payers and requests for contracts."""

import re
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO_INVOICES = """
DROP TRIGGER invoices_fit ON finance_contract;
DROP TRIGGER invoice_guard ON finance_invoice;
DROP FUNCTION hemis_invoices_fit(), hemis_invoice_guard(), hemis_invoiced(bigint);
"""
UNDO_PAYERS = """
DROP TRIGGER payer_change_counts ON finance_payerchange;
DROP TRIGGER payer_change_guard ON finance_payerchange;
DROP FUNCTION hemis_payer_change_counts(), hemis_payer_change_guard(), hemis_sides_in_force(bigint),
    hemis_sides(finance_contract);
"""
UNDO_REQUESTS = """
DROP TRIGGER request_guard ON finance_contractrequest;
DROP FUNCTION hemis_request_guard();
"""


def _sql(name: str) -> str:
    return (SQL / name).read_text(encoding="utf-8")


def _guard_before() -> str:
    """The guard of contracts as it was: the function alone, without what its file does once."""
    found = re.search(
        r"CREATE OR REPLACE FUNCTION hemis_contract_guard.*?END \$\$;", _sql("contract_guard.sql"), re.DOTALL
    )
    return found.group(0)


class Migration(migrations.Migration):
    dependencies = [("finance", "0024_invoices_history")]

    operations = [
        migrations.RunSQL(_sql("invoices.sql"), UNDO_INVOICES),
        migrations.RunSQL(_sql("payers.sql"), _guard_before() + UNDO_PAYERS),
        migrations.RunSQL(_sql("requests.sql"), UNDO_REQUESTS),
    ]
