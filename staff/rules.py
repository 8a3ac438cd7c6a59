"""Formulas and checks on posts, ages and terms: pure functions, no database."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _

from hemis.pages.columns import display

MAIN, HOURLY = "11", "14"
ONE_DAY = datetime.timedelta(days=1)
# States of a term, worst first, with their colours.
NEVER, OVERDUE, SOON, PLANNED, FINE = "never", "overdue", "soon", "planned", "fine"
STATE_COLOURS = {NEVER: "red", OVERDUE: "red", SOON: "orange", PLANNED: "blue", FINE: "green"}


class Held(Protocol):
    """A post as the checks see it. Dates are included at both ends."""

    rate: Decimal
    employment: str
    valid_from: datetime.date
    valid_to: datetime.date | None


def age_on(born: datetime.date | None, day: datetime.date) -> int | None:
    """Whole years: a birthday counts from its day on."""
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later; the last day of a shorter month, as PostgreSQL has it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(start: datetime.date, end: datetime.date) -> int:
    """Whole months from ``start`` to ``end``; negative when ``end`` lies before."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def _holds(post: Held, day: datetime.date) -> bool:
    return post.valid_from <= day and (post.valid_to is None or day <= post.valid_to)


def overlap(one: Held, other: Held) -> bool:
    """Whether two posts are held on a common day."""
    return (other.valid_to is None or one.valid_from <= other.valid_to) and (
        one.valid_to is None or other.valid_from <= one.valid_to
    )


@dataclass(frozen=True)
class Peak:
    """The day with the largest sum of rates, and how it is made up."""

    day: datetime.date
    total: Decimal
    rates: tuple[Decimal, ...]

    def explained(self) -> str:
        """``1.00 + 0.50 = 1.50``."""
        parts = " + ".join(f"{rate:.2f}" for rate in self.rates)
        return f"{parts} = {self.total:.2f}"


def rate_peak(posts: Iterable[Held]) -> Peak | None:
    """The largest sum of rates on any day; posts paid by the hour do not count.

    The sum grows only where a post begins, so only those days are looked at.
    """
    counted = [post for post in posts if post.employment != HOURLY]
    peaks = [
        Peak(day, sum(rates, Decimal(0)), rates)
        for day in sorted({post.valid_from for post in counted})
        if (rates := tuple(post.rate for post in counted if _holds(post, day)))
    ]
    return max(peaks, key=lambda one: one.total, default=None)


def rate_problem(posts: Iterable[Held], *, limit: Decimal, source: str) -> str:
    """Why the rates of one person are too many; empty when they are not (duty 1.2)."""
    peak = rate_peak(posts)
    if peak is None or peak.total <= limit:
        return ""
    return _(
        "On %(day)s the rates of this employee would be %(sum)s; the limit is %(limit)s (%(source)s)."
    ) % {
        "day": display(peak.day),
        "sum": peak.explained(),
        "limit": f"{limit:.2f}",
        "source": source,
    }


def second_main_post(new: Held, others: Iterable[Held]) -> Held | None:
    """Another main post that would be held at the same time."""
    if new.employment != MAIN:
        return None
    return next((one for one in others if one.employment == MAIN and overlap(new, one)), None)


@dataclass(frozen=True)
class Due:
    """When something is due, and why."""

    date: datetime.date
    months_since: int
    state: str
    steps: list[tuple[str, str]] = field(default_factory=list)
    source: str = ""


@dataclass(frozen=True)
class Training:
    """A finished training as the term sees it."""

    end: datetime.date
    valid_until: datetime.date | None = None

    def lasts_until(self, months: int) -> datetime.date:
        """Until when it is enough: as the certificate says, else so many months."""
        return self.valid_until or add_months(self.end, months)


def development_due(
    *, trainings: Iterable[Training], first_post: datetime.date, months: int, soon: int, day: datetime.date,
    source: str = "", planned: datetime.date | None = None,
) -> Due:  # fmt: skip
    """When the next professional development is due (duties 2.5, 3.4, 8.1).

    Counted from the training that lasts longest, or from the first post if there was
    none; a certificate with a validity of its own decides itself. ``planned`` is the
    end of a training entered for the future: it is shown instead of a warning.
    """
    finished = [one for one in trainings if one.end <= day]
    best = max(finished, key=lambda one: one.lasts_until(months), default=None)
    since = max((one.end for one in finished), default=first_post)
    due = best.lasts_until(months) if best else add_months(first_post, months)
    steps = [(_("latest training ended") if best else _("never trained; first post began"), display(since))]
    if best and best.valid_until:
        steps.append((_("certificate valid until"), display(best.valid_until)))
    else:
        steps.append((_("at least every (months)"), str(months)))
    steps.append((_("next training due by"), display(due)))
    state = term_state(due, day=day, soon=soon, ever=best is not None)
    if planned and state != FINE:
        state = PLANNED
        steps.append((_("a training is planned until"), display(planned)))
    return Due(due, months_between(since, day), state, steps, source)


def term_state(due: datetime.date, *, day: datetime.date, soon: int, ever: bool) -> str:
    """What colour a date has: past, within ``soon`` months, or far off."""
    if day > due:
        return OVERDUE if ever else NEVER
    return SOON if add_months(day, soon) > due else FINE


def term_due(
    *, term_to: datetime.date | None, first_post: datetime.date, soon: int, day: datetime.date,
    source: str = "",
) -> Due:  # fmt: skip
    """When the term of a competition ends (duties 2.5, 3.4, 8.1); who was never elected is due at once."""
    if term_to is None:
        steps = [(_("never elected; first post began"), display(first_post))]
        return Due(first_post, months_between(first_post, day), NEVER, steps, source)
    steps = [(_("the term ends on"), display(term_to))]
    state = term_state(term_to, day=day, soon=soon, ever=True)
    return Due(term_to, months_between(term_to, day), state, steps, source)


def term_problem(start: datetime.date, end: datetime.date, *, months: int, source: str) -> str:
    """Why a term is wrong; empty when it is not."""
    if end <= start:
        return _("The end lies before the beginning.")
    if end > add_months(start, months):
        return _("A term is at most %(months)d months (%(source)s): until %(day)s.") % {
            "months": months,
            "source": source,
            "day": display(add_months(start, months)),
        }
    return ""
