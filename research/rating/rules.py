"""Formulas of the rating: pure functions, no database (duty 3.6, people.md 8.2)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from hemis.explain import Explained, Step, decimal_text

CENT = Decimal("0.01")
UNIT = Decimal("0.0001")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Terms:
    """What a criterion gives for a unit, and at most."""

    title: str
    unit: str
    weight: Decimal
    cap: Decimal | None
    source: str = ""


@dataclass(frozen=True)
class Counted:
    """One thing that was counted, in units; half a work is 0.5."""

    label: str
    quantity: Decimal


def marks_of(quantity: Decimal, weight: Decimal) -> Decimal:
    """Marks of one counted thing, rounded to hundredths."""
    return (quantity * weight).quantize(CENT, ROUND_HALF_UP)


def score(terms: Terms, items: Sequence[Counted]) -> Explained[Decimal]:
    """Marks by one criterion: what each thing gives, their sum, and the limit."""
    steps = [
        Step(
            _("%(label)s: %(quantity)s × %(weight)s")
            % {
                "label": one.label,
                "quantity": decimal_text(one.quantity),
                "weight": decimal_text(terms.weight),
            },
            marks_of(one.quantity, terms.weight),
            terms.source,
        )
        for one in items
    ]
    total = sum((marks_of(one.quantity, terms.weight) for one in items), ZERO)
    if terms.cap is not None and total > terms.cap:
        text = _("%(marks)s marks, of which the criterion counts at most %(cap)s")
        facts = {"marks": decimal_text(total), "cap": decimal_text(terms.cap)}
        steps.append(Step(text % facts, terms.cap, terms.source))
        return Explained(terms.cap, steps)
    return Explained(total, steps)


def mean(total: Decimal, rates: Decimal) -> Decimal:
    """Marks for a full rate, rounded to hundredths; without any rate nothing."""
    return (total / rates).quantize(CENT, ROUND_HALF_UP) if rates else ZERO


def span(year: int) -> tuple[datetime.date, datetime.date]:
    """First and last day of the academic year that begins in ``year``."""
    return datetime.date(year, 9, 1), datetime.date(year + 1, 8, 31)


def appeals_until(frozen_on: datetime.date, days: int) -> datetime.date:
    """The last day on which an appeal is taken."""
    return frozen_on + datetime.timedelta(days=days)
