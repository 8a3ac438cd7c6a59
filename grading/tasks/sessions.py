"""Taking a test: begun, answered, ended. The clock is the server's, and so is what was answered."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum.materials.models import Question
from grading.tasks import queries, rules
from grading.tasks.actions import TaskError, locked, own
from grading.tasks.models import Attempt, AttemptAnswer, Task, TaskStudent, Test
from hemis.access.scope import Access

SEEDS = 2**53


@transaction.atomic
def begin(task_student: TaskStudent, *, access: Access, ip: str = "") -> Attempt:
    """A new session, or the one that is running: a second tab, or another device, gets the same.

    In order: closes a session whose time is over; draws the questions by a new seed; writes them in
    the order in which this student sees them.

    Raises:
        TaskError: not the student's, not open now, no attempts left, or the bank lacks questions.
    """
    row = own(task_student, access)
    if not row.task.is_test:
        raise TaskError(_("This task is no test."))
    test, now = Test.objects.get(task=row.task), timezone.now()
    running = row.test_attempts.select_for_update().filter(state=Attempt.RUNNING).first()
    if running is not None and now < running.closes_at:
        if ip and running.ip != ip:
            Attempt.objects.filter(pk=running.pk).update(other_ip=ip)
        return running
    if running is not None:
        _end(running, Attempt.EXPIRED, running.closes_at)
    opens, closes = queries.window_of(row, test)
    if opens is not None and now < opens:
        raise TaskError(_("The test opens on %(moment)s.") % {"moment": _moment(opens)})
    if now >= closes:
        raise TaskError(_("The test has closed."))
    number = (row.test_attempts.aggregate(last=Max("number"))["last"] or 0) + 1
    if number > row.task.attempts:
        raise TaskError(_("All %(count)d attempts are used.") % {"count": row.task.attempts})
    return _made(row, test, number, now, rules.closes_at(now, test.duration, closes), ip)


def _moment(moment: datetime.datetime) -> str:
    return timezone.localtime(moment).strftime("%d.%m.%Y %H:%M")


def _made(
    row: TaskStudent, test: Test, number: int, now: datetime.datetime, closes: datetime.datetime, ip: str
) -> Attempt:
    seed = secrets.randbelow(SEEDS)
    drawn = rules.draw(
        queries.picked_of(test),
        queries.bank_of(test),
        queries.quotas_of(test),
        seed=seed,
        shuffles=test.shuffles,
    )
    if not drawn.questions or drawn.lacks:
        raise TaskError(_("The bank lacks questions for this test; tell the teacher."))
    attempt = Attempt.objects.create(
        task_student=row, number=number, seed=seed, started_at=now, closes_at=closes, ip=ip or None
    )
    AttemptAnswer.objects.bulk_create(
        AttemptAnswer(
            attempt=attempt,
            question_id=one.key,
            position=at,
            order=rules.order_of(one.answers, seed=seed, question=one.key, shuffles=test.shuffles),
            # Second halves of pairs never stand beside their first ones.
            matches=rules.order_of(one.answers, seed=seed, question=one.key, shuffles=True, salt=1),
        )
        for at, one in enumerate(drawn.questions, start=1)
    )
    if row.first_opened_at is None:
        TaskStudent.objects.filter(pk=row.pk).update(first_opened_at=now)
    return attempt


@dataclass(frozen=True)
class Saved:
    """What the server holds after an answer came: whether it was taken, and what holds now."""

    taken: bool
    chosen: Any
    text: str
    given_at: int


@transaction.atomic
def answer(
    attempt: Attempt,
    position: int,
    *,
    access: Access,
    chosen: Any,
    text: str = "",
    given_at: int = 0,
    ip: str = "",
) -> Saved:
    """Keep the answer to a question; the same one twice changes nothing.

    ``given_at`` is the student's own clock: an older word that comes late (another tab, a queue of a
    lost connection) does not undo a newer one.

    Raises:
        TaskError: not the student's, no such question, or the time is over.
    """
    found = _running(attempt, access)
    row = (
        AttemptAnswer.objects.select_for_update(of=("self",))
        .select_related("question")
        .filter(attempt=found, position=position)
        .first()
    )
    if row is None:
        raise TaskError(_("There is no such question."))
    if ip and found.ip != ip:
        Attempt.objects.filter(pk=found.pk).exclude(other_ip=ip).update(other_ip=ip)
    if given_at < row.given_at:
        return Saved(False, row.chosen, row.text, row.given_at)
    row.chosen, row.text = clean_choice(row, chosen), text[:20000] if row.question.kind in _WRITTEN else ""
    row.given_at, row.saved_at = given_at, timezone.now()
    row.save(update_fields=["chosen", "text", "given_at", "saved_at"])
    return Saved(True, row.chosen, row.text, row.given_at)


_WRITTEN = (Question.SHORT, Question.ESSAY)


def clean_choice(row: AttemptAnswer, chosen: Any) -> Any:
    """Only keys of the question's own answers, as many as its kind takes."""
    known = set(row.order)
    kind = row.question.kind
    if kind in _WRITTEN:
        return []
    if kind == Question.MATCHING:
        pairs = chosen if isinstance(chosen, dict) else {}
        return {
            str(half): int(other)
            for half, other in pairs.items()
            if str(half).isdigit() and int(half) in known and str(other).isdigit() and int(other) in known
        }
    keys = [int(one) for one in chosen if str(one).isdigit()] if isinstance(chosen, list) else []
    keys = [one for one in dict.fromkeys(keys) if one in known]
    return keys[-1:] if kind == Question.SINGLE else sorted(keys)


def _running(attempt: Attempt, access: Access) -> Attempt:
    """The student's own session while its time is not over.

    The clock closes nothing here: the refusal would take the closing back with it.
    """
    access.require("own.task")
    rows = Attempt.objects.select_for_update(of=("self",)).filter(
        pk=attempt.pk, task_student__student__person=access.scope("own.task").person_id
    )
    found = rows.first()
    if found is None:
        raise TaskError(_("The test is not yours."))
    if found.state != Attempt.RUNNING or timezone.now() >= found.closes_at:
        raise TaskError(_("The time is over; what was saved before counts."))
    return found


@transaction.atomic
def finish(attempt: Attempt, *, access: Access) -> Attempt:
    """The student ends the session; one that has ended stays as it is.

    Raises:
        TaskError: it is another's.
    """
    access.require("own.task")
    found = (
        Attempt.objects.select_for_update(of=("self",))
        .filter(pk=attempt.pk, task_student__student__person=access.scope("own.task").person_id)
        .first()
    )
    if found is None:
        raise TaskError(_("The test is not yours."))
    if found.state == Attempt.RUNNING:
        now = timezone.now()
        over = now >= found.closes_at
        _end(found, Attempt.EXPIRED if over else Attempt.FINISHED, found.closes_at if over else now)
    return found


def close_overdue(task: Task | None = None) -> int:
    """End all sessions whose time is over, with what was saved; how many. Each by itself."""
    rows = Attempt.objects.filter(state=Attempt.RUNNING, closes_at__lte=timezone.now())
    if task is not None:
        rows = rows.filter(task_student__task=task)
    closed = 0
    for key in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            found = (
                Attempt.objects.select_for_update(of=("self",), skip_locked=True)
                .filter(pk=key, state=Attempt.RUNNING)
                .first()
            )
            if found is not None:
                _end(found, Attempt.EXPIRED, found.closes_at)
                closed += 1
    return closed


def _end(attempt: Attempt, state: str, moment: datetime.datetime) -> None:
    """Scores all answers, ends the session, and counts its points to the task."""
    rows = queries.sheet_of(attempt)
    for row in rows:
        figure = rules.score_of(row.question.kind, queries.choices_of(row.question), row.chosen, row.text)
        row.score = figure.value if figure else None
    AttemptAnswer.objects.bulk_update(rows, ["score"])
    attempt.state, attempt.finished_at = state, moment
    _count(attempt, [row.score for row in rows])


def _count(attempt: Attempt, scores: list[Decimal | None]) -> None:
    row = (
        TaskStudent.objects.select_for_update(of=("self",))
        .select_related("task")
        .get(pk=attempt.task_student_id)
    )
    figure = rules.result(scores, row.task.max_points)
    attempt.percent, attempt.points = rules.percent(scores), figure.value if figure else None
    attempt.save(update_fields=["state", "finished_at", "percent", "points"])
    ended = row.test_attempts.exclude(state=Attempt.RUNNING).order_by("number")
    points = list(ended.values_list("points", flat=True))
    row.points = rules.counting(points, Test.objects.get(task=row.task).policy)
    row.state = TaskStudent.SUBMITTED if None in points else TaskStudent.GRADED
    row.version += 1
    row.save(update_fields=["points", "state", "version"])


@transaction.atomic
def mark_essay(answered: AttemptAnswer, *, access: Access, percent: Decimal, comment: str = "") -> None:
    """What an essay is worth, in per cent of its question; the session is counted anew.

    Raises:
        TaskError: not the teacher's, no essay, or not between 0 and 100.
    """
    locked(answered.attempt.task_student.task, access, "task.grade")
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=answered.attempt_id)
    row = AttemptAnswer.objects.select_related("question").get(pk=answered.pk)
    if row.question.kind != Question.ESSAY or attempt.state == Attempt.RUNNING:
        raise TaskError(_("Only the essays of a finished test are marked by hand."))
    if not rules.NOTHING <= percent <= rules.HUNDRED:
        raise TaskError(_("Give between 0 and 100 per cent."))
    row.score, row.comment = (percent / rules.HUNDRED).quantize(Decimal("0.0001")), comment.strip()[:1000]
    row.save(update_fields=["score", "comment"])
    _count(
        attempt,
        list(
            AttemptAnswer.objects.filter(attempt=attempt).order_by("position").values_list("score", flat=True)
        ),
    )


def steps_of(row: AttemptAnswer) -> Iterable[str]:
    """Why an answer is worth what it is."""
    figure = rules.score_of(row.question.kind, queries.choices_of(row.question), row.chosen, row.text)
    return figure.steps if figure else ()
