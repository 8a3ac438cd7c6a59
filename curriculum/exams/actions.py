"""Computing a session of controls, and making controls of it (duty 2.3; reg. 3069, p. 3.3–3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.exams import engine, queries, rules
from curriculum.exams.queries import Task
from curriculum.exams.rules import Place
from curriculum.models import ControlAudience, ControlEvent, ExamDraft, ExamPart, ExamPlace
from curriculum.solver import drafts
from curriculum.solver.drafts import FIRST, WORKERS, Work
from hemis.access.scope import Access

PERMISSION = "exam_timetable.edit"
JOB = "curriculum.exam_timetable"
# Seconds for the first placing and for each round of improvement.
PLACE_SECONDS, ROUND_SECONDS = 20, 10


WORK = Work(
    PERMISSION, JOB, gettext_lazy("Controls: %(faculty)s"),
    lambda draft: bool(queries.task_of(draft).problem.exams),
    gettext_lazy(
        "Nothing is left to place: nobody is registered for a subject with this control, or all have it."
    ),
)  # fmt: skip


def drop(draft: ExamDraft, *, access: Access) -> None:
    """Put the draft aside.

    Raises:
        SolverError: it is accepted already.
    """
    drafts.drop(draft, access=access, permission=PERMISSION)


def step(draft: ExamDraft, name: str, *, seed: int, stop=None) -> None:
    """One step of the work: place everything, or better what was found."""
    task = queries.task_of(draft)
    if name == FIRST:
        found = engine.place(task.problem, seconds=PLACE_SECONDS, workers=WORKERS, seed=seed, stop=stop)
    else:
        known = still_good(task, queries.places_of(draft, task))
        found = engine.improve(
            task.problem, known, seconds=ROUND_SECONDS, workers=WORKERS, seed=seed, stop=stop
        )
    keep(draft, task, found)


def still_good(task: Task, places: Mapping[str, Place]) -> dict[str, Place]:
    """Places that break no hard rule as things stand now: the timetable goes on living meanwhile."""
    so_far, good = rules.Taken(task.problem), {}
    for exam, place in rules.placed(task.problem, places):
        if not so_far.why_not(exam, place):
            good[exam.key] = place
            so_far.take(exam, place)
    return good


@transaction.atomic
def keep(draft: ExamDraft, task: Task, places: Mapping[str, Place]) -> None:
    """The places are what the draft holds from now on, with its account and what found no place."""
    ExamPlace.objects.filter(draft=draft).delete()
    exams = task.exams
    rows = ExamPlace.objects.bulk_create(
        ExamPlace(
            draft=draft,
            key=key,
            subject_id=exams[key].subject,
            kafedra_id=task.bundles[key].one.kafedra_id,
            day=task.problem.days[place.day],
            pair=task.pairs[place.pair],
            auditorium_id=place.room,
            examiner_id=place.examiner,
            second_examiner_id=place.second,
            people=exams[key].people,
        )
        for key, place in places.items()
    )
    ExamPart.objects.bulk_create(
        ExamPart(place=row, group_id=group, curriculum_subject=line)
        for row in rows
        for group, line in task.bundles[row.key].lines.items()
    )
    account = rules.account_of(task.problem, places)
    draft.account = asdict(account) | {"cost": account.cost(task.problem.weights)}
    draft.unplaced = [
        {
            "subject": exam.subject,
            "groups": sorted(task.bundles[exam.key].lines),
            "people": exam.people,
            **asdict(rules.obstacle(task.problem, exam, places)),
        }
        for exam in task.problem.exams
        if exam.key not in places
    ]
    draft.save(update_fields=["account", "unplaced"])


@dataclass
class Accepted:
    """What accepting made, and what it could not make."""

    made: int = 0
    removed: int = 0
    refused: list[str] = field(default_factory=list)


@transaction.atomic
def accept(draft: ExamDraft, *, access: Access) -> Accepted:
    """Make the controls; those that give way are deleted in the same transaction.

    Every hard rule is looked at once more as things stand now: what was taken meanwhile is
    left out and told. The controls wait for approval like any other (reg. 3069, p. 3.4).

    Raises:
        SolverError: the draft is not ready.
    """
    draft = drafts.locked(draft, access, PERMISSION)
    drafts.require_ready(draft, _("Only a timetable that is ready is accepted."))
    rows = {row.key: row for row in queries.shown(draft)}
    task, good = _as_things_stand(draft)
    result = Accepted(removed=len(task.replaced))
    result.refused = [_words(row) for key, row in rows.items() if key not in good]
    ControlEvent.objects.filter(pk__in=task.replaced).delete()
    found = [(_event(draft, rows[key]), task.bundles[key].lines) for key in good]
    try:
        with transaction.atomic():
            _save(found)
        result.made = len(found)
    except IntegrityError:
        _one_by_one(found, [rows[key] for key in good], result)
    draft.state = ExamDraft.APPLIED
    draft.applied = {
        "made": result.made,
        "removed": result.removed,
        "refused": result.refused,
        "at": timezone.now().isoformat(),
    }
    draft.save(update_fields=["state", "applied"])
    return result


def _as_things_stand(draft: ExamDraft) -> tuple[Task, dict[str, Place]]:
    """The places that hold now; a control gives way only to another one, so what has no successor stays."""
    keeping: set[int] = set()
    while True:
        task = queries.task_of(draft, keeping=keeping)
        good = still_good(task, queries.places_of(draft, task))
        lost = queries.without_successor(task, good)
        if not lost:
            return task, good
        keeping |= lost


def _event(draft: ExamDraft, row: ExamPlace) -> ControlEvent:
    return ControlEvent(
        subject_id=row.subject_id, kafedra_id=row.kafedra_id, control=draft.control, attempt=draft.attempt,
        day=row.day, pair=row.pair, auditorium_id=row.auditorium_id, examiner_id=row.examiner_id,
        second_examiner_id=row.second_examiner_id,
    )  # fmt: skip


def _save(found: list[tuple[ControlEvent, dict]]) -> None:
    events = ControlEvent.objects.bulk_create([event for event, _lines in found])
    ControlAudience.objects.bulk_create(
        ControlAudience(event=event, group_id=group, curriculum_subject=line)
        for event, (_event, lines) in zip(events, found, strict=True)
        for group, line in lines.items()
    )


def _one_by_one(found: list[tuple[ControlEvent, dict]], rows: list[ExamPlace], result: Accepted) -> None:
    """Something was booked in this very moment: each control by itself, the refused ones are told."""
    for (event, lines), row in zip(found, rows, strict=True):
        event.pk = None
        try:
            with transaction.atomic():
                _save([(event, lines)])
            result.made += 1
        except IntegrityError:
            result.refused.append(_words(row))


def _words(row: ExamPlace) -> str:
    groups = ", ".join(str(part.group) for part in row.parts.all())
    return f"{row.day:%d.%m.%Y}, {row.pair}: {row.subject.get_name_display()} · {groups}"
