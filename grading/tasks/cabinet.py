"""The student's tasks and tests (duty S): what is due first, handing in, taking a test."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.materials.marking import formatted
from grading.tasks import actions, forms, queries, rules, sessions
from grading.tasks import files as outputs
from grading.tasks.models import Attempt, AttemptAnswer, SubmissionFile, Task, TaskFile, TaskStudent, Test
from grading.tasks.pages import STUDENT_COLOURS
from grading.tasks.test_pages import pictures_of, question_picture, shown_sheet
from hemis.access.guard import page
from hemis.access.visitor import visitor
from hemis.base import Request
from hemis.pages import files
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu


def _own(request: Request):
    return queries.own_tasks(request.access.scope("own.task").person_id)


def _shown(one: TaskStudent, now) -> dict[str, Any]:
    return {
        "row": one,
        "colour": STUDENT_COLOURS[one.state],
        "overdue": now > one.due,
        "soon": 0 <= (one.due - now).total_seconds() < 2 * 24 * 3600,
    }


@page("own.task")
def my_tasks(request: Request) -> HttpResponse:
    """What may still be done, the nearest deadline first; then the rest with its points."""
    now = timezone.now()
    opened, others = queries.due_first(_own(request), now)
    context = {
        "title": _("My tasks"),
        "opened": [_shown(one, now) for one in opened],
        "others": [_shown(one, now) for one in others],
    }
    return render(request, "tasks/my_tasks.html", context)


@page("own.task")
def my_task(request: Request, pk: int) -> HttpResponse:
    """One task: its text and files, what was handed in and said, and the form while it is open."""
    row = get_object_or_404(_own(request), pk=pk)
    if row.task.is_test:
        return _my_test(request, row)
    now = timezone.now()
    form = forms.SubmissionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.submit(
                row,
                access=request.access,
                text=form.cleaned_data["text"],
                files=form.cleaned_data["uploads"],
            )
        except actions.TaskError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Handed in."))
            return redirect("my_task", pk=pk)
    late = rules.lateness(
        now, deadline=row.due, accepts=row.task.late_rule == Task.ACCEPT, penalty=row.task.late_penalty,
        until=row.task.late_until,
    )  # fmt: skip
    versions = row.submissions.prefetch_related("files").order_by("-number")
    context = {
        "title": row.task.name,
        **_shown(row, now),
        "task": row.task,
        "files": row.task.files.all(),
        "versions": versions,
        "form": form,
        "late": late,
        "is_open": row.task.state == Task.SENT and late.allowed and row.state != TaskStudent.GRADED
        and row.used < row.task.attempts,
        "left": row.task.attempts - row.used,
    }  # fmt: skip
    return render(request, "tasks/my_task.html", context, status=422 if form.errors else 200)


def _my_test(request: Request, row: TaskStudent) -> HttpResponse:
    sessions.close_overdue(row.task)
    row = _own(request).get(pk=row.pk)
    test, now = Test.objects.prefetch_related("quotas", "picked").get(task=row.task), timezone.now()
    opens, closes = queries.window_of(row, test)
    attempts = list(row.test_attempts.order_by("number"))
    context = {
        "title": row.task.name,
        **_shown(row, now),
        "task": row.task,
        "test": test,
        "files": row.task.files.all(),
        "opens": opens,
        "closes": closes,
        "count": sum(one.count for one in test.quotas.all()) + len(test.picked.all()),
        "attempts": attempts,
        "running": next((one for one in attempts if one.state == Attempt.RUNNING), None),
        "may_begin": row.task.state == Task.SENT
        and (opens is None or now >= opens) and now < closes and len(attempts) < row.task.attempts,
        "shows_sheet": _shows_sheet(test, closes, now),
        "left": row.task.attempts - len(attempts),
    }  # fmt: skip
    return render(request, "tasks/my_test.html", context)


def _shows_sheet(test: Test, closes, now) -> bool:
    return test.shows_sheet and now >= closes


@page("own.task")
def my_task_file(request: Request, pk: int) -> HttpResponseBase:
    """A file of one's own task (``?file=``) or of what one handed in (``?handed=``)."""
    row = get_object_or_404(_own(request), pk=pk)
    own, handed = request.GET.get("file", ""), request.GET.get("handed", "")
    if own.isdigit():
        kept: Any = get_object_or_404(TaskFile, task=row.task_id, pk=own)
    elif handed.isdigit():
        kept = get_object_or_404(SubmissionFile, submission__task_student=row, pk=handed)
    else:
        return redirect("my_task", pk=pk)
    return files.response(kept.file, name=outputs.safe(kept.name.rsplit(".", 1)[0]))


# --- a test


@page("own.task")
@require_POST
def begin(request: Request, pk: int) -> HttpResponse:
    """Begin the test, or go on with the session that is running."""
    row = get_object_or_404(_own(request), pk=pk)
    sessions.close_overdue(row.task)
    try:
        attempt = sessions.begin(row, access=request.access, ip=visitor(request))
    except actions.TaskError as error:
        messages.error(request, str(error))
        return redirect("my_task", pk=pk)
    return redirect("my_test", pk=attempt.pk)


def _attempt(request: Request, pk: int) -> Attempt:
    rows = Attempt.objects.select_related("task_student__task__test", "task_student__task__teaching__subject")
    person = request.access.scope("own.task").person_id
    return get_object_or_404(rows.filter(task_student__student__person=person), pk=pk)


@page("own.task")
def my_attempt(request: Request, pk: int) -> HttpResponse:
    """The test while it runs; afterwards its result and, when that is allowed, the answer sheet."""
    attempt = _attempt(request, pk)
    now = timezone.now()
    if attempt.state == Attempt.RUNNING and now >= attempt.closes_at:
        sessions.close_overdue(attempt.task_student.task)
        attempt = _attempt(request, pk)
    task = attempt.task_student.task
    context: dict[str, Any] = {"title": task.name, "task": task, "attempt": attempt}
    if attempt.state == Attempt.RUNNING:
        context |= {
            "questions": [
                _asked(row) | {"pictures": pictures_of(row, reverse("my_test_picture", args=[pk]))}
                for row in queries.sheet_of(attempt)
            ],
            "left": max(0, int((attempt.closes_at - now).total_seconds())),
        }
        answer = render(request, "tasks/take.html", context)
        answer["Cache-Control"] = "no-store"
        return answer
    _opens, closes = queries.window_of(attempt.task_student, task.test)
    right = _shows_sheet(task.test, closes, now)
    address = reverse("my_test_picture", args=[pk])
    context |= {"sheet": shown_sheet(attempt, address) if right else [], "right": right, "closes": closes,
                "back_pk": attempt.task_student_id}  # fmt: skip
    return render(request, "tasks/result.html", context)


def _asked(row) -> dict[str, Any]:
    """A question as the student sees it: nothing says which answer is right."""
    by_key = {one.pk: one for one in row.question.answers.all()}
    chosen = row.chosen
    matching = row.question.kind == "matching"
    pairs = chosen if isinstance(chosen, dict) else {}
    halves = [{"key": key, "text": by_key[key].match} for key in row.matches] if matching else []
    return {
        "row": row,
        "kind": row.question.kind,
        "text": formatted(row.question.text),
        "answers": [
            {
                "key": key,
                "text": formatted(by_key[key].text),
                "ticked": isinstance(chosen, list) and key in chosen,
                "given": pairs.get(str(key)),
            }
            for key in row.order
        ]
        if row.question.kind != "short"
        else [],
        "halves": halves,
        "is_answered": row.saved_at is not None and bool(row.chosen or row.text),
    }


@page("own.task")
def picture(request: Request, pk: int) -> HttpResponseBase:
    """A picture of a question that the student is or was asked."""
    attempt = _attempt(request, pk)
    if not request.GET.get("file"):
        return redirect("my_test", pk=pk)
    return question_picture(request, AttemptAnswer.objects.filter(attempt=attempt))


@page("own.task")
@require_POST
def answer(request: Request, pk: int) -> JsonResponse:
    """One answer, kept at once: ``{"position", "chosen", "text", "at"}`` → what holds now and the time left."""
    attempt = _attempt(request, pk)
    try:
        said = json.loads(request.body)
        position, at = int(said["position"]), int(said.get("at", 0))
        chosen, text = said.get("chosen", []), str(said.get("text", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"error": _("The answer is not understood.")}, status=400)
    if not 0 <= position < 2**15 or not 0 <= at < 2**53:
        return JsonResponse({"error": _("The answer is not understood.")}, status=400)
    try:
        saved = sessions.answer(
            attempt,
            position,
            access=request.access,
            chosen=chosen,
            text=text,
            given_at=at,
            ip=visitor(request),
        )
    except actions.TaskError as error:
        return JsonResponse({"error": str(error), "over": True}, status=409)
    left = max(0, int((attempt.closes_at - timezone.now()).total_seconds()))
    return JsonResponse({"taken": saved.taken, "chosen": saved.chosen, "text": saved.text, "left": left})


@page("own.task")
@require_POST
def finish(request: Request, pk: int) -> HttpResponse:
    """Keep what the form holds, without JavaScript too, and end the session."""
    attempt = _attempt(request, pk)
    ends = request.POST.get("keep") != "1"
    try:
        _keep_form(request, attempt)
        if ends:
            sessions.finish(attempt, access=request.access)
            messages.success(request, _("The test is finished."))
        else:
            messages.success(request, _("Your answers are kept."))
    except actions.TaskError as error:
        messages.error(request, str(error))
        sessions.close_overdue(attempt.task_student.task)
    return redirect("my_test", pk=pk)


def _keep_form(request: Request, attempt: Attempt) -> None:
    """Answers that the form carries; each bears the moment at which the browser last changed it, if it did."""
    if attempt.state != Attempt.RUNNING:
        return
    for row in queries.sheet_of(attempt):
        if f"asked_{row.position}" not in request.POST:
            continue
        kind, at = row.question.kind, request.POST.get(f"at_{row.position}", "")
        chosen: Any = request.POST.getlist(f"chosen_{row.position}")
        if kind == "matching":
            chosen = {str(key): request.POST.get(f"pair_{row.position}_{key}", "") for key in row.order}
        sessions.answer(
            attempt, row.position, access=request.access, chosen=chosen,
            text=request.POST.get(f"text_{row.position}", ""), given_at=int(at) if at.isdigit() else row.given_at,
        )  # fmt: skip


register_menu(MenuItem("cabinet", gettext_lazy("My tasks and tests"), "my_tasks", "own.task"))
