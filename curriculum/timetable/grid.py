"""The week of a group, a teacher or a room, drawn as days by pairs; and a faculty's groups at a glance."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from curriculum.models import (
    ClassPair,
    ControlAudience,
    ControlEvent,
    Lesson,
    Teaching,
    TeachingAudience,
)
from curriculum.timetable import queries, rules
from hemis.access.scope import Scope
from staff.models import Employee
from structure.models import Auditorium, RoomBooking, RoomSlot
from structure.rules import teaching_week
from students.models import Group

GROUP, TEACHER, ROOM, FACULTY = "group", "teacher", "room", "faculty"


@dataclass(frozen=True)
class Shown:
    """One use of a cell in words; what is outside the reader's scope is only "busy"."""

    kind: str
    title: str
    lines: tuple[str, ...] = ()
    pk: int = 0
    training: str = ""
    cancelled: bool = False
    reason: str = ""
    fixed: bool = False
    link: str = ""
    hours: str = ""
    moved_from: datetime.date | None = None


@dataclass
class Cell:
    """A day and pair: what is there, or why nothing may be."""

    day: datetime.date
    pair: ClassPair
    closed: str = ""
    uses: list[Shown] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.day:%Y%m%d}-{self.pair.number}"

    @property
    def is_clash_free(self) -> bool:
        return not any(not one.cancelled for one in self.uses)


@dataclass
class Week:
    """Cells by day and by pair."""

    days: list[datetime.date]
    pairs: list[ClassPair]
    cells: dict[tuple[datetime.date, int], Cell]
    notes: dict[datetime.date, str]

    @property
    def by_pair(self) -> list[tuple[ClassPair, list[Cell]]]:
        return [(pair, [self.cells[day, pair.pk] for day in self.days]) for pair in self.pairs]

    @property
    def by_day(self) -> list[tuple[datetime.date, str, list[Cell]]]:
        """Days with their busy cells only: what a phone shows."""
        return [
            (day, self.notes.get(day, ""), [c for pair in self.pairs if (c := self.cells[day, pair.pk]).uses])
            for day in self.days
        ]

    @property
    def count(self) -> int:
        return sum(not one.cancelled for cell in self.cells.values() for one in cell.uses)

    @property
    def windows(self) -> int:
        """Free pairs between two busy ones of a day."""
        total = 0
        for day in self.days:
            busy = [at for at, pair in enumerate(self.pairs) if not self.cells[day, pair.pk].is_clash_free]
            total += (busy[-1] - busy[0] + 1 - len(busy)) if busy else 0
        return total


def lessons_of(kind: str, key: int) -> QuerySet[Lesson]:
    """Lessons of a group, a teacher or a room."""
    rows = Lesson.objects.all()
    if kind == TEACHER:
        return rows.filter(Q(teacher=key) | Q(assistant=key))
    if kind == ROOM:
        return rows.filter(auditorium=key)
    return rows.filter(Exists(TeachingAudience.objects.filter(teaching=OuterRef("teaching"), group=key)))


def controls_of(kind: str, key: int) -> QuerySet[ControlEvent]:
    """Controls of a group, an examiner or a room."""
    rows = ControlEvent.objects.all()
    if kind == TEACHER:
        return rows.filter(Q(examiner=key) | Q(second_examiner=key))
    if kind == ROOM:
        return rows.filter(auditorium=key)
    return rows.filter(Exists(ControlAudience.objects.filter(event=OuterRef("pk"), group=key)))


def week_of(
    kind: str,
    key: int,
    day: datetime.date,
    *,
    scope: Scope | None = None,
    exam_scope: Scope | None = None,
    plans: Iterable[int] = (),
    lessons: QuerySet[Lesson] | None = None,
    controls: QuerySet[ControlEvent] | Sequence[ControlEvent] | None = None,
    bookings: bool = True,
) -> Week:
    """The week of ``day``: a fixed number of queries, whatever it holds.

    What lies outside ``scope`` is shown as busy; without a scope everything is
    shown (one's own timetable). Without ``bookings`` a room's other uses are only busy.
    """
    days = teaching_week(day)
    year, _term = rules.half_year(days[0])
    open_for = queries.calendar(tuple(plans), days[0], days[-1] + datetime.timedelta(1))
    sunday = days[-1] + datetime.timedelta(1)
    if sunday in open_for.worked:
        days = [*days, sunday]
    pairs = queries.pairs_of(year)
    notes = {one: why for one in days if (why := open_for.why_closed(tuple(plans), one))}
    cells = {(one, pair.pk): Cell(one, pair, notes.get(one, "")) for one in days for pair in pairs}
    week = Week(days, pairs, cells, notes)
    _add_lessons(week, lessons_of(kind, key) if lessons is None else lessons, kind, scope)
    _add_controls(week, controls_of(kind, key) if controls is None else controls, kind, exam_scope or scope)
    if kind == ROOM:
        _add_bookings(week, key, in_words=bookings)
    return week


def _cell_of(week: Week, day: datetime.date, event: Any) -> list[Cell]:
    """The cell of the event's pair; of the cells its hours meet, if the pair is not drawn."""
    exact = week.cells.get((day, event.pair_id))
    if exact is not None:
        return [exact]
    return _met(week, day, event.starts_at, event.ends_at)


def _met(week: Week, day: datetime.date, starts: datetime.time, ends: datetime.time) -> list[Cell]:
    return [
        cell
        for pair in week.pairs
        if rules.meet(pair.starts, pair.ends, starts, ends) and (cell := week.cells.get((day, pair.pk)))
    ]


def _add_lessons(week: Week, rows: QuerySet[Lesson], kind: str, scope: Scope | None) -> None:
    rows = _with_scope(rows.filter(day__in=week.days), scope)
    for lesson in queries.with_words(rows.order_by("day", "starts_at", "pk")):
        shown = lesson_shown(lesson, kind) if getattr(lesson, "is_seen", True) else _busy()
        for cell in _cell_of(week, lesson.day, lesson):
            cell.uses.append(shown)


def _add_controls(
    week: Week, rows: QuerySet[ControlEvent] | Sequence[ControlEvent], kind: str, scope: Scope | None
) -> None:
    """Controls of the week; those that come fetched are the reader's own."""
    if isinstance(rows, QuerySet):
        found = _with_scope(rows.filter(day__in=week.days), scope)
        rows = list(queries.events_with_words(found.order_by("day", "starts_at")))
    for event in rows:
        if event.day not in week.days:
            continue
        shown = control_shown(event, kind) if getattr(event, "is_seen", True) else _busy()
        for cell in _cell_of(week, event.day, event):
            cell.uses.append(shown)


def _add_bookings(week: Week, room: int, *, in_words: bool) -> None:
    slots = list(RoomSlot.objects.filter(auditorium=room, day__in=week.days, source="booking"))
    named = RoomBooking.objects.filter(pk__in=[one.source_id for one in slots])
    words = dict(named.values_list("pk", "purpose")) if slots and in_words else {}
    for slot in slots:
        for cell in _met(week, slot.day, slot.starts_at, slot.ends_at):
            shown = Shown("booking", words.get(slot.source_id, _("Room booking"))) if in_words else _busy()
            cell.uses.append(shown)


def _with_scope(rows: QuerySet[Any], scope: Scope | None) -> QuerySet[Any]:
    """With ``is_seen``, where the scope leaves something out."""
    if scope is None or scope.everything:
        return rows
    mine: Any = rows.model._default_manager
    return rows.annotate(is_seen=Exists(mine.for_scope(scope).filter(pk=OuterRef("pk"))))


def _busy() -> Shown:
    return Shown("busy", _("busy"))


def lesson_shown(lesson: Lesson, kind: str) -> Shown:
    """A lesson in the words of a view: a group's names the teacher, a teacher's the groups."""
    groups = queries.audience_text(lesson.teaching)
    teacher = lesson.teacher.person.short_name
    room = str(lesson.auditorium or "")
    lines = {GROUP: (teacher, room), TEACHER: (groups, room), ROOM: (groups, teacher)}.get(
        kind, (groups, teacher, room)
    )
    if kind == GROUP and any(mark in groups for mark in ",/("):
        lines = (teacher, room, groups)
    return Shown(
        "lesson",
        lesson.teaching.subject.get_name_display(),
        tuple(one for one in lines if one),
        lesson.pk,
        lesson.teaching.get_training_type_display(),  # type: ignore[attr-defined]
        lesson.state == Lesson.CANCELLED,
        lesson.reason,
        lesson.is_locked,
        lesson.link,
        f"{lesson.starts_at:%H:%M}–{lesson.ends_at:%H:%M}",
        lesson.first_day if lesson.first_day != lesson.day else None,
    )


def control_shown(event: ControlEvent, kind: str) -> Shown:
    """A control in the words of a view."""
    groups = ", ".join(str(one) for one in event.audience.all())
    lines = {GROUP: (event.examiner.person.short_name,), TEACHER: (groups,)}.get(
        kind, (groups, event.examiner.person.short_name)
    )
    return Shown(
        "control",
        event.subject.get_name_display(),
        tuple(one for one in (*lines, str(event.auditorium or "")) if one),
        event.pk,
        event.get_control_display(),  # type: ignore[attr-defined]
        event.state == ControlEvent.CANCELLED,
        event.reason,
        hours=f"{event.starts_at:%H:%M}–{event.ends_at:%H:%M}",
    )


# --- what is left to place


@dataclass(frozen=True)
class Left:
    """A teaching with hours that no lesson stands for yet."""

    teaching: Teaching
    placed: int

    @property
    def hours(self) -> int:
        return self.teaching.hours - self.placed

    @property
    def groups(self) -> str:
        return queries.audience_text(self.teaching)


def left_of(kind: str, key: int, day: datetime.date, scope: Scope) -> list[Left]:
    """Teachings of the half-year with hours left, of a group or a teacher: two queries."""
    year, term = rules.half_year(day)
    rows = Teaching.objects.for_scope(scope).filter(academic_year=year, term=term)
    if kind == TEACHER:
        rows = rows.filter(Q(teacher=key) | Q(assistant=key))
    elif kind == GROUP:
        rows = rows.filter(Exists(TeachingAudience.objects.filter(teaching=OuterRef("pk"), group=key)))
    else:
        return []
    planned = Lesson.objects.planned().filter(teaching=OuterRef("pk")).order_by().values("teaching")
    counted = planned.annotate(count=Count("pk")).values("count")
    rows = rows.annotate(placed=Coalesce(Subquery(counted), 0) * rules.PAIR_HOURS)
    found = (
        rows.filter(placed__lt=F("hours"))
        .select_related("subject", "teacher__person")
        .prefetch_related(
            Prefetch(
                "audience", TeachingAudience.objects.select_related("group", "subgroup", "curriculum_subject")
            )
        )
        .order_by("subject__name", "training_type", "pk")
    )
    return [Left(one, one.placed) for one in found]


# --- choices and a faculty at a glance


def groups_in(scope: Scope, year: int) -> QuerySet[Group]:
    """Groups that are taught in the academic year and whose lessons the scope sees."""
    taught = Teaching.objects.for_scope(scope).filter(academic_year=year)
    return (
        Group.objects.filter(
            Exists(TeachingAudience.objects.filter(group=OuterRef("pk"), teaching__in=taught.values("pk")))
        )
        .select_related("plan")
        .order_by("name")
    )


def teachers_in(scope: Scope, year: int) -> QuerySet[Employee]:
    """Teachers of the academic year in the scope."""
    taught = Teaching.objects.for_scope(scope).filter(academic_year=year)
    return (
        Employee.objects.filter(Q(pk__in=taught.values("teacher")) | Q(pk__in=taught.values("assistant")))
        .select_related("person")
        .order_by("person__sort_key", "pk")
    )


def rooms_in() -> QuerySet[Auditorium]:
    return Auditorium.objects.filter(is_active=True).select_related("building")


def choices_in(kind: str, scope: Scope, year: int) -> list[Any]:
    """Whose timetable of the academic year may be looked at: groups, teachers or rooms."""
    if kind == TEACHER:
        return list(teachers_in(scope, year))
    return list(rooms_in() if kind == ROOM else groups_in(scope, year))


def plan_of(group: Group) -> list[int]:
    """The curriculum by which a group studies, as a list of none or one (``groups_in`` brings it along)."""
    plan = getattr(group, "plan", None)
    return [plan.curriculum_id] if plan else []


@dataclass(frozen=True)
class Row:
    """A group, or a teacher, with the pairs of the week: each with its uses."""

    owner: Any
    days: list[list[tuple[ClassPair, list[str]]]]
    count: int
    windows: int


def overview(
    kind: str, owners: Sequence[Any], day: datetime.date, pairs: Sequence[ClassPair]
) -> tuple[list[datetime.date], list[Row]]:
    """Who is busy in which pair of the week, with what: a fixed number of queries."""
    days = teaching_week(day)
    uses: dict[tuple[int, datetime.date, int], list[str]] = defaultdict(list)
    keys = {one.pk for one in owners}
    rows = Lesson.objects.planned().filter(day__in=days)
    if kind == GROUP:
        rows = rows.filter(
            Exists(TeachingAudience.objects.filter(teaching=OuterRef("teaching"), group__in=keys))
        )
    else:
        rows = rows.filter(Q(teacher__in=keys) | Q(assistant__in=keys))
    for lesson in queries.with_words(rows):
        owned = (
            {one.group_id for one in lesson.teaching.audience.all()}
            if kind == GROUP
            else {lesson.teacher_id, lesson.assistant_id}
        )
        for owner in owned & keys:
            uses[owner, lesson.day, lesson.pair_id].append(queries.lesson_words(lesson))
    found = []
    for owner in owners:
        drawn = [[(pair, uses.get((owner.pk, one, pair.pk), [])) for pair in pairs] for one in days]
        busy = [[at for at, (_pair, some) in enumerate(cells) if some] for cells in drawn]
        windows = sum(some[-1] - some[0] + 1 - len(some) for some in busy if some)
        found.append(Row(owner, drawn, sum(map(len, busy)), windows))
    return days, found
