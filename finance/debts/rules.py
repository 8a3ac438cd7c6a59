"""What a student owes on a day, explained; and how the plan was kept: pure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_noop

from finance.steps import Phrase
from hemis.explain import Explained, Step

ZERO = Decimal(0)
PLAN = gettext_noop("Regulation 2431, p. 22: shares and dates of payment")
BOOKS = gettext_noop("Journal of accounting")


@dataclass(frozen=True)
class Standing:
    """The sums of one contract on a day."""

    charged: Decimal = ZERO
    due: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def overdue(self) -> Decimal:
        """Due by the day and not paid."""
        return max(self.due - self.paid, ZERO)

    @property
    def owed(self) -> Decimal:
        """Of the whole sum not paid; below zero when more was paid than charged."""
        return self.charged - self.paid

    @property
    def over(self) -> Decimal:
        """What was paid beyond the whole sum."""
        return max(-self.owed, ZERO)

    @property
    def percent(self) -> Decimal | None:
        """How much of the charged sum is paid."""
        return (self.paid * 100 / self.charged).quantize(Decimal("0.1")) if self.charged else None

    def __add__(self, other: Standing) -> Standing:
        return Standing(self.charged + other.charged, self.due + other.due, self.paid + other.paid)


def overdue(standings: Sequence[tuple[str, Standing]]) -> Explained[Decimal]:
    """What a student owes on a day by all contracts: what is due less what is paid, never below nothing.

    What was paid too much for one contract counts for the others.
    """
    steps = []
    total = Standing()
    for number, one in standings:
        total += one
        steps += [
            Step(Phrase(gettext_noop("contract %(number)s: due by the day"), number=number), one.due, PLAN),
            Step(Phrase(gettext_noop("contract %(number)s: paid"), number=number), one.paid, BOOKS),
        ]
    steps.append(Step(Phrase(gettext_noop("due less paid, not below nothing")), total.overdue, BOOKS))
    return Explained(total.overdue, steps)


@dataclass(frozen=True)
class Planned:
    """A line of the plan."""

    due: datetime.date
    amount: Decimal


@dataclass(frozen=True)
class Kept:
    """A line of the plan, how much of it is paid, and what is left."""

    due: datetime.date
    amount: Decimal
    paid: Decimal
    is_late: bool

    @property
    def rest(self) -> Decimal:
        return self.amount - self.paid


def kept(plan: Sequence[Planned], paid: Decimal, day: datetime.date) -> list[Kept]:
    """Payments fill the plan from its first line on; a line is late when it is not full on its day."""
    left, made = max(paid, ZERO), []
    for line in sorted(plan, key=lambda one: one.due):
        part = min(left, line.amount)
        left -= part
        made.append(Kept(line.due, line.amount, part, part < line.amount and line.due <= day))
    return made


def late_since(plan: Sequence[Planned], paid: Decimal, day: datetime.date) -> datetime.date | None:
    """The first date that was not kept."""
    return next((one.due for one in kept(plan, paid, day) if one.is_late), None)
