"""Computing a timetable, and making lessons of it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.models import DraftPlace, Lesson, TimetableDraft
from curriculum.solver import drafts, engine, queries, rules
from curriculum.solver.drafts import FIRST, WORKERS, Work
from curriculum.solver.queries import Task
from curriculum.solver.rules import Place
from curriculum.timetable import queries as timetable
from hemis.access.scope import Access

PERMISSION = "timetable.edit"
# Seconds for the first placing and for each round of improvement.
PLACE_SECONDS, ROUND_SECONDS = 30, 15


WORK = Work(
    PERMISSION, "curriculum.timetable", gettext_lazy("Timetable: %(faculty)s"),
    lambda draft: bool(queries.task_of(draft).problem.wants),
    gettext_lazy("Nothing is left to place: form the teachings of the half-year and give them teachers first."),
)  # fmt: skip


def step(draft: TimetableDraft, name: str, *, seed: int, stop=None) -> None:
    """One step of the work: place everything, or better what was found."""
    task = queries.task_of(draft)
    if name == FIRST:
        found = engine.place(task.problem, seconds=PLACE_SECONDS, workers=WORKERS, seed=seed, stop=stop)
    else:
        known = _still_good(task, queries.places_of(draft))
        found = engine.improve(
            task.problem, known, seconds=ROUND_SECONDS, workers=WORKERS, seed=seed, stop=stop
        )
    _keep(draft, task, found)


def _still_good(task: Task, places: Mapping[str, Place]) -> dict[str, Place]:
    """Places that nobody has taken since: the timetable goes on living while the solver works."""
    wants = {want.key: want for want in task.problem.wants}
    return {
        key: place
        for key, place in places.items()
        if key in wants
        and (place.cell, place.parity) in rules.allowed(task.problem, wants[key])
        and task.problem.busy_rooms.get(place.room or 0, set()).isdisjoint(place.moments)
    }


@transaction.atomic
def _keep(draft: TimetableDraft, task: Task, places: Mapping[str, Place]) -> None:
    DraftPlace.objects.filter(draft=draft).delete()
    wants = {want.key: want for want in task.problem.wants}
    DraftPlace.objects.bulk_create(
        [
            DraftPlace(
                draft=draft,
                key=key,
                teaching_id=wants[key].teaching,
                weekday=place.day,
                pair=task.pairs[place.pair],
                parity=place.parity,
                auditorium_id=place.room,
                lessons=wants[key].lessons,
            )
            for key, place in places.items()
        ]
    )
    account = rules.account_of(task.problem, places)
    draft.account = asdict(account) | {"cost": account.cost(task.problem.weights)}
    draft.unplaced = [
        {
            "teaching": want.teaching,
            "lessons": want.lessons,
            **{
                name: value
                for name, value in asdict(rules.obstacle(task.problem, want, places)).items()
                if name != "key"
            },
        }
        for want in task.problem.wants
        if want.key not in places
    ]
    draft.unplaced += [{"teaching": one.pk, "reason": "no_teacher"} for one in task.without_teacher]
    draft.unplaced += [
        {"teaching": one.pk, "reason": "no_weeks"} for one in task.without_weeks if one.teacher_id
    ]
    draft.save(update_fields=["account", "unplaced"])


@dataclass
class Applied:
    """What applying made, and what it could not make."""

    made: int = 0
    removed: int = 0
    kept: int = 0
    missing: dict[int, int] = field(default_factory=dict)  # teaching → lessons without a day
    refused: list[str] = field(default_factory=list)


@transaction.atomic
def apply(draft: TimetableDraft, *, access: Access) -> Applied:
    """Make the lessons of the half-year; those that give way are deleted in the same transaction.

    Lessons whose teaching found no place stay where they were, as far as nothing new takes
    their moment. Days that are holidays are passed over; what was booked meanwhile is left
    out and told.

    Raises:
        SolverError: the draft is not ready.
    """
    draft = drafts.locked(draft, access, PERMISSION)
    drafts.require_ready(draft, _("Only a timetable that is ready is applied."))
    task = queries.task_of(draft)
    result = Applied(removed=len(task.replaced))
    staying = _without_successor(draft, task)
    Lesson.objects.filter(pk__in=task.replaced).delete()
    lessons = _lessons(draft, task, result)
    try:
        with transaction.atomic():
            Lesson.objects.bulk_create(lessons, batch_size=500)
        result.made = len(lessons)
    except IntegrityError:
        _one_by_one(lessons, result)
    _keep_lessons(staying, result)
    draft.state = TimetableDraft.APPLIED
    draft.applied = {
        "made": result.made,
        "removed": result.removed,
        "kept": result.kept,
        "missing": {str(key): count for key, count in result.missing.items()},
        "refused": result.refused,
        "at": timezone.now().isoformat(),
    }
    draft.save(update_fields=["state", "applied"])
    return result


def _without_successor(draft: TimetableDraft, task: Task) -> list[Lesson]:
    """Lessons that would give way though nothing takes their place: of each teaching as many as found none."""
    if not task.replaced:
        return []
    placed = set(draft.places.values_list("key", flat=True))
    lacking: dict[int, int] = {}
    for want in task.problem.wants:
        if want.key not in placed:
            lacking[want.teaching] = lacking.get(want.teaching, 0) + want.lessons
    stuck = {one.pk for one in (*task.without_teacher, *task.without_weeks)}
    found = []
    for lesson in Lesson.objects.filter(pk__in=task.replaced).order_by("day", "pair__number", "pk"):
        left = lacking.get(lesson.teaching_id, 0)
        if left > 0 or lesson.teaching_id in stuck:
            lacking[lesson.teaching_id] = left - 1
            found.append(lesson)
    return found


def _keep_lessons(lessons: list[Lesson], result: Applied) -> None:
    """Put back, with their keys, the lessons that nothing new stands against; the others are told."""
    for lesson in lessons:
        try:
            with transaction.atomic():
                lesson.save(force_insert=True)
            result.kept += 1
            result.removed -= 1
        except IntegrityError:
            result.refused.append(_words(lesson))


def _words(lesson: Lesson) -> str:
    return f"{lesson.day:%d.%m.%Y}, {lesson.pair}: {lesson.teaching}"


def _lessons(draft: TimetableDraft, task: Task, result: Applied) -> list[Lesson]:
    mondays = [monday for one in task.weeks.values() for monday in one]
    if not mondays:
        return []
    off = timetable.calendar((), min(mondays), max(mondays) + datetime.timedelta(days=6)).days_off
    found: list[Lesson] = []
    for place in draft.places.select_related("pair"):
        teaching = task.teachings.get(place.teaching_id)
        if teaching is None or teaching.teacher_id is None:
            continue
        days = _days(task, place, off, draft.starts_on)
        if len(days) < place.lessons:
            result.missing[teaching.pk] = result.missing.get(teaching.pk, 0) + place.lessons - len(days)
        found += [
            Lesson(
                teaching=teaching,
                teacher_id=teaching.teacher_id,
                assistant_id=teaching.assistant_id,
                day=day,
                pair=place.pair,
                auditorium_id=place.auditorium_id,
            )
            for day in days
        ]
    return found


def _days(
    task: Task, place: DraftPlace, off: Collection[datetime.date], since: datetime.date
) -> list[datetime.date]:
    days = [
        monday + datetime.timedelta(days=place.weekday)
        for monday in task.weeks[place.teaching_id]
        if place.parity is None or task.parity(monday) == place.parity
    ]
    return [day for day in days if day >= since and day not in off][: place.lessons]


def _one_by_one(lessons: list[Lesson], result: Applied) -> None:
    """Something was booked while the draft lay: each lesson by itself, the refused ones are told."""
    for lesson in lessons:
        lesson.pk = None
        try:
            with transaction.atomic():
                lesson.save(force_insert=True)
            result.made += 1
        except IntegrityError:
            result.refused.append(_words(lesson))


def drop(draft: TimetableDraft, *, access: Access) -> None:
    """Put the draft aside.

    Raises:
        SolverError: it is applied already.
    """
    drafts.drop(draft, access=access, permission=PERMISSION)
