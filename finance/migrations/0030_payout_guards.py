"""Stipends and help in the ledger: their accounts, guards, postings and history."""

from pathlib import Path

from django.db import migrations

from finance.ledger.chart import PAID_OUT
from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"
ACCOUNTS = [
    (
        "INSERT INTO finance_account (purpose, number, name, version) VALUES (%s, %s, %s, 1) ON CONFLICT DO NOTHING",
        list(one),
    )
    for one in PAID_OUT
]
# What was approved before is posted by no trigger.
DO = f"""
ALTER TABLE finance_posting DISABLE TRIGGER posting_guard;
{(SQL / "payouts.sql").read_text(encoding="utf-8")}
ALTER TABLE finance_posting ENABLE TRIGGER posting_guard;
"""
UNDO = """
DROP TRIGGER payout_stays ON finance_payout;
DROP TRIGGER payout_guard ON finance_payoutline;
DROP TRIGGER payout_posts ON finance_payoutline;
DROP TRIGGER stipend_list_posts ON finance_stipendlist;
DROP TRIGGER aid_posts ON finance_aid;
DROP TRIGGER aid_guard ON finance_aid;
DROP FUNCTION hemis_payout_guard(), hemis_post_payout(), hemis_post_stipend_list(), hemis_post_aid(), hemis_aid_guard(),
    hemis_aid_fund(int);
ALTER TABLE finance_posting DISABLE TRIGGER posting_stays;
DELETE FROM finance_posting WHERE 'payable' IN (debit, credit);
ALTER TABLE finance_posting ENABLE TRIGGER posting_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("finance", "0029_help_and_payouts"), ("access", "0007_history_by_statement")]

    operations = [
        migrations.RunSQL(ACCOUNTS, "DELETE FROM finance_account WHERE purpose IN ('stipends', 'payable')"),
        migrations.RunSQL(DO, UNDO),
        TrackHistory("finance_aidfund", "finance_aid", "finance_payout", "finance_payoutline"),
    ]
