"""What is done and checked of money each night (order duty 7.1)."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from finance.debts.actions import remind_all
from hemis.nightly import checks, steps
from hemis.nightly.checks import Check
from hemis.nightly.steps import Outcome, Step


def reminders(day: datetime.date) -> Outcome:
    """Whoever owes, or must pay within a week, is told; nobody more often than once a week."""
    return Outcome({"told": remind_all(day)})


steps.register(Step("debts", _("Reminders of debts"), _("%(told)s students reminded."), reminders))

checks.register(
    Check(
        "ledger",
        _("What the ledger says a student owes is not what the contract and the payments say."),
        sql="""
        SELECT '№ ' || c.number FROM finance_contract c
          LEFT JOIN (SELECT contract_id, sum(CASE debit WHEN 'students' THEN amount ELSE 0 END)
                                       - sum(CASE credit WHEN 'students' THEN amount ELSE 0 END) AS owed
                       FROM finance_posting GROUP BY 1) l ON l.contract_id = c.id
          LEFT JOIN (SELECT contract_id, sum(amount) AS paid FROM finance_payment GROUP BY 1) p ON p.contract_id = c.id
         WHERE coalesce(l.owed, 0) <> CASE WHEN c.state IN ('formed', 'signed') THEN c.current_amount ELSE 0 END
                                      - coalesce(p.paid, 0)
         ORDER BY 1
        """,
    )
)
checks.register(
    Check(
        "receipts",
        _("More or less of a bank receipt counts as assigned than payments and sums put aside say."),
        sql="""
        SELECT to_char(l.date, 'DD.MM.YYYY') || ' № ' || l.number FROM finance_statementline l
          LEFT JOIN (SELECT line_id, sum(amount) AS total FROM finance_payment GROUP BY 1) p ON p.line_id = l.id
          LEFT JOIN (SELECT line_id, sum(amount) AS total FROM finance_putaside WHERE lifted_at IS NULL GROUP BY 1) a
            ON a.line_id = l.id
         WHERE l.assigned <> coalesce(p.total, 0) + coalesce(a.total, 0) ORDER BY 1
        """,
    )
)
checks.register(
    Check(
        "contract_numbers",
        _("Numbers of contracts have a gap."),
        sql="""
        SELECT n.year::text FROM documents_numberseries n
          LEFT JOIN (SELECT academic_year_id AS year, count(*) AS given FROM finance_contract GROUP BY 1) c
            ON c.year = n.year
         WHERE n.series = 'contract' AND coalesce(c.given, 0) <> n.last ORDER BY 1
        """,
    )
)
