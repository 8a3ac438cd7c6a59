"""When a class may be held, and how well a room fits it. Pure functions, no database."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _

from structure.rules import monday_of

PAIR_HOURS = 2  # academic hours of a pair
AUTUMN = "11"  # `h_semestr_type`
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


class Audience(NamedTuple):
    """A group, or the part of it that a class is for.

    A subgroup is a part of a division; an ``alternative`` (the line of the plan) of an
    ``elective`` is attended by those who chose it.
    """

    group: int
    subgroup: int | None = None
    division: int | None = None
    elective: str | None = None
    alternative: int | None = None


def elective_key(semester: int, elective_group: str) -> str | None:
    """Which elective a line of the plan is an alternative of, as busy hours name it; None where it is none."""
    return f"{semester}/{elective_group}" if elective_group else None


def audiences_meet(one: Audience, other: Audience) -> bool:
    """Whether two audiences share students.

    Different subgroups of one division do not, nor do different alternatives of one
    elective: every student attends one of them.
    """
    if one.group != other.group:
        return False
    halves = one.subgroup and other.subgroup and one.division == other.division
    if halves and one.subgroup != other.subgroup:
        return False
    chosen = one.alternative and other.alternative and one.elective == other.elective
    return not (chosen and one.alternative != other.alternative)


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


def half_year(day: datetime.date) -> tuple[int, str]:
    """Academic year and half-year (`h_semestr_type`) of a day: September to January is autumn."""
    if day.month >= 8:  # noqa: PLR2004 - August
        return day.year, "11"
    return day.year - 1, "11" if day.month == 1 else "12"


def half_year_days(year: int, term: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of a half-year, as curricula are laid out."""
    if term == "11":
        return datetime.date(year, 8, 31), datetime.date(year + 1, 1, 31)
    return datetime.date(year + 1, 2, 1), datetime.date(year + 1, 8, 30)


# --- controls

MIDTERM_PARTS, FINAL_CONTROLS = ("11", "12", "15", "16", "17", "18", "10"), ("13", "14")
# Weeks of a plan in which a control may be held: current and midterm ones while theory is taught, final
# ones in the weeks of attestation; a retake in any week that is no theory of another half-year.
ATTESTATION, OTHER_WEEKS = "12", ("10", "11", "12", "13", "14", "15", "16", "17", "18")
FIRST_ATTEMPT = "11"


def control_weeks(control: str, attempt: str) -> tuple[str, ...]:
    """Kinds of weeks (`h_education_week_type`) in which a control of this kind and attempt may be held."""
    if attempt != FIRST_ATTEMPT:
        return OTHER_WEEKS
    if control in FINAL_CONTROLS:
        return (ATTESTATION,)
    return (THEORY, ATTESTATION)


def is_final(control: str) -> bool:
    return control in FINAL_CONTROLS


def needs_second(control: str, attempt: str, since: int) -> bool:
    """Whether a final control of this sheet is before a commission: held by two examiners (reg. 3069).

    ``since`` is the first such sheet (3: the second retake); 0 asks for nothing.
    """
    sheet = int(attempt) - int(FIRST_ATTEMPT) + 1
    return bool(since) and is_final(control) and sheet >= since


@dataclass(frozen=True)
class FinalDay:
    """A final control of a group that stands in the timetable already."""

    day: datetime.date
    words: str


def why_too_dense(day: datetime.date, others: Iterable[FinalDay], *, most_a_day: int, gap: int) -> str:
    """Why a group may not have another final control on ``day``; empty when it may (reg. 3069, p. 3.5).

    ``gap`` is how many days later the next one may be: with 2, Monday is followed by
    Wednesday at the earliest. Zero figures ask for nothing.
    """
    same = [one for one in others if one.day == day]
    if most_a_day and len(same) >= most_a_day:
        return _("On this day the group has a final control already: %(what)s.") % {"what": same[0].words}
    near = [one for one in others if one.day != day and gap and abs((one.day - day).days) < gap]
    if near:
        return _("Between final controls of a group at least %(days)d days are needed: %(day)s %(what)s.") % {
            "days": gap,
            "day": f"{near[0].day:%d.%m.%Y}",
            "what": near[0].words,
        }
    return ""


def attempt_before(attempt: str) -> str:
    """The sheet after which this one may follow; empty for the first."""
    return "" if attempt <= FIRST_ATTEMPT else str(int(attempt) - 1)
