"""The ledger keeps itself: postings by triggers, frozen books, closed months; transactions only go forward."""

from pathlib import Path

from django.db import migrations

from finance.ledger.chart import ACCOUNTS

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO_LEDGER = """
DROP TRIGGER contract_posts ON finance_contract;
DROP TRIGGER lines_post ON finance_statementline;
DROP TRIGGER line_guard ON finance_statementline;
DROP TRIGGER line_stays ON finance_statementline;
DROP TRIGGER payment_stays ON finance_payment;
DROP TRIGGER payments_post ON finance_payment;
DROP TRIGGER posting_stays ON finance_posting;
DROP TRIGGER posting_guard ON finance_posting;
DROP TRIGGER posting_month ON finance_posting;
DROP TRIGGER statement_stays ON finance_bankstatement;
DROP TRIGGER closed_month_stays ON finance_closedmonth;
DROP TRIGGER month_closes ON finance_closedmonth;
DROP TRIGGER aside_guard ON finance_putaside;
DROP TRIGGER aside_posts ON finance_putaside;
DROP FUNCTION hemis_debts(date);
DROP VIEW finance_due;
DROP FUNCTION hemis_post_contracts(), hemis_post_lines(), hemis_line_guard(), hemis_frozen_money(),
    hemis_post_payments(), hemis_aside_guard(), hemis_post_aside(), hemis_posting_guard(), hemis_posting_month(),
    hemis_close_month(), hemis_count_assigned(bigint[]), hemis_money_account(text), hemis_posting_day(date),
    hemis_actor(), hemis_discount_of(jsonb, int);
DELETE FROM finance_posting;
"""
UNDO_ONLINE = """
DROP TRIGGER payme_guard ON finance_paymetransaction;
DROP TRIGGER click_guard ON finance_clicktransaction;
DROP FUNCTION hemis_payme_guard(), hemis_click_guard();
"""
CHART = [
    (
        "INSERT INTO finance_account (purpose, number, name, version) VALUES (%s, %s, %s, 1) ON CONFLICT DO NOTHING",
        list(row),
    )
    for row in ACCOUNTS
]


def _text(name: str) -> str:
    return (SQL / name).read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("finance", "0021_payments_history")]

    operations = [
        migrations.RunSQL(CHART, migrations.RunSQL.noop),
        migrations.RunSQL(_text("ledger.sql"), UNDO_LEDGER),
        migrations.RunSQL(_text("online.sql"), UNDO_ONLINE),
    ]
