"""What a duplicate of a diploma costs and until when it is issued (VMQ 395/2022), by the figures in force."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_noop

from curriculum.models import Holiday
from finance.models import BaseAmount
from hemis.explain import Explained, Phrase, Step
from records.rulebook import figures

# The university's own mistake is mended at its own cost.
OWN_MISTAKE = "error"
DAY = datetime.timedelta(days=1)
SATURDAY = 5
HOUSE = gettext_noop("Rule of the university: a mistake of the university is mended free of charge")


def fee(ground: str, day: datetime.date) -> Explained[Decimal] | None:
    """The fee of an application of ``day``, soʻm; None where no base amount of reckoning holds on it."""
    if ground == OWN_MISTAKE:
        return Explained(
            Decimal(0), [Step(Phrase(gettext_noop("The diploma had a mistake.")), Decimal(0), HOUSE)]
        )
    base = BaseAmount.objects.on(day).first()
    if base is None:
        return None
    rule = figures(day)["duplicate.fee"]
    value = rule.value * base.amount
    amount = Step(Phrase(gettext_noop("base amount of reckoning, soʻm")), base.amount, base.document)
    times = Phrase(gettext_noop("fee of a duplicate: %(times)s base amounts"), times=rule.value.normalize())
    return Explained(value, [amount, Step(times, value, rule.source)])


def due_on(applied_on: datetime.date) -> datetime.date:
    """The last of the working days within which the duplicate is issued, counted from the day after."""
    count = int(figures(applied_on)["duplicate.days"].value)
    return working_day(applied_on, count, *_calendar(applied_on))


def working_day(
    start: datetime.date, count: int, off: Collection[datetime.date], worked: Collection[datetime.date]
) -> datetime.date:
    """The ``count``-th working day after ``start``: Monday to Friday, but for holidays, and what is worked instead."""
    day = start
    while count > 0:
        day += DAY
        if day in worked or day.weekday() < SATURDAY and day not in off:
            count -= 1
    return day


def _calendar(start: datetime.date) -> tuple[set[datetime.date], set[datetime.date]]:
    rows = Holiday.objects.filter(Q(day__gte=start) | Q(works_on__gte=start)).values_list("day", "works_on")
    pairs = list(rows)
    return {day for day, _worked in pairs}, {worked for _day, worked in pairs if worked}
