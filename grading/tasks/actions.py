"""What changes tasks: giving, handing in, marking (duty 9.1); one function a verb, one transaction each."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from grading.tasks import queries, rules
from grading.tasks.models import (
    Submission,
    SubmissionFile,
    Task,
    TaskFile,
    TaskStudent,
    Test,
    TestQuestion,
    TestQuota,
    TestWindow,
)
from hemis.access.scope import Access
from hemis.explain import decimal_text
from hemis.notices.actions import notify


class TaskError(Exception):
    """Why the verb cannot be done now, in words for the user."""


def locked(task: Task, access: Access, permission: str = "task.edit") -> Task:
    """The task, locked, if it is in the scope of the permission.

    Raises:
        TaskError: it is another teacher's.
    """
    access.require(permission)
    rows = Task.objects.for_scope(access.scope(permission)).select_for_update(of=("self",))
    found = rows.select_related("teaching__subject").filter(pk=task.pk).first()
    if found is None:
        raise TaskError(_("The task is not yours."))
    return found


def _facts(task: Task, **more: Any) -> dict[str, Any]:
    return {"subject": task.teaching.subject.name, "task": task.name, **more}


def _moment(moment: datetime.datetime) -> str:
    return timezone.localtime(moment).strftime("%d.%m.%Y %H:%M")


# --- giving


@transaction.atomic
def add_files(task: Task, files: Sequence[Any], *, access: Access) -> None:
    """Files that belong to the task."""
    for clean in files:
        row = TaskFile(task=task, uploaded_by=access.user)
        row.take(clean)
        row.save()


@transaction.atomic
def send(
    task: Task,
    *,
    access: Access,
    students: Collection[int] | None = None,
    deadline: datetime.datetime | None = None,
) -> int:
    """Give the task to the students of the teaching, or to those named; who has it already keeps it.

    In order: checks that the control has room for the maximum and the bank for the test; writes a row a
    student; the task is sent; each new student is told. How many were new.

    Raises:
        TaskError: not the teacher's, closed, nobody to give it to, no room in the control, or the bank lacks questions.
    """
    task = locked(task, access)
    if task.state == Task.CLOSED:
        raise TaskError(_("The task is closed; open it again first."))
    _check_control(task)
    if task.is_test:
        _check_test(task)
    known = set(task.students.values_list("student", flat=True))
    found = [one for one in queries.audience(task.teaching) if one.student_id not in known]
    if students is not None:
        found = [one for one in found if one.student_id in students]
    if not found:
        raise TaskError(
            _("There is nobody to give it to: all who study with this teaching have it, or nobody does.")
        )
    for line in {one.curriculum_subject_id for one in found}:
        _check_room(task, line, [one.student_id for one in found if one.curriculum_subject_id == line])
    TaskStudent.objects.bulk_create(
        TaskStudent(
            task=task, student=one.student, curriculum_subject_id=one.curriculum_subject_id,
            group_id=one.with_group, deadline=deadline,  # type: ignore[attr-defined]
        )
        for one in found
    )  # fmt: skip
    if task.state == Task.DRAFT:
        Task.objects.filter(pk=task.pk).update(
            state=Task.SENT, sent_at=timezone.now(), version=F("version") + 1
        )
    _tell(task, "test_given" if task.is_test else "task_given", [one.student_id for one in found], deadline)
    return len(found)


def _tell(
    task: Task, code: str, students: Collection[int], deadline: datetime.datetime | None = None
) -> None:
    facts = _facts(task, deadline=_moment(deadline or task.deadline))
    notify(queries.users_of(students), code, facts, "/grading/my-tasks/")


def _check_control(task: Task) -> None:
    allowed = dict(queries.controls_of(task.teaching, is_test=task.is_test))
    if task.control not in allowed:
        raise TaskError(_("A task of this kind of training does not bring points to this control."))


def _check_room(task: Task, line: int, students: Collection[int]) -> None:
    """The database says the same; here it is said with the figures."""
    limit = next((one for one in queries.limits(task) if one["line"].pk == line), None)
    if limit is None:
        raise TaskError(_("The curriculum has no such control for the subject."))
    if limit["left"] < task.max_points:
        raise TaskError(
            _(
                "The control brings %(limit)s points, other tasks take %(taken)s of them; %(points)s more do not fit."
            )
            % {
                "limit": decimal_text(limit["limit"]),
                "taken": decimal_text(limit["taken"]),
                "points": decimal_text(task.max_points),
            }
        )


def _check_test(task: Task) -> None:
    test = Test.objects.filter(task=task).first()
    if test is None:
        raise TaskError(_("Say first how the test is taken."))
    missing = queries.lacks(test)
    if missing:
        raise TaskError(" ".join(missing))


@transaction.atomic
def close(task: Task, *, access: Access, closed: bool = True) -> None:
    """No more is handed in; or it is again.

    Raises:
        TaskError: not the teacher's, or never sent.
    """
    task = locked(task, access)
    if task.state == Task.DRAFT:
        raise TaskError(_("The task was not sent yet."))
    Task.objects.filter(pk=task.pk).update(
        state=Task.CLOSED if closed else Task.SENT, version=F("version") + 1
    )


@transaction.atomic
def extend(rows: Iterable[TaskStudent], *, access: Access, deadline: datetime.datetime | None) -> int:
    """Another deadline for some students of one task (None: the task's own again); they are told.

    Raises:
        TaskError: not the teacher's, or the moment has passed.
    """
    rows = list(rows)
    if not rows:
        return 0
    task = locked(rows[0].task, access)
    if deadline is not None and deadline <= timezone.now():
        raise TaskError(_("The new deadline has passed already."))
    keys = [one.pk for one in rows if one.task_id == task.pk]
    count = TaskStudent.objects.filter(pk__in=keys).update(deadline=deadline, version=F("version") + 1)
    _tell(task, "task_deadline", [one.student_id for one in rows], deadline)
    return count


@transaction.atomic
def exclude(rows: Iterable[TaskStudent], *, access: Access, why: str) -> int:
    """The task does not count for these students, for a reason; an empty reason takes them back in.

    Raises:
        TaskError: not the teacher's, or back in the maxima would not fit any more.
    """
    rows = list(rows)
    if not rows:
        return 0
    task = locked(rows[0].task, access)
    keys = [one.pk for one in rows if one.task_id == task.pk]
    if not why:
        for line in {one.curriculum_subject_id for one in rows}:
            _check_room(task, line, [one.student_id for one in rows])
    return TaskStudent.objects.filter(pk__in=keys).update(
        is_excluded=bool(why), excluded_why=why[:256], version=F("version") + 1
    )


# --- handing in


def own(task_student: TaskStudent, access: Access) -> TaskStudent:
    """The student's own row, locked.

    Raises:
        TaskError: it is another's, excluded, or the task is not open.
    """
    access.require("own.task")
    rows = TaskStudent.objects.select_for_update(of=("self",)).select_related(
        "task__teaching__subject", "student"
    )
    found = rows.filter(pk=task_student.pk, student__person=access.scope("own.task").person_id).first()
    if found is None or found.is_excluded:
        raise TaskError(_("The task is not yours."))
    if found.task.state != Task.SENT:
        raise TaskError(_("The task is not open."))
    return found


@transaction.atomic
def submit(task_student: TaskStudent, *, access: Access, text: str, files: Sequence[Any]) -> Submission:
    """Hand in a version; earlier ones stay.

    Raises:
        TaskError: not the student's, too late, no attempts left, marked already, or empty.
    """
    row = own(task_student, access)
    task, now = row.task, timezone.now()
    if task.is_test:
        raise TaskError(_("A test is taken, not handed in."))
    if row.state == TaskStudent.GRADED:
        raise TaskError(_("The task is marked already."))
    late = rules.lateness(
        now,
        deadline=row.due,
        accepts=task.late_rule == Task.ACCEPT,
        penalty=task.late_penalty,
        until=task.late_until,
    )
    if not late.allowed:
        raise TaskError(late.why)
    number = (row.submissions.aggregate(last=Max("number"))["last"] or 0) + 1
    if number > task.attempts:
        raise TaskError(_("All %(count)d attempts are used.") % {"count": task.attempts})
    if not text.strip() and not files:
        raise TaskError(_("Write an answer or add a file."))
    made = Submission.objects.create(
        task_student=row, number=number, text=text.strip(), sent_at=now, is_late=late.is_late
    )
    for clean in files:
        kept = SubmissionFile(submission=made, uploaded_by=access.user)
        kept.take(clean)
        kept.save()
    TaskStudent.objects.filter(pk=row.pk).update(state=TaskStudent.SUBMITTED, version=F("version") + 1)
    return made


# --- marking


@transaction.atomic
def grade(
    submission: Submission,
    *,
    access: Access,
    points: Decimal,
    comment: str = "",
    originality: int | None = None,
) -> rules.Figure:
    """Mark a version; its points count from now on, less the deduction for lateness. The student is told.

    Raises:
        TaskError: not the teacher's, not the last version, or beyond the maximum.
    """
    row, submission = _to_mark(submission, access)
    penalty = row.task.late_penalty if submission.is_late else 0
    try:
        figure = rules.marked(points, maximum=row.task.max_points, penalty=penalty)
    except ValueError as error:
        raise TaskError(str(error)) from error
    submission.raw_points, submission.points = rules.tenth(points), figure.value
    _say(submission, access, comment, originality)
    TaskStudent.objects.filter(pk=row.pk).update(
        state=TaskStudent.GRADED, points=figure.value, version=F("version") + 1
    )
    facts = _facts(row.task, points=decimal_text(figure.value))
    notify(queries.users_of([row.student_id]), "task_marked", facts, f"/grading/my-tasks/{row.pk}/")
    return figure


@transaction.atomic
def give_back(
    submission: Submission, *, access: Access, comment: str, originality: int | None = None
) -> None:
    """Return a version to be done again, with what is to be mended. The student is told.

    Raises:
        TaskError: not the teacher's, not the last version, without a comment, or no attempt is left.
    """
    row, submission = _to_mark(submission, access)
    if not comment.strip():
        raise TaskError(_("Write what is to be mended."))
    if submission.number >= row.task.attempts:
        raise TaskError(_("No attempt is left: mark it, or give more attempts."))
    submission.points = submission.raw_points = None
    _say(submission, access, comment, originality)
    TaskStudent.objects.filter(pk=row.pk).update(
        state=TaskStudent.RETURNED, points=None, version=F("version") + 1
    )
    notify(
        queries.users_of([row.student_id]), "task_returned", _facts(row.task), f"/grading/my-tasks/{row.pk}/"
    )


def _to_mark(submission: Submission, access: Access) -> tuple[TaskStudent, Submission]:
    task = locked(submission.task_student.task, access, "task.grade")
    row = TaskStudent.objects.select_for_update(of=("self",)).get(pk=submission.task_student_id)
    row.task = task
    found = row.submissions.order_by("-number").first()
    if found is None or found.pk != submission.pk:
        raise TaskError(_("The student has handed in a newer version meanwhile; look at that one."))
    return row, found


def _say(submission: Submission, access: Access, comment: str, originality: int | None) -> None:
    submission.comment, submission.originality = comment.strip()[:5000], originality
    submission.graded_by, submission.graded_at = access.user, timezone.now()
    submission.save(
        update_fields=["raw_points", "points", "comment", "originality", "graded_by", "graded_at"]
    )


# --- how a test is made


@transaction.atomic
def set_quotas(test: Test, quotas: Sequence[rules.Quota], *, access: Access) -> None:
    """So many questions of each topic and difficulty.

    Raises:
        TaskError: not the teacher's, the test was taken already, or a quota stands twice.
    """
    _not_begun(locked(test.task, access))
    keys = [(one.topic, one.difficulty) for one in quotas]
    if len(keys) != len(set(keys)):
        raise TaskError(_("The same topic and difficulty stand twice."))
    test.quotas.all().delete()
    TestQuota.objects.bulk_create(
        TestQuota(test=test, topic=one.topic, difficulty=one.difficulty, count=one.count) for one in quotas
    )


@transaction.atomic
def pick(test: Test, questions: Collection[int], *, access: Access) -> None:
    """Questions that everybody is asked; they are of the subject's bank.

    Raises:
        TaskError: not the teacher's, or the test was taken already.
    """
    from curriculum.materials.models import Question

    task = locked(test.task, access)
    _not_begun(task)
    rows = Question.objects.active().filter(subject=task.teaching.subject_id, pk__in=questions)
    test.picked.all().delete()
    TestQuestion.objects.bulk_create(TestQuestion(test=test, question=one) for one in rows)


def _not_begun(task: Task) -> None:
    if task.students.filter(test_attempts__isnull=False).exists():
        raise TaskError(_("Students have taken the test already; make another one."))


@transaction.atomic
def set_window(
    test: Test,
    *,
    access: Access,
    group: int,
    opens_at: datetime.datetime | None,
    closes_at: datetime.datetime | None,
) -> None:
    """Hours of one group; without hours the test's own hold again.

    Raises:
        TaskError: not the teacher's, the group is not of the teaching, or the end lies before the beginning.
    """
    task = locked(test.task, access)
    if not task.teaching.audience.filter(group=group).exists():
        raise TaskError(_("The group does not study with this teaching."))
    if opens_at is None or closes_at is None:
        test.windows.filter(group=group).delete()
        return
    if closes_at <= opens_at:
        raise TaskError(_("The end lies before the beginning."))
    TestWindow.objects.update_or_create(
        test=test, group_id=group, defaults={"opens_at": opens_at, "closes_at": closes_at}
    )
