"""Reading a faculty's half-year as the solver sees it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from curriculum.models import (
    AudienceSlot,
    ClassPair,
    CurriculumWeek,
    DraftPlace,
    Holiday,
    Lesson,
    Registration,
    TeacherHours,
    TeacherSlot,
    Teaching,
    TimetableDraft,
)
from curriculum.solver import rules
from curriculum.solver.rules import Cell, Listener, Moment, Place, Problem, Room, Want, Weights
from structure.models import Auditorium, RoomSlot
from students.models import Placement, SubgroupMember

# Self-study and course works have hours in the plan but no place in the week.
NOT_IN_THE_TIMETABLE = ("16", "17")
STUDYING = "11"
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
    pairs = {
        one.number: one
        for one in ClassPair.objects.filter(academic_year=draft.academic_year_id, is_active=True)
    }
    mondays = sorted({monday for one in weeks.values() for monday in one})
    replaced = _replaced(draft, teachings)
    placed = dict(
        Lesson.objects.planned()
        .filter(teaching__in=teachings)
        .exclude(pk__in=replaced)
        .values_list("teaching")
        .annotate(count=Count("pk"))
    )
    sizes = _Sizes(teachings)
    wants: list[Want] = []
    for teaching in teachings:
        if teaching.teacher_id is None:
            continue
        wants += rules.wants_of(
            teaching.pk,
            lessons=teaching.hours // ClassPair.HOURS - placed.get(teaching.pk, 0),
            weeks=len(weeks[teaching.pk]),
            teachers=tuple(one for one in (teaching.teacher_id, teaching.assistant_id) if one),
            audience=tuple(_listener(row) for row in teaching.audience.all()),
            training_type=teaching.training_type,
            people=sizes.of(teaching),
        )
    first = mondays[0] if mondays else None
    return Task(
        problem=_problem(draft, wants, pairs, first, mondays, replaced),
        teachings={one.pk: one for one in teachings},
        weeks=weeks,
        pairs=pairs,
        first_monday=first,
        replaced=replaced,
        without_teacher=[one for one in teachings if one.teacher_id is None],
        without_weeks=[one for one in teachings if not weeks[one.pk]],
    )


def _teachings(draft: TimetableDraft) -> list[Teaching]:
    return list(
        Teaching.objects.filter(academic_year=draft.academic_year_id, term=draft.term)
        .filter(audience__group__faculty=draft.faculty_id)
        .exclude(training_type__in=NOT_IN_THE_TIMETABLE)
        .select_related("subject", "teacher__person")
        .prefetch_related("audience__group", "audience__subgroup__division", "audience__curriculum_subject")
        .distinct()
        .order_by("pk")
    )


def _listener(row) -> Listener:
    if row.subgroup is None:
        return Listener(row.group_id)
    return Listener(row.group_id, row.subgroup.division_id, row.subgroup_id)


class _Sizes:
    """How many people an audience has: those studying in the group, or registered for an elective."""

    def __init__(self, teachings: Iterable[Teaching]):
        rows = [row for one in teachings for row in one.audience.all()]
        groups = {row.group_id for row in rows}
        open_places = Placement.objects.filter(valid_to=None, status=STUDYING, group__in=groups)
        self.groups = dict(open_places.values_list("group").annotate(count=Count("pk")))
        self.subgroups = dict(
            SubgroupMember.objects.filter(
                valid_to=None, subgroup__in={row.subgroup_id for row in rows if row.subgroup_id}
            )
            .values_list("subgroup")
            .annotate(count=Count("pk"))
        )
        electives = {row.curriculum_subject_id for row in rows if row.curriculum_subject.elective_group}
        chosen = (
            Registration.objects.active()
            .filter(curriculum_subject__in=electives)
            .filter(student__placements__valid_to=None)
            .values_list("curriculum_subject", "student__placements__group")
            .annotate(count=Count("pk"))
        )
        self.chosen = {(line, group): count for line, group, count in chosen}

    def of(self, teaching: Teaching) -> int:
        return sum(self._row(row) for row in teaching.audience.all())

    def _row(self, row) -> int:
        if row.subgroup_id:
            return self.subgroups.get(row.subgroup_id, 0)
        if row.curriculum_subject.elective_group:
            return self.chosen.get((row.curriculum_subject_id, row.group_id), 0)
        return self.groups.get(row.group_id, 0)


def _weeks(draft: TimetableDraft, teachings: Sequence[Teaching]) -> dict[int, list[datetime.date]]:
    """Mondays of the weeks of theory that all audiences of a teaching have from the draft's day on."""
    semesters = {row.curriculum_subject.semester_id for one in teachings for row in one.audience.all()}
    of_semester: defaultdict[int, set[datetime.date]] = defaultdict(set)
    found = CurriculumWeek.objects.filter(
        semester__in=semesters, kind=CurriculumWeek.THEORY, ends_on__gte=draft.starts_on
    )
    for semester, day in found.values_list("semester", "starts_on"):
        of_semester[semester].add(day - datetime.timedelta(days=day.weekday()))
    weeks = {}
    for one in teachings:
        common = [of_semester[row.curriculum_subject.semester_id] for row in one.audience.all()]
        weeks[one.pk] = sorted(set.intersection(*common)) if common else []
    return weeks


def _replaced(draft: TimetableDraft, teachings: Sequence[Teaching]) -> list[int]:
    if not draft.replaces:
        return []
    found = Lesson.objects.planned().filter(teaching__in=teachings, day__gte=draft.starts_on, is_locked=False)
    return list(found.values_list("pk", flat=True))


def _problem(draft, wants, pairs, first, mondays, replaced) -> Problem:
    asked = draft.options
    weights = Weights(**asked.get("weights", {}))
    busy = _Busy(pairs, first, mondays, draft.starts_on, replaced)
    wishes = TeacherHours.objects.filter(academic_year=draft.academic_year_id, term=draft.term)
    cannot, rather_not = _hours(wishes, pairs)
    return Problem(
        wants=wants,
        rooms=[
            Room(room.pk, room.kind, room.capacity, room.building_id)
            for room in Auditorium.objects.filter(is_active=True).order_by("pk")
        ],
        pairs=tuple(sorted(pairs)[: asked.get("last_pair", 6)]),
        busy_teachers=busy.of(TeacherSlot.objects.all(), "employee_id"),
        busy_rooms=busy.of(RoomSlot.objects.all(), "auditorium_id"),
        busy_listeners=busy.listeners(),
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


class _Busy:
    """Busy hours by dates, folded into moments of the odd and the even week."""

    def __init__(self, pairs, first, mondays, starts_on, replaced):
        self.pairs, self.first = pairs, first
        self.last = mondays[-1] + datetime.timedelta(days=6) if mondays else starts_on
        self.since = starts_on
        self.replaced = replaced

    def _rows(self, rows):
        found = rows.filter(day__gte=self.since, day__lte=self.last)
        return found.exclude(source="lesson", source_id__in=self.replaced) if self.replaced else found

    def _moments(self, day, starts, ends) -> list[Moment]:
        if self.first is None or day.weekday() > 5:
            return []
        parity = (day - self.first).days // 7 % 2
        return [
            Moment(day.weekday(), number, parity)
            for number, pair in self.pairs.items()
            if starts < pair.ends and pair.starts < ends
        ]

    def of(self, rows, who: str) -> dict[int, set[Moment]]:
        found: defaultdict[int, set[Moment]] = defaultdict(set)
        for key, day, starts, ends in self._rows(rows).values_list(who, "day", "starts_at", "ends_at"):
            found[key].update(self._moments(day, starts, ends))
        return dict(found)

    def listeners(self) -> dict[Listener, set[Moment]]:
        found: defaultdict[Listener, set[Moment]] = defaultdict(set)
        rows = self._rows(AudienceSlot.objects.all()).values_list(
            "group", "division", "subgroup", "day", "starts_at", "ends_at"
        )
        for group, division, subgroup, day, starts, ends in rows:
            found[Listener(group, division, subgroup)].update(self._moments(day, starts, ends))
        return dict(found)


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


def holidays(first: datetime.date, last: datetime.date) -> set[datetime.date]:
    """Days without lessons between two days."""
    return set(Holiday.objects.filter(day__range=(first, last)).values_list("day", flat=True))


def groups_of(draft: TimetableDraft):
    """Groups that have a place in the draft: key and name."""
    return (
        DraftPlace.objects.filter(draft=draft)
        .filter(teaching__audience__group__faculty=draft.faculty_id)
        .order_by("teaching__audience__group__name")
        .values_list("teaching__audience__group", "teaching__audience__group__name")
        .distinct()
    )
