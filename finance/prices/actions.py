"""What changes prices: one function a verb, one transaction each (duty 7.1)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.common import FinanceError
from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    DifferentiatedCoefficient,
    ForeignPrice,
    InstalmentRule,
)
from hemis.access.scope import Access

# Regulation 2431, p. 22: share in percent, then month and day for the first course and for the others.
LAW_DATES = ((25, (9, 15), (10, 1)), (50, (1, 1), (1, 1)), (75, (3, 1), (3, 1)), (100, (5, 1), (5, 1)))
LAW_BASIS = "2431-son Nizom, 22-band (24.11.2025-yil tahriri)"
# A differentiated contract: half of the first year is paid before enrolment.
LAW_DIFFERENTIATED = ((50, (9, 15)), (75, (3, 1)), (100, (5, 1)))


# What is set year by year and may be copied from one to the next.
COPIED: tuple[type[Any], ...] = (
    BaseCoefficient, DifferentiatedCoefficient, ForeignPrice, CalculationSetting,
)  # fmt: skip


@transaction.atomic
def set_law_dates(*, access: Access, year: int) -> int:
    """The instalment dates of regulation 2431 for a year; dates that are set already stay."""
    access.require("price.edit")
    usual, differentiated = InstalmentRule.USUAL, InstalmentRule.DIFFERENTIATED
    rows = [(usual, InstalmentRule.FIRST, share, first) for share, first, _other in LAW_DATES]
    rows += [(usual, InstalmentRule.OTHER, share, other) for share, _first, other in LAW_DATES]
    rows += [(differentiated, InstalmentRule.FIRST, share, day) for share, day in LAW_DIFFERENTIATED]
    made = 0
    for plan, kind, share, (month, day) in rows:
        due = datetime.date(year if month >= 9 else year + 1, month, day)
        _row, created = InstalmentRule.objects.get_or_create(
            academic_year_id=year,
            plan=plan,
            course_kind=kind,
            share=share,
            defaults={"due_date": due, "basis": LAW_BASIS},
        )
        made += created
    return made


@dataclass(frozen=True)
class PriceChange:
    """New base prices of a programme; ``version`` is that of the row they were typed over, if any."""

    programme: int
    version: int | None
    values: dict[str, Decimal | None]


@transaction.atomic
def set_base_prices(*, access: Access, year: int, changes: Sequence[PriceChange]) -> set[int]:
    """Write base prices of programmes for a year, all or none.

    A row without any price is removed. Returns the programmes whose row somebody
    else changed meanwhile; then nothing is written.
    """
    access.require("price.edit")
    rows = BaseCoefficient.objects.select_for_update().filter(academic_year=year, student_type="")
    kept = {row.programme_id: row for row in rows.filter(programme__in=[one.programme for one in changes])}
    stale = {
        one.programme
        for one in changes
        if one.version != (kept[one.programme].version if one.programme in kept else None)
    }
    if stale:
        return stale
    for one in changes:
        row = kept.get(one.programme)
        if not any(one.values.values()):
            if row:
                row.delete()
            continue
        row = row or BaseCoefficient(programme_id=one.programme, academic_year_id=year, version=0)
        row.version += 1
        for name, value in one.values.items():
            setattr(row, name, value)
        row.save()
    return set()


@transaction.atomic
def copy_year(*, access: Access, source: int, target: int) -> int:
    """Coefficients, prices in foreign currency and the way of calculation of ``source`` for ``target``.

    What ``target`` has already stays as it is.

    Raises:
        FinanceError: the years are the same.
    """
    access.require("price.edit")
    if source == target:
        raise FinanceError(_("Choose another year to copy from."))
    before = _priced(target)
    for model in COPIED:
        rows = list(model.objects.filter(academic_year=source))
        for row in rows:
            row.pk, row.academic_year_id, row.version = None, target, 1
        model.objects.bulk_create(rows, ignore_conflicts=True)
    return _priced(target) - before


def _priced(year: int) -> int:
    return sum(model.objects.filter(academic_year=year).count() for model in COPIED)
