"""Formulas and checks of curricula and marking systems: pure functions with explanation and source."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from hemis.explain import decimal_text

AUTUMN = (9, 1)
SPRING = (2, 1)
SEMESTERS_A_YEAR = 2
FIRST_COURSE = 11
DAYS_OF_A_WEEK = 6  # Monday to Saturday
THEORY, HOLIDAY = "11", "16"
SELF_STUDY = "17"
CURRENT, MIDTERM, FINAL, OVERALL = "11", "12", "13", "14"
# A whole control or its two halves, never both (`h_exam_type`).
HALVES = {CURRENT: ("15", "16"), MIDTERM: ("17", "18")}


@dataclass(frozen=True)
class Grade:
    """A row of a marking system's scale."""

    lowest: Decimal
    mark: int
    letter: str = ""
    point: Decimal | None = None


def grade_of(result: Decimal, scale: Sequence[Grade]) -> Grade | None:
    """The grade of a result: the highest row whose border it reaches; no result falls between two rows."""
    return max((one for one in scale if one.lowest <= result), key=lambda one: one.lowest, default=None)


@dataclass(frozen=True)
class SemesterDates:
    """A semester as the calendar makes it."""

    number: int
    course: str
    academic_year: int
    starts_on: datetime.date
    ends_on: datetime.date


def semesters(start_year: int, count: int) -> list[SemesterDates]:
    """Semesters of a plan that begins in the autumn of ``start_year``.

    Autumn: 1 September – 31 January, spring: 1 February – 30 June; two make a
    course and an academic year.
    """
    found = []
    for number in range(1, count + 1):
        year = start_year + (number - 1) // SEMESTERS_A_YEAR
        autumn = number % SEMESTERS_A_YEAR == 1
        starts = datetime.date(year, *AUTUMN) if autumn else datetime.date(year + 1, *SPRING)
        ends = datetime.date(year + 1, 1, 31) if autumn else datetime.date(year + 1, 6, 30)
        course = str(FIRST_COURSE + (number - 1) // SEMESTERS_A_YEAR)
        found.append(SemesterDates(number, course, year, starts, ends))
    return found


@dataclass(frozen=True)
class WeekDates:
    """A week of the graph; ``semester`` is its number or None in the holidays."""

    number: int
    starts_on: datetime.date
    ends_on: datetime.date
    semester: int | None
    kind: str


def weeks(plan: Sequence[SemesterDates]) -> list[WeekDates]:
    """Monday–Saturday weeks from the Monday of the first semester's first day to the end of the last year.

    A week belongs to the semester its Monday–Saturday first meets and is for
    theory; a week that meets none is holidays.
    """
    if not plan:
        return []
    first = plan[0].starts_on
    day = first - datetime.timedelta(days=first.weekday())
    last = datetime.date(plan[-1].academic_year + 1, 8, 31)
    found: list[WeekDates] = []
    while (end := day + datetime.timedelta(days=DAYS_OF_A_WEEK - 1)) <= last:
        inside = next((one.number for one in plan if one.starts_on <= end and day <= one.ends_on), None)
        kind = THEORY if inside is not None else HOLIDAY
        found.append(WeekDates(len(found) + 1, day, end, inside, kind))
        day += datetime.timedelta(days=7)
    return found


# --- what a plan must be


@dataclass(frozen=True)
class Norm:
    """A figure of the law that holds for the plan."""

    low: Decimal
    high: Decimal
    basis: str


@dataclass(frozen=True)
class PlanSubject:
    """A subject of the plan as the checks see it; hours are academic hours."""

    name: str
    semester: int
    credit: Decimal
    hours: Mapping[str, int]
    controls: Mapping[str, int]
    in_semester: bool = True
    elective_group: str = ""
    elective: bool = False
    has_parts: bool = True

    @property
    def total_hours(self) -> int:
        return sum(self.hours.values())

    @property
    def classroom_hours(self) -> int:
        return self.total_hours - self.hours.get(SELF_STUDY, 0)


@dataclass(frozen=True)
class Plan:
    """All that the checks read of a curriculum."""

    semesters: int
    hours_per_credit: int
    highest: int  # the best result of a subject: 5 or 100
    subjects: Sequence[PlanSubject]
    norms: Mapping[str, Norm] = field(default_factory=dict)
    weeks_of_year: Mapping[int, int] = field(
        default_factory=dict
    )  # course number → weeks that are no holidays
    theory_weeks: Mapping[int, int] = field(default_factory=dict)  # semester → weeks of theory


@dataclass(frozen=True)
class Check:
    """One check of a plan; ``blocking``: the plan is not approved while it fails."""

    ok: bool
    text: str
    source: str
    blocking: bool = True


def counted(subjects: Iterable[PlanSubject]) -> list[PlanSubject]:
    """Subjects that make up the load: alternatives of one elective group count once."""
    seen: set[tuple[int, str]] = set()
    found = []
    for one in subjects:
        key = (one.semester, one.elective_group)
        if one.elective_group and key in seen:
            continue
        seen.add(key)
        found.append(one)
    return found


def check_plan(plan: Plan) -> list[Check]:
    """All checks of a plan, those that fail first."""
    found = [
        *_credits(plan),
        *_hours(plan),
        *_controls(plan),
        *_electives(plan),
        *_weeks(plan),
    ]
    return sorted(found, key=lambda one: (one.ok, not one.blocking))


def _bounds(norm: Norm) -> str:
    low, high = decimal_text(norm.low), decimal_text(norm.high)
    return low if low == high else f"{low}–{high}"


def _within(value: Decimal, norm: Norm, text: str, *, blocking: bool = True) -> Check:
    ok = norm.low <= value <= norm.high
    told = _("%(what)s: %(value)s; the norm is %(norm)s.") % {
        "what": text, "value": decimal_text(Decimal(value)), "norm": _bounds(norm),
    }  # fmt: skip
    return Check(ok, told, norm.basis, blocking)


def _credits(plan: Plan) -> list[Check]:
    by_semester = {
        number: sum((one.credit for one in counted(plan.subjects) if one.semester == number), Decimal(0))
        for number in range(1, plan.semesters + 1)
    }
    found = []
    if norm := plan.norms.get("credits_semester"):
        found += [
            _within(value, norm, _("Credits of semester %(number)d") % {"number": number}, blocking=False)
            for number, value in by_semester.items()
        ]
    if norm := plan.norms.get("credits_year"):
        for course in range(1, (plan.semesters + 1) // SEMESTERS_A_YEAR + 1):
            pair = [n for n in (2 * course - 1, 2 * course) if n in by_semester]
            if len(pair) == SEMESTERS_A_YEAR:
                total = by_semester[pair[0]] + by_semester[pair[1]]
                found.append(_within(total, norm, _("Credits of year %(number)d") % {"number": course}))
    if norm := plan.norms.get("credits_total"):
        found.append(_within(sum(by_semester.values(), Decimal(0)), norm, _("Credits of the whole plan")))
    return found


def _hours(plan: Plan) -> list[Check]:
    found = []
    if norm := plan.norms.get("hours_per_credit"):
        found.append(_within(Decimal(plan.hours_per_credit), norm, _("Hours in a credit")))
    wrong = [one for one in plan.subjects if Decimal(one.total_hours) != one.credit * plan.hours_per_credit]
    found += [
        Check(
            False,
            _("%(subject)s, semester %(semester)d: %(hours)d hours, but %(credit)s credits ask for %(wanted)s.")
            % {
                "subject": one.name, "semester": one.semester, "hours": one.total_hours,
                "credit": decimal_text(one.credit), "wanted": decimal_text(one.credit * plan.hours_per_credit),
            },
            "VMQ 824, 31.12.2020",
        )
        for one in wrong
    ]  # fmt: skip
    if not wrong:
        found.append(
            Check(True, _("The hours of every subject agree with its credits."), "VMQ 824, 31.12.2020")
        )
    odd = [
        one
        for one in plan.subjects
        if any(hours % 2 for kind, hours in one.hours.items() if kind != SELF_STUDY)
    ]
    found += [
        Check(
            False,
            _("%(subject)s, semester %(semester)d: classes go by pairs of two hours.")
            % {"subject": one.name, "semester": one.semester},
            "study 2.5",
            blocking=False,
        )
        for one in odd
    ]
    total = sum(one.total_hours for one in counted(plan.subjects))
    if total and (norm := plan.norms.get("contact_share")):
        share = Decimal(sum(one.classroom_hours for one in counted(plan.subjects))) * 100 / total
        found.append(
            _within(share.quantize(Decimal("0.1")), norm, _("Share of classroom hours, %"), blocking=False)
        )
    return found


def _controls(plan: Plan) -> list[Check]:
    found = []
    for one in plan.subjects:
        text = control_fault(one.controls, has_parts=one.has_parts, highest=plan.highest)
        if text:
            where = _("%(subject)s, semester %(semester)d") % {"subject": one.name, "semester": one.semester}
            found.append(Check(False, f"{where}: {text}", "AV 3069"))
    if not found:
        found.append(Check(True, _("The controls of every subject add up to its maximum."), "AV 3069"))
    return found


def control_fault(controls: Mapping[str, int], *, has_parts: bool, highest: int) -> str:
    """What is wrong with the controls of a subject; empty when nothing is.

    A sheet of parts has current, midterm and final controls (whole or halves)
    that add up to 100 points, or are each of five marks; any other sheet has the
    overall mark alone.
    """
    kinds = set(controls)
    if not has_parts:
        if kinds != {OVERALL}:
            return _("A sheet of this kind has the overall mark alone.")
        return "" if controls[OVERALL] == highest else _("The maximum is %(highest)d.") % {"highest": highest}
    if OVERALL in kinds:
        return _("The overall result is computed; it is no control of its own.")
    for whole, halves in HALVES.items():
        if whole in kinds and kinds & set(halves):
            return _("Either a control as a whole or its two halves.")
        if kinds & set(halves) and not set(halves) <= kinds:
            return _("Both halves of a control are needed.")
    if FINAL not in kinds:
        return _("The final control is missing.")
    if highest == 5:  # noqa: PLR2004 — five marks: every control is marked by itself
        return "" if set(controls.values()) == {5} else _("The maximum of each control is 5.")
    total = sum(controls.values())
    return "" if total == highest else _("The maxima add up to %(total)d, not to %(highest)d.") % {
        "total": total, "highest": highest,
    }  # fmt: skip


def _electives(plan: Plan) -> list[Check]:
    groups: dict[tuple[int, str], list[PlanSubject]] = {}
    for one in plan.subjects:
        if one.elective_group:
            groups.setdefault((one.semester, one.elective_group), []).append(one)
    found = []
    for (semester, label), members in sorted(groups.items()):
        where = {"group": label, "semester": semester}
        if len(members) < 2:  # noqa: PLR2004 — a choice needs two
            text = _("Elective group %(group)s of semester %(semester)d offers no choice.") % where
            found.append(Check(False, text, "VMQ 824, 31.12.2020"))
        if len({(one.credit, one.total_hours) for one in members}) > 1:
            text = _(
                "The subjects of elective group %(group)s of semester %(semester)d differ in credits or hours."
            )
            found.append(Check(False, text % where, "VMQ 824, 31.12.2020"))
    found += [
        Check(
            False,
            _("%(subject)s, semester %(semester)d is elective but in no elective group.")
            % {"subject": one.name, "semester": one.semester},
            "VMQ 824, 31.12.2020",
        )
        for one in plan.subjects
        if one.elective and not one.elective_group
    ]
    return found


def _weeks(plan: Plan) -> list[Check]:
    found = []
    if norm := plan.norms.get("weeks_year"):
        found += [
            _within(
                Decimal(value), norm, _("Weeks of year %(number)d without holidays") % {"number": course},
                blocking=False,
            )
            for course, value in sorted(plan.weeks_of_year.items())
        ]  # fmt: skip
    norm = plan.norms.get("hours_week")
    for semester, count in sorted(plan.theory_weeks.items()):
        hours = sum(
            one.classroom_hours
            for one in counted(plan.subjects)
            if one.semester == semester and one.in_semester
        )
        if not hours:
            continue
        if not count:
            text = _("Semester %(number)d has classes but no week of theory.") % {"number": semester}
            found.append(Check(False, text, "study 2.11"))
        elif norm:
            week = (Decimal(hours) / count).quantize(Decimal("0.1"))
            text = _("Classroom hours a week in semester %(number)d") % {"number": semester}
            found.append(_within(week, norm, text, blocking=False))
    return found
