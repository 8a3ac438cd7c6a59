"""Balances of accounts over a period: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Balance:
    """An account over a period: what it began with, what moved, what it ends with (debit above zero)."""

    purpose: str
    opening: Decimal = ZERO
    debit: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit

    @property
    def opening_debit(self) -> Decimal:
        return max(self.opening, ZERO)

    @property
    def opening_credit(self) -> Decimal:
        return max(-self.opening, ZERO)

    @property
    def closing_debit(self) -> Decimal:
        return max(self.closing, ZERO)

    @property
    def closing_credit(self) -> Decimal:
        return max(-self.closing, ZERO)


@dataclass(frozen=True)
class Moved:
    """Sums of a pair of accounts: before the period and in it."""

    debit: str
    credit: str
    before: Decimal
    within: Decimal


def balances(moved: Iterable[Moved], purposes: Iterable[str]) -> list[Balance]:
    """Each account, in the order of ``purposes``; all of them together come to nothing."""
    kept = {purpose: [ZERO, ZERO, ZERO] for purpose in purposes}
    for one in moved:
        debit, credit = kept[one.debit], kept[one.credit]
        debit[0] += one.before
        credit[0] -= one.before
        debit[1] += one.within
        credit[2] += one.within
    return [Balance(purpose, *figures) for purpose, figures in kept.items()]


COLUMNS = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")


def totals(rows: Iterable[Balance]) -> dict[str, Decimal]:
    """The sums of all columns; debit and credit agree in each pair."""
    rows = list(rows)
    return {name: sum((getattr(row, name) for row in rows), ZERO) for name in COLUMNS}
