"""Reading a faculty's half-year as the solver sees it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone

from curriculum.models import ClassPair, DraftPlace, Lesson, TeacherHours, Teaching, TimetableDraft
from curriculum.solver import rules
from curriculum.solver.rules import Cell, Moment, Place, Problem, Room, Want, Weights
from curriculum.timetable import queries as timetable
from curriculum.timetable import sitting
from curriculum.timetable.rules import SUNDAY, THEORY, Audience, half_year_days, meet, pairs_needed
from structure.models import Auditorium
from structure.rules import monday_of

# Self-study and course works have hours in the plan but no place in the week.
NOT_IN_THE_TIMETABLE = ("16", "17")
SETTINGS = ("days", "group_day_max", "teacher_day_max", "late_from")


@dataclass(frozen=True)
class Task:
    """A problem, and what is needed to turn its places into lessons again."""

    problem: Problem
    teachings: dict[int, Teaching]
    weeks: dict[int, list[datetime.date]]  # teaching → Mondays of theory
    pairs: dict[int, ClassPair]
    first_monday: datetime.date | None
    replaced: list[int] = field(default_factory=list)  # lessons that give way
    without_teacher: list[Teaching] = field(default_factory=list)
    without_weeks: list[Teaching] = field(default_factory=list)

    def parity(self, monday: datetime.date) -> int:
        """Whether a week is odd (0) or even (1), counted from the first week of the half-year."""
        assert self.first_monday is not None
        return (monday - self.first_monday).days // 7 % 2


def task_of(draft: TimetableDraft) -> Task:
    """The faculty's teachings of the half-year that still lack lessons, and all that stands in the way."""
    teachings = _teachings(draft)
    weeks = _weeks(draft, teachings)
    pairs = {one.number: one for one in timetable.pairs_of(draft.academic_year_id)}
    mondays = sorted({monday for one in weeks.values() for monday in one})
    replaced = _replaced(draft, teachings)
    placed = dict(
        Lesson.objects.planned()
        .filter(teaching__in=teachings)
        .exclude(pk__in=replaced)
        .values_list("teaching")
        .annotate(count=Count("pk"))
    )
    keys = [one.pk for one in teachings]
    lacking = {one.pk: pairs_needed(one.hours) - placed.get(one.pk, 0) for one in teachings}
    sizes, audiences = sitting.sizes(keys), timetable.audiences_of(keys)
    wants: list[Want] = []
    for teaching in teachings:
        if teaching.teacher_id is None:
            continue
        wants += rules.wants_of(
            teaching.pk,
            lessons=lacking[teaching.pk],
            weeks=len(weeks[teaching.pk]),
            teachers=tuple(one for one in (teaching.teacher_id, teaching.assistant_id) if one),
            audience=tuple(audiences[teaching.pk]),
            training_type=teaching.training_type,
            people=sizes.get(teaching.pk, 0),
        )
    # Whatever has all its lessons asks for no day, and is no trouble where it has none: a summer course after the
    # spring, the spring's teachings in a draft of the summer.
    unserved = [one for one in teachings if lacking[one.pk] > 0]
    return Task(
        problem=_problem(draft, wants, pairs, mondays, replaced),
        teachings={one.pk: one for one in teachings},
        weeks=weeks,
        pairs=pairs,
        first_monday=mondays[0] if mondays else None,
        replaced=replaced,
        without_teacher=[one for one in unserved if one.teacher_id is None],
        without_weeks=[one for one in unserved if not weeks[one.pk]],
    )


def _teachings(draft: TimetableDraft) -> list[Teaching]:
    return list(
        Teaching.objects.filter(academic_year=draft.academic_year_id, term=draft.term)
        .filter(audience__group__faculty=draft.faculty_id)
        .exclude(training_type__in=NOT_IN_THE_TIMETABLE)
        .select_related("subject", "teacher__person")
        .distinct()
        .order_by("pk")
    )


def _days(draft: TimetableDraft) -> tuple[datetime.date, datetime.date]:
    """The stretch that is planned: from the draft's day to the end of its half-year."""
    return draft.starts_on, half_year_days(draft.academic_year_id, draft.term)[1]


def _weeks(draft: TimetableDraft, teachings: Sequence[Teaching]) -> dict[int, list[datetime.date]]:
    """Mondays of the weeks of theory that all audiences of a teaching have from the draft's day on."""
    plans = timetable.plans_of(one.pk for one in teachings)
    spans = timetable.calendar({plan for some in plans.values() for plan in some}, *_days(draft)).weeks
    mondays = {
        plan: {monday_of(week.first) for week in some if week.kind == THEORY and week.last >= draft.starts_on}
        for plan, some in spans.items()
    }
    common = {key: [mondays.get(plan, set()) for plan in some] for key, some in plans.items()}
    return {
        one.pk: sorted(set.intersection(*common[one.pk])) if one.pk in common else [] for one in teachings
    }


def _replaced(draft: TimetableDraft, teachings: Sequence[Teaching]) -> list[int]:
    """Lessons that give way: none that has begun, for the journal may have it."""
    if not draft.replaces:
        return []
    since = max(draft.starts_on, timezone.localdate() + datetime.timedelta(1))
    found = Lesson.objects.planned().filter(teaching__in=teachings, day__gte=since, is_locked=False)
    return list(found.values_list("pk", flat=True))


def _problem(
    draft: TimetableDraft,
    wants: list[Want],
    pairs: dict[int, ClassPair],
    mondays: list[datetime.date],
    replaced: list[int],
) -> Problem:
    asked = draft.options
    weights = Weights(**asked.get("weights", {}))
    busy = _busy(draft, wants, pairs, mondays, replaced)
    wishes = TeacherHours.objects.filter(academic_year=draft.academic_year_id, term=draft.term)
    cannot, rather_not = _hours(wishes, pairs)
    return Problem(
        wants=wants,
        rooms=[
            Room(room.pk, room.kind, room.capacity, room.building_id)
            for room in Auditorium.objects.filter(is_active=True).order_by("pk")
        ],
        pairs=tuple(sorted(pairs)[: asked.get("last_pair", 6)]),
        busy_teachers=busy.teachers,
        busy_rooms=busy.rooms,
        busy_listeners=busy.listeners,
        cannot=cannot,
        rather_not=rather_not,
        weights=weights,
        **{name: asked[name] for name in SETTINGS if name in asked},
    )


def _hours(wishes, pairs) -> tuple[dict[int, set[Cell]], dict[int, set[Cell]]]:
    found: dict[str, defaultdict[int, set[Cell]]] = {
        TeacherHours.CANNOT: defaultdict(set),
        TeacherHours.RATHER_NOT: defaultdict(set),
    }
    for one in wishes:
        numbers = [one.pair] if one.pair else list(pairs)
        found[one.kind][one.employee_id].update(Cell(one.weekday, number) for number in numbers)
    return dict(found[TeacherHours.CANNOT]), dict(found[TeacherHours.RATHER_NOT])


@dataclass
class _Busy:
    """What stands already, folded from its dates into moments of the odd and the even week."""

    teachers: defaultdict[int, set[Moment]]
    rooms: defaultdict[int, set[Moment]]
    listeners: defaultdict[Audience, set[Moment]]


def _busy(
    draft: TimetableDraft,
    wants: Sequence[Want],
    pairs: dict[int, ClassPair],
    mondays: list[datetime.date],
    replaced: list[int],
) -> _Busy:
    found = _Busy(defaultdict(set), defaultdict(set), defaultdict(set))
    days = [monday + datetime.timedelta(n) for monday in mondays for n in range(SUNDAY)]
    standing = timetable.busy_hours(
        [day for day in days if day >= draft.starts_on],
        teachers={who for want in wants for who in want.teachers},
        groups={one.group for want in wants for one in want.audience},
        rooms=None,
        but={("lesson", key) for key in replaced},
    )
    for one in standing:
        parity = (one.day - mondays[0]).days // 7 % 2
        moments = {
            Moment(one.day.weekday(), number, parity)
            for number, pair in pairs.items()
            if meet(one.starts_at, one.ends_at, pair.starts, pair.ends)
        }
        if one.audience is not None:
            found.listeners[one.audience] |= moments
        else:
            (found.teachers if one.kind == timetable.TEACHER else found.rooms)[one.owner] |= moments
    return found


# --- places that are stored


def places_of(draft: TimetableDraft) -> dict[str, Place]:
    """The places found so far, by the keys of their wants."""
    rows = DraftPlace.objects.filter(draft=draft).values_list(
        "key", "weekday", "pair__number", "parity", "auditorium"
    )
    return {key: Place(weekday, pair, parity, room) for key, weekday, pair, parity, room in rows}


def week_of_group(draft: TimetableDraft, group: int) -> list[tuple[ClassPair, list[list[DraftPlace]]]]:
    """Rows of pairs with the places of each day, for the page."""
    found = (
        DraftPlace.objects.filter(draft=draft, teaching__audience__group=group)
        .select_related("teaching__subject", "teaching__teacher__person", "auditorium__building", "pair")
        .prefetch_related("teaching__audience__subgroup")
        .distinct()
    )
    pairs: dict[int, ClassPair] = {}
    cells: defaultdict[tuple[int, int], list[DraftPlace]] = defaultdict(list)
    for one in found:
        pairs[one.pair.number] = one.pair
        cells[one.pair.number, one.weekday].append(one)
    return [(pairs[number], [cells[number, day] for day in range(6)]) for number in sorted(pairs)]


def groups_of(draft: TimetableDraft):
    """Groups that have a place in the draft: key and name."""
    return (
        DraftPlace.objects.filter(draft=draft)
        .filter(teaching__audience__group__faculty=draft.faculty_id)
        .order_by("teaching__audience__group__name")
        .values_list("teaching__audience__group", "teaching__audience__group__name")
        .distinct()
    )
