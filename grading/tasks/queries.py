"""What pages of tasks and tests read, and what tasks bring to a control."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from curriculum.materials.models import Question, QuestionAnswer
from curriculum.models import (
    CurriculumSubject,
    MarkingSystem,
    Registration,
    SubjectControl,
    Teaching,
)
from curriculum.timetable import sitting
from grading.tasks import models, rules
from grading.tasks.models import Attempt, AttemptAnswer, Submission, Task, TaskStudent
from hemis.classifiers import queries as classifiers
from students.models import Group

STUDYING = "11"


def task_points(
    curriculum_subject: CurriculumSubject | int, control: str
) -> dict[int, tuple[Decimal, Decimal]]:
    """What tasks and tests bring to a control of a subject: student → (points, maximum of what was given).

    Points of all sent tasks are added up, what is not marked brings nothing; five
    marks are averaged over the marked tasks, of five. Tasks from which the student
    is excluded do not count. One query.
    """
    key = getattr(curriculum_subject, "pk", curriculum_subject)
    given = TaskStudent.objects.filter(
        curriculum_subject=key, task__control=control, is_excluded=False
    ).order_by()
    rows = given.values("student", scale=F("curriculum_subject__curriculum__marking_system__scale")).annotate(
        total=Coalesce(Sum("points"), Decimal(0)),
        mean=Avg("points"),
        maximum=Sum("task__max_points"),
        best=Max("task__max_points"),
    )
    found: dict[int, tuple[Decimal, Decimal]] = {}
    for row in rows:
        if row["scale"] == MarkingSystem.FIVE:
            found[row["student"]] = (rules.tenth(Decimal(row["mean"] or 0)), row["best"])
        else:
            found[row["student"]] = (row["total"], row["maximum"])
    return found


# --- who studies


def audience(teaching: Teaching) -> list[Registration]:
    """Registrations of those who study with the teaching today, with the group they attend with; three queries."""
    seats = {one.registration: one for one in sitting.seats(teachings=[teaching.pk], now=True)}
    rows = Registration.objects.filter(pk__in=seats, student__current__status=STUDYING).select_related(
        "student__person__user", "student__current__group"
    )
    found: dict[int, Registration] = {}
    names = dict(Group.objects.filter(pk__in={one.group for one in seats.values()}).values_list("pk", "name"))
    by_group = sorted(
        rows.order_by("student__person__sort_key", "pk"), key=lambda one: names[seats[one.pk].group]
    )
    for one in by_group:
        one.with_group = seats[one.pk].group  # type: ignore[attr-defined]
        found.setdefault(one.student_id, one)
    return list(found.values())


def controls_of(teaching: Teaching, *, is_test: bool) -> list[tuple[str, str]]:
    """Controls that a task of the teaching may bring points to: by its kind, as far as its plans have them."""
    allowed = rules.controls_of(teaching.training_type, is_test=is_test)
    planned = set(
        SubjectControl.objects.filter(
            curriculum_subject__audiences__teaching=teaching, control__in=allowed
        ).values_list("control", flat=True)
    )
    return [(code, classifiers.label("h_exam_type", code)) for code in allowed if code in planned]


def limits(task: Task) -> list[dict[str, Any]]:
    """By line of the plan: what its control brings, what other tasks take of it at most, what remains."""
    rows = SubjectControl.objects.filter(
        curriculum_subject__audiences__teaching=task.teaching_id, control=task.control
    ).select_related("curriculum_subject__curriculum__marking_system")
    found = []
    for one in rows.distinct():
        taken = most_given(one.curriculum_subject_id, task.control, without=task.pk)
        is_five = one.curriculum_subject.curriculum.marking_system.scale == MarkingSystem.FIVE
        limit = Decimal(one.max_points)
        left = limit if is_five else rules.room(limit, taken)
        found.append({"line": one.curriculum_subject, "limit": limit, "taken": taken, "left": left})
    return found


def most_given(line: int, control: str, *, without: int | None = None) -> Decimal:
    """The most that any student of a line has been given of a control, in maxima."""
    rows = TaskStudent.objects.filter(curriculum_subject=line, task__control=control, is_excluded=False)
    totals = rows.exclude(task=without).order_by().values("student").annotate(total=Sum("task__max_points"))
    return max((one["total"] for one in totals), default=Decimal(0))


# --- the teacher's list


def students_of(task: Task) -> QuerySet[TaskStudent]:
    """Students of a task with their last version and their files: three queries."""
    last = (
        Submission.objects.prefetch_related("files").select_related("graded_by__person").order_by("-number")
    )
    return (
        TaskStudent.objects.filter(task=task)
        .select_related("student__person", "group", "task")
        .prefetch_related(Prefetch("submissions", last))
        .order_by("group__name", "student__person__sort_key", "pk")
    )


def counts(task: Task) -> dict[str, int]:
    """How many students are in each state."""
    rows = TaskStudent.objects.filter(task=task, is_excluded=False).order_by().values_list("state")
    found = dict(rows.annotate(count=Count("pk")))
    return {state: found.get(state, 0) for state, _label in TaskStudent.STATES}


def waiting(tasks: QuerySet[Task]) -> QuerySet[TaskStudent]:
    """What was handed in and waits for a mark; sessions of tests only where an essay waits."""
    return TaskStudent.objects.filter(task__in=tasks, state=TaskStudent.SUBMITTED, is_excluded=False).exclude(
        task__state=Task.DRAFT
    )


def to_mark(test_task: Task) -> QuerySet[AttemptAnswer]:
    """Essays of finished attempts that nobody has read."""
    return (
        AttemptAnswer.objects.filter(
            attempt__task_student__task=test_task, score=None, question__kind=Question.ESSAY
        )
        .exclude(attempt__state=Attempt.RUNNING)
        .exclude(text="")
    )


# --- tests


def bank_of(test: models.Test) -> list[rules.BankQuestion]:
    """Questions of the subject's bank that quotas may draw: one query and their answers."""
    rows = (
        Question.objects.active()
        .filter(subject=test.task.teaching.subject_id, language=test.language)
        .order_by("pk")
    )
    return _as_bank(rows)


def picked_of(test: models.Test) -> list[rules.BankQuestion]:
    """Questions that everybody is asked."""
    rows = Question.objects.filter(pk__in=test.picked.values("question")).order_by("pk")
    return _as_bank(rows)


def _as_bank(rows: QuerySet[Question]) -> list[rules.BankQuestion]:
    answers: dict[int, list[int]] = {}
    for question, key in (
        QuestionAnswer.objects.filter(question__in=rows.order_by().values("pk"))
        .order_by("question", "position")
        .values_list("question", "pk")
    ):
        answers.setdefault(question, []).append(key)
    return [
        rules.BankQuestion(pk, topic, difficulty, tuple(answers.get(pk, ())))
        for pk, topic, difficulty in rows.values_list("pk", "topic", "difficulty")
    ]


def quotas_of(test: models.Test) -> list[rules.Quota]:
    return [rules.Quota(one.count, one.topic, one.difficulty) for one in test.quotas.all()]


def lacks(test: models.Test) -> list[str]:
    """What the bank cannot fill of the test's quotas, in words; also: nothing is asked at all."""
    from django.utils.translation import gettext as _

    quotas = quotas_of(test)
    drawn = rules.draw(picked_of(test), bank_of(test), quotas, seed=0, shuffles=False)
    if not drawn.questions and not quotas:
        return [_("The test asks nothing yet: pick questions or set quotas.")]
    levels = dict(Question.DIFFICULTIES)
    return [
        _("%(topic)s, %(difficulty)s: %(missing)d questions are missing in the bank.") % {
            "topic": quota.topic or _("any topic"),
            "difficulty": levels[quota.difficulty] if quota.difficulty else _("any difficulty"),
            "missing": missing,
        }
        for quota, missing in drawn.lacks
    ]  # fmt: skip


def window_of(
    task_student: TaskStudent, test: models.Test
) -> tuple[datetime.datetime | None, datetime.datetime]:
    """When the test is open for a student: the group's own hours, else the test's; the own deadline lengthens both."""
    own = test.windows.filter(group=task_student.group_id).first()
    opens, closes = (own.opens_at, own.closes_at) if own else (test.opens_at, task_student.task.deadline)
    return opens, max(closes, task_student.deadline) if task_student.deadline else closes


def sheet_of(attempt: Attempt) -> list[AttemptAnswer]:
    """Questions of a session in their order, with all answers and pictures: three queries."""
    return list(
        AttemptAnswer.objects.filter(attempt=attempt)
        .select_related("question")
        .prefetch_related("question__answers", "question__pictures")
        .order_by("position")
    )


def choices_of(question: Question) -> list[rules.Choice]:
    """Answers as the score sees them; in matching the text is the second half."""
    matching = question.kind == Question.MATCHING
    return [
        rules.Choice(one.pk, one.share, one.match if matching else one.text) for one in question.answers.all()
    ]


def items(task: Task) -> list[tuple[Question, rules.Item]]:
    """Each question of a test with how easy it was and how well it tells; first attempts only. Two queries."""
    first = Attempt.objects.filter(task_student__task=task, number=1).exclude(state=Attempt.RUNNING)
    scores: dict[int, dict[int, Decimal]] = {}
    for attempt, question, score in AttemptAnswer.objects.filter(
        attempt__in=first, score__isnull=False
    ).values_list("attempt", "question", "score"):
        scores.setdefault(attempt, {})[question] = score or Decimal(0)
    found = rules.analyse(list(scores.values()))
    questions = Question.objects.in_bulk([one.key for one in found])
    return [(questions[one.key], one) for one in found]


def attempts_of(task: Task) -> QuerySet[Attempt]:
    """All sessions of a test."""
    return (
        Attempt.objects.filter(task_student__task=task)
        .select_related("task_student__student__person", "task_student__group")
        .annotate(asked=Count("answers"), given=Count("answers", filter=Q(answers__saved_at__isnull=False)))
        .order_by("task_student__group__name", "task_student__student__person__sort_key", "number")
    )


# --- the student


def own_tasks(person_id: int | None) -> QuerySet[TaskStudent]:
    """Tasks that were given to a person, with all that a list shows."""
    return (
        TaskStudent.objects.filter(student__person=person_id, is_excluded=False)
        .exclude(task__state=Task.DRAFT)
        .select_related(
            "task__teaching__subject", "task__teaching__teacher__person", "task__test", "student", "group"
        )
        .annotate(
            due_at=Coalesce("deadline", "task__deadline"),
            used=Count("submissions", distinct=True),
            tried=Count("test_attempts", distinct=True),
            is_running=Exists(Attempt.objects.filter(task_student=OuterRef("pk"), state=Attempt.RUNNING)),
        )
    )


def due_first(
    rows: Iterable[TaskStudent], now: datetime.datetime
) -> tuple[list[TaskStudent], list[TaskStudent]]:
    """What may still be done, the nearest deadline first; and the rest, the newest first."""
    open_ones = [one for one in rows if one.task.state == Task.SENT and is_open(one, now)]
    keys = {one.pk for one in open_ones}
    others = [one for one in rows if one.pk not in keys]
    return (
        sorted(open_ones, key=lambda one: one.due),
        sorted(others, key=lambda one: one.due, reverse=True),
    )


def is_open(one: TaskStudent, now: datetime.datetime) -> bool:
    """Whether something may still be handed in (annotated ``used``, ``tried``)."""
    task = one.task
    if task.is_test:
        return one.is_running or (now <= one.due and one.tried < task.attempts)  # type: ignore[attr-defined]
    late = rules.lateness(now, deadline=one.due, accepts=task.late_rule == Task.ACCEPT, until=task.late_until)
    done = one.state in (TaskStudent.GRADED, TaskStudent.SUBMITTED)
    return late.allowed and not done and one.used < task.attempts  # type: ignore[attr-defined]


def users_of(students: Collection[int]):
    """Accounts of students, for notices."""
    from hemis.people.models import User

    return User.objects.filter(person__studies__in=students, is_active=True).distinct()
