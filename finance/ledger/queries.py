"""What the books say: turnover of accounts, the first open day, whether all agrees."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db.models import F, Q, Sum

from finance.ledger import rules
from finance.ledger.models import CODES, UNMATCHED, Account, ClosedMonth, Posting
from staff.rules import add_months


def trial_balance(start: datetime.date, end: datetime.date) -> list[tuple[Account, rules.Balance]]:
    """Every account of the chart over ``start`` … ``end``, both included; two queries."""
    rows = (
        Posting.objects.filter(date__lte=end)
        .order_by()
        .values_list("debit", "credit")
        .annotate(
            before=Sum("amount", filter=Q(date__lt=start)), within=Sum("amount", filter=Q(date__gte=start))
        )
    )
    moved = [
        rules.Moved(debit, credit, before or rules.ZERO, within or rules.ZERO)
        for debit, credit, before, within in rows
    ]
    found = {one.purpose: one for one in rules.balances(moved, CODES)}
    return [(account, found[account.purpose]) for account in Account.objects.all()]


def next_month_to_close() -> datetime.date | None:
    """The first month that has postings and is not closed; None where there is none."""
    last = ClosedMonth.objects.order_by("-month").values_list("month", flat=True).first()
    if last is not None:
        return add_months(last, 1)
    first = Posting.objects.order_by("date").values_list("date", flat=True).first()
    return first.replace(day=1) if first else None


def unmatched_difference() -> Decimal:
    """Receipts of the books that wait, less those of the queue: nothing, always; two queries."""
    from finance.payments.models import StatementLine

    waiting = StatementLine.objects.aggregate(total=Sum(F("amount") - F("assigned")))["total"] or rules.ZERO
    booked = Posting.objects.aggregate(
        credit=Sum("amount", filter=Q(credit=UNMATCHED)), debit=Sum("amount", filter=Q(debit=UNMATCHED))
    )
    return (booked["credit"] or rules.ZERO) - (booked["debit"] or rules.ZERO) - waiting
