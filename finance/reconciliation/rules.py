"""A reconciliation of accounts between two days: pure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise

ZERO = Decimal(0)


@dataclass(frozen=True)
class Entry:
    """A posting of a contract: what it charges (debit) or pays (credit)."""

    date: datetime.date
    # Read in the language of the page or of the paper.
    kind: str | Promise
    document: str
    contract: str
    student: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO


@dataclass(frozen=True)
class Reconciled:
    """What was owed before the first day (below zero: paid too much), what came in between, what is owed after."""

    opening: Decimal
    entries: Sequence[Entry]

    @property
    def debit(self) -> Decimal:
        return sum((one.debit for one in self.entries), ZERO)

    @property
    def credit(self) -> Decimal:
        return sum((one.credit for one in self.entries), ZERO)

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit
