"""Reading a faculty's session as the solver sees it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Max, Min, Q
from django.utils import timezone

from curriculum.exams import offers, rules
from curriculum.exams.rules import Exam, Place, Problem, Room, Seats, Slot, Weights
from curriculum.models import (
    ClassPair,
    ControlAudience,
    ControlEvent,
    CurriculumSubject,
    CurriculumWeek,
    ExamDraft,
    ExamPlace,
    GroupCurriculum,
    RelearningCourse,
    SubjectControl,
    TeacherHours,
    Teaching,
    TeachingAudience,
)
from curriculum.timetable import queries as timetable
from curriculum.timetable import rules as week
from curriculum.timetable.models import TimetableRule
from curriculum.timetable.rules import Audience
from curriculum.timetable.sitting import DISABILITY
from staff.importing import TEACHING_POSTS
from staff.models import Position
from structure.models import Auditorium
from students.models import Placement

SETTINGS = ("most_a_day", "examiner_day_max", "late_from", "big_from")
PER_CENT = 100
# Groups that sit controls: the active ones, and those of courses of relearning.
TAUGHT = Q(group__is_active=True) | Q(group__relearning_course__state=RelearningCourse.OPEN)
SITTING = """
SELECT r.curriculum_subject_id, coalesce(r.group_id, p.group_id), r.student_id,
       r.group_id IS NOT NULL AND r.group_id <> p.group_id
  FROM curriculum_registration r
  JOIN students_placement p ON p.student_id = r.student_id AND p.status = '11' AND p.valid_to IS NULL
 WHERE r.is_active AND r.curriculum_subject_id = ANY(%s)
"""


@dataclass(frozen=True)
class Bundle:
    """Groups that sit one control together, each by the line of its plan."""

    key: str
    lines: dict[int, CurriculumSubject]  # group → line

    @property
    def one(self) -> CurriculumSubject:
        return next(iter(self.lines.values()))


@dataclass(frozen=True)
class Task:
    """A problem, and what is needed to turn its places into controls again."""

    problem: Problem
    bundles: dict[str, Bundle]
    pairs: dict[int, ClassPair]
    replaced: list[int] = field(default_factory=list)  # controls that give way

    @property
    def exams(self) -> dict[str, Exam]:
        return {exam.key: exam for exam in self.problem.exams}


# (line, group) → the students who sit it, and those of them who sit with another group than their own.
Sitting = dict[tuple[int, int], set[int]]


def task_of(draft: ExamDraft, *, keeping: Collection[int] = ()) -> Task:
    """What the faculty's groups have to sit in the session and have no control for; a fixed number of queries.

    Controls of ``keeping`` do not give way.
    """
    lines = _lines(draft)
    replaced = [event for event in _replaced(draft) if event not in keeping]
    sitting, guests = _sitting(draft, lines)
    done, before = _other_sheets(draft, replaced)
    bundles = _bundles(draft, lines, sitting, done)
    pairs = {one.number: one for one in timetable.pairs_of(draft.academic_year_id)}
    days = _days(draft)
    open_on = _open_days(draft, bundles, days, before)
    examiners = _examiners(draft, bundles)
    commission_from = timetable.rule_on(TimetableRule.SECOND_FROM, draft.first_day)
    heads = 2 if week.needs_second(draft.control, draft.attempt, commission_from) else 1
    access = _needing_access({group for one in bundles for group in one.lines})
    exams = []
    for one in bundles:
        seated = {
            student for group, line in one.lines.items() for student in sitting.get((line.pk, group), ())
        }
        exams.append(
            Exam(
                key=one.key,
                subject=one.one.subject_id,
                audience=(
                    *(timetable.part(group, line) for group, line in one.lines.items()),
                    *(Audience(-student) for student in sorted(seated & guests)),
                ),
                examiners=tuple(sorted(examiners[one.key])),
                people=len(seated),
                days=open_on[one.key],
                needs_access=bool(access & one.lines.keys()),
                heads=heads,
            )
        )
    return Task(
        _problem(draft, exams, days, pairs, replaced), {one.key: one for one in bundles}, pairs, replaced
    )


def weeks_of_attestation(faculty: int, year: int, term: str) -> tuple[datetime.date, datetime.date] | None:
    """First and last day of the weeks of attestation in the plans of a faculty's groups; None without any."""
    first, last = week.half_year_days(year, term)
    plans = GroupCurriculum.objects.filter(TAUGHT, group__faculty=faculty)
    found = CurriculumWeek.objects.filter(
        curriculum__in=plans.values("curriculum"), kind=week.ATTESTATION, starts_on__range=(first, last)
    ).aggregate(first=Min("starts_on"), last=Max("ends_on"))
    return (found["first"], found["last"]) if found["first"] else None


# --- what is to be sat


def _lines(draft: ExamDraft) -> dict[int, list[CurriculumSubject]]:
    """Group → the lines of its plan in the half-year that have the control and whose sheet allows it."""
    plans: defaultdict[int, list[int]] = defaultdict(list)
    rows = GroupCurriculum.objects.filter(TAUGHT, group__faculty=draft.faculty_id)
    for group, plan in rows.order_by("group__name").values_list("group", "curriculum"):
        plans[plan].append(group)
    found: defaultdict[int, list[CurriculumSubject]] = defaultdict(list)
    lines = CurriculumSubject.objects.filter(
        curriculum__in=plans, semester__academic_year=draft.academic_year_id, controls__control=draft.control
    ).select_related("semester", "sheet_kind")
    # A summer semester is a part of the spring's half-year, but a session before it is none of its courses.
    lines = lines.exclude(relearning_course__window__is_summer=True, semester__starts_on__gt=draft.last_day)
    for line in lines.order_by("position", "pk"):
        own_term = line.semester.is_autumn == (draft.term == week.AUTUMN)
        if own_term and line.sheet_kind.has_parts != (draft.control == SubjectControl.OVERALL):
            for group in plans[line.curriculum_id]:
                found[group].append(line)
    return dict(found)


def _sitting(draft: ExamDraft, lines: Mapping[int, list[CurriculumSubject]]) -> tuple[Sitting, set[int]]:
    """Who sits what, and the students who sit anything with another group than their own."""
    keys = {line.pk for some in lines.values() for line in some}
    with connection.cursor() as cursor:
        cursor.execute(SITTING, [list(keys)])
        rows = cursor.fetchall()
    if draft.attempt != week.FIRST_ATTEMPT:
        again = offers.sitters(keys, draft.attempt)
        rows = [row for row in rows if (row[0], row[2]) in again]
    found: Sitting = defaultdict(set)
    for line, group, student, _guest in rows:
        found[line, group].add(student)
    return found, {student for _line, _group, student, guest in rows if guest}


def _other_sheets(
    draft: ExamDraft, replaced: Collection[int]
) -> tuple[set[tuple[int, int]], dict[tuple[int, int], datetime.date]]:
    """(group, subject) that have the control already, and the day of the sheet that this one follows."""
    first, last = week.half_year_days(draft.academic_year_id, draft.term)
    earlier = week.attempt_before(draft.attempt)
    rows = (
        ControlAudience.objects.filter(
            group__faculty=draft.faculty_id,
            event__state=ControlEvent.PLANNED,
            event__control=draft.control,
            event__attempt__in=[draft.attempt, earlier],
            event__pair__academic_year=draft.academic_year_id,
            event__day__gte=first,
        )
        .exclude(event__in=replaced)
        .values_list("group", "event__subject", "event__attempt", "event__day")
    )
    done: set[tuple[int, int]] = set()
    before: dict[tuple[int, int], datetime.date] = {}
    for group, subject, attempt, day in rows:
        if attempt == draft.attempt:
            done.add((group, subject))
        elif day <= last:
            before[group, subject] = day
    return done, before


def _bundles(
    draft: ExamDraft,
    lines: Mapping[int, list[CurriculumSubject]],
    sitting: Sitting,
    done: set[tuple[int, int]],
) -> list[Bundle]:
    """Who sits together: groups of a stream while the largest room seats them, each of the others by itself."""
    by_subject: defaultdict[tuple[int, int], dict[int, CurriculumSubject]] = defaultdict(dict)
    for group, some in lines.items():
        for line in some:
            if sitting.get((line.pk, group)) and (group, line.subject_id) not in done:
                by_subject[line.subject_id, line.kafedra_id].setdefault(group, line)
    streams = _streams(draft, by_subject) if draft.together else {}
    largest = max((room.seats for room in rooms_of(draft)), default=0)
    found = []
    for (subject, _kafedra), groups in by_subject.items():
        seats = [
            Seats(group, len(sitting[line.pk, group]), frozenset(streams.get((group, subject), ())))
            for group, line in groups.items()
        ]
        for members in rules.together(seats, largest):
            found.append(
                Bundle(f"{subject}:{min(members)}", {group: groups[group] for group in sorted(members)})
            )
    return found


def _streams(draft: ExamDraft, subjects: Iterable[tuple[int, int]]) -> dict[tuple[int, int], set[int]]:
    """(group, subject) → the teachings by which it is taught in the half-year: shared ones are streams."""
    rows = TeachingAudience.objects.filter(
        teaching__subject__in={subject for subject, _kafedra in subjects},
        teaching__academic_year=draft.academic_year_id,
        teaching__term=draft.term,
        subgroup=None,
    )
    found: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for group, subject, teaching in rows.values_list("group", "teaching__subject", "teaching"):
        found[group, subject].add(teaching)
    return dict(found)


def _replaced(draft: ExamDraft) -> list[int]:
    """Controls that give way: of these days, to come, neither approved, nor fixed, nor on a sheet."""
    if not draft.replaces:
        return []
    since = max(draft.first_day, timezone.localdate() + datetime.timedelta(1))
    rows = (
        ControlEvent.objects.planned()
        .filter(
            day__range=(since, draft.last_day), control=draft.control, attempt=draft.attempt,
            approved_at=None, is_locked=False, audience__group__faculty=draft.faculty_id,
        )
        # A control that groups of another faculty sit too is not this faculty's to move.
        .exclude(pk__in=ControlAudience.objects.exclude(group__faculty=draft.faculty_id).values("event"))
        .distinct()
    )  # fmt: skip
    found = set(rows.values_list("pk", flat=True))
    return sorted(found - offers.kept(found))


# --- when, where, by whom


def _days(draft: ExamDraft) -> tuple[datetime.date, ...]:
    count = (draft.last_day - draft.first_day).days + 1
    return tuple(draft.first_day + datetime.timedelta(n) for n in range(count))


def _open_days(
    draft: ExamDraft,
    bundles: Iterable[Bundle],
    days: tuple[datetime.date, ...],
    before: Mapping[tuple[int, int], datetime.date],
) -> dict[str, frozenset[int]]:
    """Bundle → days on which all its plans allow the control, after the sheet that it follows."""
    found: dict[str, frozenset[int]] = {}
    known: dict[frozenset[int], list[int]] = {}
    all_plans = {line.curriculum_id for one in bundles for line in one.lines.values()}
    open_for = timetable.calendar(all_plans, days[0], days[-1])
    kinds = week.control_weeks(draft.control, draft.attempt)
    for one in bundles:
        plans = frozenset(line.curriculum_id for line in one.lines.values())
        if plans not in known:
            known[plans] = [
                at for at, day in enumerate(days) if not open_for.why_closed(sorted(plans), day, kinds)
            ]
        allowed = known[plans]
        if draft.attempt != week.FIRST_ATTEMPT:
            earlier = [before.get((group, one.one.subject_id)) for group in one.lines]
            if None in earlier:
                allowed = []
            allowed = [at for at in allowed if all(when is not None and when < days[at] for when in earlier)]
        found[one.key] = frozenset(allowed)
    return found


def _examiners(draft: ExamDraft, bundles: Iterable[Bundle]) -> dict[str, set[int]]:
    """Bundle → who may hold it.

    A final control: teachers of the kafedra, without those who have taught it to these
    groups (reg. 3069, p. 3.3); another control: those who have.
    """
    bundles = list(bundles)
    taught: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    rows = Teaching.objects.filter(
        academic_year=draft.academic_year_id, term=draft.term,
        subject__in={one.one.subject_id for one in bundles}, audience__group__faculty=draft.faculty_id,
    ).order_by()  # fmt: skip
    for subject, group, *people in rows.values_list(
        "subject", "audience__group", "teacher", "assistant", "lessons__teacher"
    ).distinct():
        taught[subject, group] |= {one for one in people if one}
    of_kafedra: defaultdict[int, set[int]] = defaultdict(set)
    posts = Position.objects.filter(
        valid_to=None, post__in=TEACHING_POSTS, unit__in={one.one.kafedra_id for one in bundles}
    )
    for unit, employee in posts.values_list("unit", "employee"):
        of_kafedra[unit].add(employee)
    apart = timetable.rule_on(TimetableRule.EXAMINER_APART, draft.first_day)
    found = {}
    for one in bundles:
        theirs = {who for group in one.lines for who in taught[one.one.subject_id, group]}
        if not week.is_final(draft.control):
            found[one.key] = theirs
        else:
            found[one.key] = of_kafedra[one.one.kafedra_id] - (theirs if apart else set())
    return found


def _needing_access(groups: Collection[int]) -> set[int]:
    """Groups with a student who has a disability on the card."""
    rows = Placement.objects.filter(
        group__in=groups, valid_to=None, student__person__social_facts__category=DISABILITY
    )
    return {group for group in rows.values_list("group", flat=True) if group}


def rooms_of(draft: ExamDraft) -> list[Room]:
    """Auditoriums of the kinds that were asked for, with the seats that may be taken at a control."""
    share = draft.options.get("seats_percent", PER_CENT)
    rows = Auditorium.objects.filter(is_active=True, kind__in=draft.options.get("rooms", week.USUAL_ROOMS))
    return [
        Room(room.pk, room.capacity * share // PER_CENT, room.building_id, room.is_accessible)
        for room in rows.order_by("capacity", "pk")
    ]


def _problem(
    draft: ExamDraft,
    exams: list[Exam],
    days: tuple[datetime.date, ...],
    pairs: Mapping[int, ClassPair],
    replaced: list[int],
) -> Problem:
    asked = draft.options
    numbers = tuple(number for number in sorted(pairs) if number in asked.get("pairs", pairs))
    groups = {one.group for exam in exams for one in exam.audience if one.group > 0}
    teachers = {who for exam in exams for who in exam.examiners}
    gone = {("control", key) for key in replaced}
    busy_teachers: defaultdict[int, set[Slot]] = defaultdict(set)
    busy_rooms: defaultdict[int, set[Slot]] = defaultdict(set)
    listeners: defaultdict[Audience, set[Slot]] = defaultdict(set)
    at = {day: place for place, day in enumerate(days)}
    for one in timetable.busy_hours(days, teachers=teachers, groups=groups, rooms=None, but=gone):
        slots = {
            Slot(at[one.day], number)
            for number in numbers
            if week.meet(one.starts_at, one.ends_at, pairs[number].starts, pairs[number].ends)
        }
        if one.audience is not None:
            listeners[one.audience] |= slots
        else:
            (busy_teachers if one.kind == timetable.TEACHER else busy_rooms)[one.owner] |= slots
    gap = asked.get("free_days", 0) + 1
    cannot, rather_not = _hours(draft, days, numbers)
    return Problem(
        exams=exams,
        rooms=rooms_of(draft),
        days=days,
        pairs=numbers,
        gap=gap,
        busy_teachers=busy_teachers,
        busy_rooms=busy_rooms,
        busy_listeners=listeners,
        standing=_standing(draft, groups, days, gap, replaced),
        cannot=cannot,
        rather_not=rather_not,
        weights=Weights(**asked.get("weights", {})),
        **{name: asked[name] for name in SETTINGS if name in asked},
    )


def _standing(
    draft: ExamDraft,
    groups: Collection[int],
    days: tuple[datetime.date, ...],
    gap: int,
    replaced: list[int],
) -> dict[Audience, list[datetime.date]]:
    """Days of controls that count against the same gap: final ones beside final ones, others beside others."""
    near = datetime.timedelta(max(gap, 1))
    rows = (
        ControlAudience.objects.filter(
            group__in=groups,
            event__state=ControlEvent.PLANNED,
            event__day__range=(days[0] - near, days[-1] + near),
        )
        .exclude(event__in=replaced)
        .select_related("event", "curriculum_subject", "subgroup")
    )
    found: defaultdict[Audience, list[datetime.date]] = defaultdict(list)
    for one in rows:
        if week.is_final(one.event.control) == week.is_final(draft.control):
            found[timetable.part_of(one)].append(one.event.day)
    return dict(found)


def _hours(
    draft: ExamDraft, days: tuple[datetime.date, ...], numbers: tuple[int, ...]
) -> tuple[dict[int, set[Slot]], dict[int, set[Slot]]]:
    """Hours at which teachers cannot, and would rather not, on the days of the session."""
    found: dict[str, defaultdict[int, set[Slot]]] = {
        TeacherHours.CANNOT: defaultdict(set),
        TeacherHours.RATHER_NOT: defaultdict(set),
    }
    for one in TeacherHours.objects.filter(academic_year=draft.academic_year_id, term=draft.term):
        found[one.kind][one.employee_id].update(
            Slot(at, number)
            for at, day in enumerate(days)
            if day.weekday() == one.weekday
            for number in ([one.pair] if one.pair else numbers)
        )
    return dict(found[TeacherHours.CANNOT]), dict(found[TeacherHours.RATHER_NOT])


def without_successor(task: Task, keys: Collection[str]) -> set[int]:
    """Controls that would give way though a group of theirs gets none among the exams of ``keys``: one query."""
    covered = {(group, line.subject_id) for key in keys for group, line in task.bundles[key].lines.items()}
    rows = ControlAudience.objects.filter(event__in=task.replaced)
    return {
        event
        for event, group, subject in rows.values_list("event", "group", "event__subject")
        if (group, subject) not in covered
    }


# --- places that are stored


def places_of(draft: ExamDraft, task: Task) -> dict[str, Place]:
    """The places found so far whose groups still sit together, by the keys of their exams."""
    rows = ExamPlace.objects.filter(draft=draft).select_related("pair").prefetch_related("parts")
    at = {day: place for place, day in enumerate(task.problem.days)}
    found = {}
    for row in rows:
        bundle = task.bundles.get(row.key)
        if (
            bundle is None
            or row.day not in at
            or set(bundle.lines) != {one.group_id for one in row.parts.all()}
        ):
            continue
        found[row.key] = Place(
            at[row.day], row.pair.number, row.examiner_id, row.auditorium_id, row.second_examiner_id
        )
    return found


def shown(draft: ExamDraft):
    """Places with everything that their words need."""
    return (
        ExamPlace.objects.filter(draft=draft)
        .select_related(
            "subject", "pair", "auditorium__building", "examiner__person", "second_examiner__person"
        )
        .prefetch_related("parts__group")
        .order_by("day", "pair__number", "subject__name", "pk")
    )
