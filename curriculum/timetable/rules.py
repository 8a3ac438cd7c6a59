"""When a class may be held, and how well a room fits it. Pure functions, no database."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from structure.rules import monday_of

PAIR_HOURS = 2  # academic hours of a pair
SUNDAY = 6
THEORY = "11"
# Kind of training → types of rooms, the fitting ones first (`h_training_type`, `h_auditorium_type`).
ROOM_KINDS: Mapping[str, tuple[str, ...]] = {
    "11": ("11", "14", "13"),
    "12": ("12",),
    "13": ("13", "14", "12"),
    "14": ("14", "13", "11"),
    "15": ("13", "14", "12", "11", "10"),
}
USUAL_ROOMS = ("11", "13", "14", "12", "10")


def room_kinds(training_type: str) -> tuple[str, ...]:
    """Types of rooms where a kind of training is held, the best first."""
    return ROOM_KINDS.get(training_type, USUAL_ROOMS)


def pairs_needed(hours: int) -> int:
    """Pairs that ``hours`` academic hours take; an odd hour takes a pair of its own."""
    return -(-hours // PAIR_HOURS)


def meet(starts: datetime.time, ends: datetime.time, others: datetime.time, end: datetime.time) -> bool:
    """Whether two stretches of a day share a moment; back to back they do not."""
    return starts < end and others < ends


def audiences_meet(
    group: int, subgroup: int | None, division: int | None, other: tuple[int, int | None, int | None]
) -> bool:
    """Whether two audiences share students: different subgroups of one division do not."""
    if group != other[0]:
        return False
    if subgroup is None or other[1] is None:
        return True
    return subgroup == other[1] or division != other[2]


@dataclass(frozen=True)
class Span:
    """A week of a plan: its first and last day and what it is for (`h_education_week_type`)."""

    first: datetime.date
    last: datetime.date
    kind: str


@dataclass
class Calendar:
    """Weeks of some plans, days off and the days that are worked instead."""

    weeks: dict[int, list[Span]] = field(default_factory=dict)
    days_off: dict[datetime.date, str] = field(default_factory=dict)
    worked: dict[datetime.date, datetime.date] = field(default_factory=dict)

    def week_of(self, plan: int, day: datetime.date) -> Span | None:
        """The plan's week of ``day``; a Sunday belongs to the week before it."""
        return next(
            (one for one in self.weeks.get(plan, ()) if one.first <= day <= one.last + datetime.timedelta(1)),
            None,
        )

    def why_closed(self, plans: Iterable[int], day: datetime.date, kinds: Collection[str] = (THEORY,)) -> str:
        """Why no class of these plans may be held on ``day``; empty when it may.

        A class needs a week of one of ``kinds`` in every plan, and no day off; a Sunday
        only where it is worked instead of one (Labour Code art. 210).
        """
        if day in self.days_off:
            return _("%(day)s is a day off: %(name)s.") % {
                "day": f"{day:%d.%m.%Y}",
                "name": self.days_off[day],
            }
        if day.weekday() == SUNDAY and day not in self.worked:
            return _("%(day)s is a Sunday.") % {"day": f"{day:%d.%m.%Y}"}
        for plan in plans:
            week = self.week_of(plan, day)
            if week is None or week.kind not in kinds:
                return _("%(day)s lies outside the weeks of the curriculum that are for this.") % {
                    "day": f"{day:%d.%m.%Y}"
                }
        return ""

    def open_days(
        self, plans: Collection[int], first: datetime.date, last: datetime.date
    ) -> list[datetime.date]:
        """Days on which classes of all these plans may be held."""
        days = (first + datetime.timedelta(n) for n in range((last - first).days + 1))
        return [day for day in days if not self.why_closed(plans, day)]


def parity(day: datetime.date, first: datetime.date) -> int:
    """Zero in the weeks counted even from that of ``first`` (itself zero), one in the others."""
    return (monday_of(day) - monday_of(first)).days // 7 % 2
