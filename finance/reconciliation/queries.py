"""What the journal says of a student or a payer between two days: two queries."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db.models import Case, F, Q, QuerySet, Sum, When

from finance.ledger.models import KINDS, STUDENTS, Posting
from finance.models import Contract
from finance.reconciliation.rules import ZERO, Entry, Reconciled

NAMES = dict(KINDS)
OWED = Case(When(debit=STUDENTS, then=F("amount")), default=-F("amount"))


def reconciled(contracts: QuerySet[Contract], start: datetime.date, end: datetime.date) -> Reconciled:
    """Opening balance, every charge and payment of ``start`` … ``end`` (both included), closing balance."""
    rows = Posting.objects.filter(Q(debit=STUDENTS) | Q(credit=STUDENTS), contract__in=contracts)
    before = rows.filter(date__lt=start).order_by().aggregate(total=Sum(OWED))["total"]
    within = rows.filter(date__range=(start, end)).select_related("contract__student__person")
    return Reconciled(before or ZERO, [_entry(one) for one in within.order_by("date", "pk")])


def _entry(one: Posting) -> Entry:
    is_debit = one.debit_id == STUDENTS  # type: ignore[attr-defined]
    return Entry(
        one.date,
        NAMES[one.kind],
        one.document,
        one.contract.number,
        one.contract.student.person.full_name,
        debit=one.amount if is_debit else Decimal(0),
        credit=Decimal(0) if is_debit else one.amount,
    )
