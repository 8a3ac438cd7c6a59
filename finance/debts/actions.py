"""Reminding students of what they owe and of dates that come near (duty 7.1)."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max
from django.urls import reverse

from finance.debts import queries
from finance.debts.models import DebtReminder
from finance.debts.rules import late_since
from finance.models import Contract
from finance.steps import figure
from hemis.notices.actions import notify

LOCK_REMINDING = 730_074
# Nobody is reminded of the same contract more often.
EVERY = datetime.timedelta(days=7)
# How long before a date it is told of.
AHEAD = datetime.timedelta(days=7)
AT_ONCE = 500


def whom(contracts: Collection[int] | None, day: datetime.date) -> list[int]:
    """Contracts in force with something overdue on the day, or due within a week, not reminded of lately."""
    soon = day + AHEAD
    late = queries.owing(Contract.objects.all(), ["overdue"], soon)
    rows = late.filter(state__in=Contract.IN_FORCE, student__person__user__is_active=True).annotate(
        last=Max("reminders__day")
    )
    if contracts is not None:
        rows = rows.filter(pk__in=contracts)
    return sorted(one.pk for one in rows.only("pk") if one.last is None or one.last <= day - EVERY)


@transaction.atomic
def remind(contracts: Collection[int], *, day: datetime.date) -> int:
    """Tell the students of these contracts; how many were told. Twice on a day, or within a week, is once.

    In order: locks out a second run, leaves out whom was told meanwhile, writes the
    notices and that they were sent.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_REMINDING])
    wanted = whom(contracts, day)
    rows = queries.with_debts(
        Contract.objects.filter(pk__in=wanted).select_related("student__person__user"), day
    )
    plans = queries.plans(wanted)
    made = []
    for contract in rows:
        plan, paid = plans.get(contract.pk, []), contract.paid or Decimal(0)  # type: ignore[attr-defined]
        late = contract.overdue or Decimal(0)  # type: ignore[attr-defined]
        made.append(DebtReminder(contract=contract, day=day, amount=late))
        _tell(contract, plan, paid, day)
    DebtReminder.objects.bulk_create(made)
    return len(made)


def remind_all(day: datetime.date) -> int:
    """Remind everybody whose date comes near or has passed; how many were told."""
    keys = whom(None, day)
    return sum(remind(keys[at : at + AT_ONCE], day=day) for at in range(0, len(keys), AT_ONCE))


def _tell(contract: Contract, plan: list, paid: Decimal, day: datetime.date) -> None:
    late = contract.overdue or Decimal(0)  # type: ignore[attr-defined]
    due = sum((one.amount for one in plan if one.due <= day + AHEAD), Decimal(0))
    coming = [one.due for one in plan if day < one.due <= day + AHEAD]
    facts = {"contract": contract.number, "amount": figure(late if late else max(due - paid, Decimal(0)))}
    since = late_since(plan, paid, day)
    if late:
        kind, facts["day"] = "debt_overdue", f"{since or day:%d.%m.%Y}"
    else:
        kind, facts["day"] = "debt_due", f"{coming[0] if coming else day:%d.%m.%Y}"
    notify([contract.student.person.user], kind, facts, url=reverse("my_payments"))
