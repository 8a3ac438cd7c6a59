"""What is busy, what is allowed, how much is left: read by pages, actions and automatic timetabling alike."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _

from curriculum.models import (
    AudienceSlot,
    ClassPair,
    ControlAudience,
    ControlEvent,
    CurriculumSubject,
    CurriculumWeek,
    Holiday,
    Lesson,
    TeacherSlot,
    Teaching,
    TeachingAudience,
)
from curriculum.timetable import rules, sitting
from curriculum.timetable.models import TimetableRule
from staff.models import Employee
from structure.models import Auditorium, RoomBooking, RoomSlot
from structure.rules import monday_of
from students.models import Group, Subgroup


def pairs_of(year: int) -> list[ClassPair]:
    """The pairs of an academic year, from the first of the day."""
    return list(ClassPair.objects.filter(academic_year=year, is_active=True).order_by("number"))


def calendar(plans: Collection[int], first: datetime.date, last: datetime.date) -> rules.Calendar:
    """Weeks of the plans and days off from ``first`` to ``last``: two queries."""
    found = rules.Calendar()
    weeks = CurriculumWeek.objects.filter(
        curriculum__in=plans, starts_on__lte=last, ends_on__gte=first - _DAY
    )
    for plan, starts, ends, kind in weeks.order_by("starts_on").values_list(
        "curriculum", "starts_on", "ends_on", "kind"
    ):
        found.weeks.setdefault(plan, []).append(rules.Span(starts, ends, kind))
    for row in Holiday.objects.filter(Q(day__range=(first, last)) | Q(works_on__range=(first, last))):
        found.days_off[row.day] = row.name
        if row.works_on:
            found.worked[row.works_on] = row.day
    return found


_DAY = datetime.timedelta(days=1)


def plans_of(teachings: Iterable[int]) -> dict[int, set[int]]:
    """Teaching → the curricula of its audiences."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = TeachingAudience.objects.filter(teaching__in=list(teachings))
    for teaching, plan in rows.values_list("teaching", "curriculum_subject__curriculum"):
        found[teaching].add(plan)
    return found


def placed_hours(teachings: Iterable[int]) -> dict[int, int]:
    """Teaching → academic hours of its planned lessons."""
    rows = Lesson.objects.planned().filter(teaching__in=list(teachings)).values("teaching").order_by()
    counted: Any = rows.annotate(count=Count("pk")).values_list("teaching", "count")
    return {teaching: count * rules.PAIR_HOURS for teaching, count in counted}


def rule_on(code: str, day: datetime.date) -> int:
    """The figure that holds on ``day``; zero where none has come into force."""
    row = TimetableRule.objects.filter(code=code).in_force(day).last()
    return row.value if row else 0


def rules_on(day: datetime.date) -> dict[str, int]:
    """All figures that hold on ``day``: one query."""
    rows = TimetableRule.objects.in_force(day)
    return {row.code: row.value for row in rows}


# --- who is busy


@dataclass(frozen=True)
class Hours:
    """A stretch of a day that something takes; ``audience`` of a group's, ``owner`` a teacher's or a room's key."""

    kind: str
    owner: int
    day: datetime.date
    starts_at: datetime.time
    ends_at: datetime.time
    source: str
    source_id: int
    audience: rules.Audience | None = None


TEACHER, GROUP, ROOM = "teacher", "group", "room"


@dataclass
class Busy:
    """What some teachers, groups and rooms are busy with on some days."""

    hours: list[Hours]

    def __post_init__(self) -> None:
        self._by_day: dict[datetime.date, list[Hours]] = defaultdict(list)
        for one in self.hours:
            self._by_day[one.day].append(one)

    def add(self, rows: Iterable[Hours]) -> None:
        """Take more hours, such as those of what is about to be placed."""
        for one in rows:
            self._by_day[one.day].append(one)

    def met(
        self,
        day: datetime.date,
        starts: datetime.time,
        ends: datetime.time,
        *,
        teachers: Collection[int] = (),
        audience: Collection[rules.Audience] = (),
        rooms: Collection[int] = (),
    ) -> list[Hours]:
        """What stands in the way of a class with these people and rooms."""
        found = []
        for one in self._by_day.get(day, ()):
            if not rules.meet(starts, ends, one.starts_at, one.ends_at):
                continue
            owned = teachers if one.kind == TEACHER else rooms if one.kind == ROOM else ()
            shared = one.audience and any(rules.audiences_meet(mine, one.audience) for mine in audience)
            if shared or one.owner in owned:
                found.append(one)
        return found


def busy(
    days: Collection[datetime.date],
    *,
    teachers: Collection[int] = (),
    groups: Collection[int] = (),
    rooms: Collection[int] | None = (),
    but: Collection[tuple[str, int]] = (),
) -> Busy:
    """Busy hours on ``days`` (rooms None: of all rooms) apart from those of ``but`` (source, key): three queries."""
    return Busy(list(busy_hours(days, teachers=teachers, groups=groups, rooms=rooms, but=but)))


def busy_hours(
    days: Collection[datetime.date],
    *,
    teachers: Collection[int] = (),
    groups: Collection[int] = (),
    rooms: Collection[int] | None = (),
    but: Collection[tuple[str, int]] = (),
) -> Iterator[Hours]:
    """The hours of ``busy`` one by one: three queries, nothing kept."""
    left_out = set(but)
    columns = ("day", "starts_at", "ends_at", "source", "source_id")
    found: list[Iterable[Hours]] = []
    if teachers:
        rows = TeacherSlot.objects.filter(day__in=days, employee__in=teachers)
        found.append(Hours(TEACHER, *row) for row in rows.values_list("employee", *columns).iterator())
    if groups:
        slots = AudienceSlot.objects.filter(day__in=days, group__in=groups)
        parts = slots.values_list(*rules.Audience._fields, *columns).iterator()
        found.append(Hours(GROUP, row[0], *row[5:], audience=rules.Audience(*row[:5])) for row in parts)
    if rooms is None or rooms:
        taken = RoomSlot.objects.filter(day__in=days)
        if rooms is not None:
            taken = taken.filter(auditorium__in=rooms)
        found.append(Hours(ROOM, *row) for row in taken.values_list("auditorium", *columns).iterator())
    return (one for one in chain(*found) if (one.source, one.source_id) not in left_out)


def audiences_of(teachings: Iterable[int]) -> dict[int, list[rules.Audience]]:
    """Teaching → its groups and the parts of them: one query."""
    found: dict[int, list[rules.Audience]] = {key: [] for key in teachings}
    rows = TeachingAudience.objects.filter(teaching__in=list(found)).select_related(
        "subgroup", "curriculum_subject"
    )
    for one in rows:
        found[one.teaching_id].append(part_of(one))
    return found


def part_of(row: TeachingAudience | ControlAudience) -> rules.Audience:
    """Whom a row of an audience stands for (its ``subgroup`` and ``curriculum_subject`` fetched)."""
    return part(row.group_id, row.curriculum_subject, row.subgroup)


def part(group: int, line: CurriculumSubject, subgroup: Subgroup | None = None) -> rules.Audience:
    """Who of a group attends a line of its plan: all, a subgroup, those who chose this alternative."""
    elective = rules.elective_key(line.semester_id, line.elective_group)
    return rules.Audience(
        group,
        subgroup.pk if subgroup else None,
        subgroup.division_id if subgroup else None,
        elective,
        line.pk if elective else None,
    )


# --- in words


def with_words(rows: Any) -> Any:
    """Lessons with everything that their words need."""
    audience = Prefetch(
        "teaching__audience",
        TeachingAudience.objects.select_related("group", "subgroup__division", "curriculum_subject"),
    )
    return rows.select_related(
        "teaching__subject", "teacher__person", "assistant__person", "auditorium__building", "pair"
    ).prefetch_related(audience)


def audience_text(teaching: Teaching) -> str:
    """The groups of a teaching in words; of an elective only who chose it (prefetched ``audience``)."""
    seats = list(teaching.audience.all())
    text = ", ".join(f"{one.group}/{one.subgroup.name}" if one.subgroup else str(one.group) for one in seats)
    if any(one.curriculum_subject.elective_group for one in seats):
        return _("%(groups)s (who chose it)") % {"groups": text}
    return text


def lesson_words(lesson: Lesson) -> str:
    """A lesson in one line: subject, kind of training, groups, teacher, room."""
    parts = [
        lesson.teaching.subject.get_name_display(),
        lesson.teaching.get_training_type_display(),  # type: ignore[attr-defined]
        audience_text(lesson.teaching),
        lesson.teacher.person.short_name,
        str(lesson.auditorium or ""),
    ]
    return " · ".join(part for part in parts if part)


def control_words(event: ControlEvent) -> str:
    """A control in one line."""
    groups = ", ".join(str(one) for one in event.audience.all())
    parts = [
        event.get_control_display(),
        event.subject.get_name_display(),
        groups,
        str(event.auditorium or ""),
    ]  # type: ignore[attr-defined]
    return " · ".join(part for part in parts if part)


def events_with_words(rows: Any) -> Any:
    """Controls with everything that their words need."""
    audience = Prefetch(
        "audience", ControlAudience.objects.select_related("group", "subgroup__division__group")
    )
    return rows.select_related(
        "subject", "kafedra", "examiner__person", "second_examiner__person", "auditorium__building", "pair"
    ).prefetch_related(audience)


@dataclass(frozen=True)
class Conflict:
    """Who or what is busy with what."""

    kind: str
    who: str
    what: str

    def __str__(self) -> str:
        return _("%(who)s is busy: %(what)s.") % {"who": self.who, "what": self.what}


def explain(met: Collection[Hours]) -> list[Conflict]:
    """What stands in the way, in words."""
    words = _named(met)
    return sorted(set(words.values()), key=lambda one: (one.kind, one.who))


def words_of(met: Collection[Hours]) -> dict[Hours, str]:
    """Each of the busy hours as a sentence: a fixed number of queries, however many."""
    return {hours: str(conflict) for hours, conflict in _named(met).items()}


def _named(met: Collection[Hours]) -> dict[Hours, Conflict]:
    keys: dict[str, set[int]] = defaultdict(set)
    owners: dict[str, set[int]] = defaultdict(set)
    for one in met:
        keys[one.source].add(one.source_id)
        owners[one.kind].add(one.owner)
    what, who = _sources_named(keys), _owners_named(owners)
    return {
        one: Conflict(
            one.kind, who.get((one.kind, one.owner), ""), _at(one, what.get((one.source, one.source_id), ""))
        )
        for one in met
    }


def _sources_named(keys: dict[str, set[int]]) -> dict[tuple[str, int], str]:
    what: dict[tuple[str, int], str] = {}
    if keys["lesson"]:
        for lesson in with_words(Lesson.objects.filter(pk__in=keys["lesson"])):
            what["lesson", lesson.pk] = lesson_words(lesson)
    if keys["control"]:
        for event in events_with_words(ControlEvent.objects.filter(pk__in=keys["control"])):
            what["control", event.pk] = control_words(event)
    if keys["booking"]:
        for booking in RoomBooking.objects.filter(pk__in=keys["booking"]):
            what["booking", booking.pk] = booking.purpose
    return what


def _owners_named(owners: dict[str, set[int]]) -> dict[tuple[str, int], str]:
    who: dict[tuple[str, int], str] = {}
    for teacher in Employee.objects.filter(pk__in=owners[TEACHER]).select_related("person"):
        who[TEACHER, teacher.pk] = teacher.person.short_name
    for group in Group.objects.filter(pk__in=owners[GROUP]):
        who[GROUP, group.pk] = str(group)
    for room in Auditorium.objects.filter(pk__in=owners[ROOM]).select_related("building"):
        who[ROOM, room.pk] = str(room)
    return who


def _at(hours: Hours, words: str) -> str:
    return f"{hours.starts_at:%H:%M}–{hours.ends_at:%H:%M} {words}".strip()


# --- free alternatives


@dataclass(frozen=True)
class Alternative:
    """A place where nobody is busy: day, pair and a room that fits."""

    day: datetime.date
    pair: ClassPair
    room: Auditorium | None

    @property
    def same_day(self) -> str:
        return self.day.isoformat()


@dataclass(frozen=True)
class Wish:
    """What a place is sought for: people, how many, and the rooms that fit, the best first."""

    teachers: tuple[int, ...]
    audience: tuple[rules.Audience, ...]
    size: int
    kinds: tuple[str, ...]
    plans: tuple[int, ...]
    but: tuple[tuple[str, int], ...] = ()
    week_kinds: tuple[str, ...] = (rules.THEORY,)

    @property
    def groups(self) -> set[int]:
        return {one.group for one in self.audience}


def wish_of(teaching: Teaching, lesson: Lesson | None = None) -> Wish:
    """What a lesson of the teaching needs: three queries."""
    teachers = (
        (lesson.teacher_id, lesson.assistant_id) if lesson else (teaching.teacher_id, teaching.assistant_id)
    )
    return Wish(
        tuple(one for one in teachers if one),
        tuple(audiences_of([teaching.pk])[teaching.pk]),
        sitting.sizes([teaching.pk]).get(teaching.pk, 0),
        rules.room_kinds(teaching.training_type),
        tuple(sorted(plans_of([teaching.pk]).get(teaching.pk, ()))),
        (("lesson", lesson.pk),) if lesson and lesson.pk else (),
    )


def fitting_rooms(wish: Wish) -> list[Auditorium]:
    """Rooms in use that seat everybody and are of a fitting type, the best fit first."""
    rooms = Auditorium.objects.filter(is_active=True, capacity__gte=wish.size, kind__in=wish.kinds)
    order = {kind: at for at, kind in enumerate(wish.kinds)}
    return sorted(rooms.select_related("building"), key=lambda one: (order[one.kind], one.capacity, one.pk))


def free_rooms(
    wish: Wish, day: datetime.date, pair: ClassPair, rooms: Collection[Auditorium] | None = None
) -> list[Auditorium]:
    """Fitting rooms that nobody has then."""
    taken = busy([day], rooms=None, but=wish.but)
    fitting = fitting_rooms(wish) if rooms is None else rooms
    return [one for one in fitting if not taken.met(day, pair.starts, pair.ends, rooms=(one.pk,))]


def free_places(
    wish: Wish,
    day: datetime.date,
    pairs: Collection[ClassPair],
    room: Auditorium | None = None,
    *,
    most: int = 6,
) -> list[Alternative]:
    """Pairs of the week of ``day`` that are free for everybody, with ``room`` where it is free: six queries.

    Those nearest to ``day`` come first.
    """
    days = [monday_of(day) + datetime.timedelta(n) for n in range(rules.SUNDAY)]
    open_for = calendar(wish.plans, days[0], days[-1])
    taken = busy(days, teachers=wish.teachers, groups=wish.groups, rooms=None, but=wish.but)
    rooms = ([room] if room else []) + [one for one in fitting_rooms(wish) if one != room]
    found = []
    for one in sorted(days, key=lambda other: (abs((other - day).days), other)):
        if open_for.why_closed(wish.plans, one, wish.week_kinds):
            continue
        for pair in pairs:
            if taken.met(one, pair.starts, pair.ends, teachers=wish.teachers, audience=wish.audience):
                continue
            free = next((r for r in rooms if not taken.met(one, pair.starts, pair.ends, rooms=(r.pk,))), None)
            if free is not None:
                found.append(Alternative(one, pair, free))
            if len(found) == most:
                return found
    return found


# --- people and figures


def pairs_a_day(day: datetime.date, teachers: Collection[int]) -> int:
    """The most pairs that one of the teachers has on a day."""
    rows = TeacherSlot.objects.filter(day=day, employee__in=teachers).values("employee").order_by()
    counts: Any = rows.annotate(count=Count("pk")).values_list("count", flat=True)
    return max(counts, default=0)


def pairs_of_groups(day: datetime.date, groups: Collection[int]) -> int:
    """The most pairs that one of the groups has on a day; subgroups side by side count once."""
    rows = AudienceSlot.objects.filter(day=day, group__in=groups).values("group").order_by()
    counts: Any = rows.annotate(count=Count("starts_at", distinct=True)).values_list("count", flat=True)
    return max(counts, default=0)
