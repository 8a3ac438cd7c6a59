"""The teacher's pages of tests: how they are made, results, answer sheets, essays, how good the questions were."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.materials.marking import formatted
from curriculum.materials.models import Question
from curriculum.materials.pages.questions import picture_response
from curriculum.materials.queries import topics_of_bank
from grading.tasks import actions, forms, queries, rules, sessions
from grading.tasks.models import Attempt, AttemptAnswer, Task, Test
from grading.tasks.pages import Tasks, to_tab, verb
from hemis.access.guard import page
from hemis.base import Request
from hemis.explain import decimal_text
from hemis.pages.register import Tab

SHOWN_QUESTIONS = 200
EMPTY_ROWS = 3


def _test_of(task: Task) -> Test | None:
    return Test.objects.select_related("task__teaching__subject").filter(task=task).first()


def _may(request: Request, task: Task, permission: str = "task.edit") -> bool:
    if not request.access.can(permission):
        return False
    return Task.objects.for_scope(request.access.scope(permission)).filter(pk=task.pk).exists()


def _making(request: Request, task: Task, form: forms.TestForm | None = None) -> dict[str, Any]:
    test = _test_of(task)
    if test is None:
        return {"test": None}
    subject = task.teaching.subject
    counted = (
        Question.objects.active()
        .filter(subject=subject, language=test.language)
        .order_by()
        .values_list("topic", "difficulty")
        .annotate(count=Count("pk"))
    )
    bank: dict[str, dict[int, int]] = {}
    for topic, difficulty, count in counted:
        bank.setdefault(topic, {})[difficulty] = count
    picked = set(test.picked.values_list("question", flat=True))
    asks = request.GET.get("pick") == "1"
    questions = Question.objects.active().filter(subject=subject, language=test.language) if asks else []
    windows = {one.group_id: one for one in test.windows.all()}
    groups = {one.group_id: one.group for one in task.teaching.audience.select_related("group")}
    return {
        "test": test,
        "form": form or forms.TestForm(instance=test),
        "editable": _may(request, task),
        "begun": task.students.filter(test_attempts__isnull=False).exists(),
        "quotas": list(test.quotas.all()),
        "blank": range(EMPTY_ROWS),
        "topics": topics_of_bank(subject),
        "difficulties": Question.DIFFICULTIES,
        "bank": [
            {"topic": topic, "counts": [levels.get(code, 0) for code, _label in Question.DIFFICULTIES],
             "total": sum(levels.values())}
            for topic, levels in sorted(bank.items())
        ],
        "picked": picked,
        "picking": asks,
        "questions": questions[:SHOWN_QUESTIONS] if asks else [],
        "windows": [{"group": group, "window": windows.get(key)} for key, group in groups.items()],
        "lacks": queries.lacks(test),
        "total": len(picked) + sum(one.count for one in test.quotas.all()),
    }  # fmt: skip


def _results(request: Request, task: Task) -> dict[str, Any]:
    sessions.close_overdue(task)
    attempts = list(queries.attempts_of(task))
    ended = [one for one in attempts if one.percent is not None]
    return {
        "attempts": attempts,
        "mean": round(sum(one.percent for one in ended) / len(ended), 1) if ended else None,
        "items": [(formatted(str(question)), question, item) for question, item in queries.items(task)],
        "essays": _essays(task),
        "may_grade": _may(request, task, "task.grade"),
    }


def _essays(task: Task) -> list[AttemptAnswer]:
    rows = queries.to_mark(task).select_related("question", "attempt__task_student__student__person")
    return list(rows.order_by("question", "pk")[:SHOWN_QUESTIONS])


def _is_test(task: Task) -> bool:
    return task.is_test


Tasks.add_tab(Tab("test", gettext_lazy("Test"), "tasks/_test.html", _making, shown=_is_test))
Tasks.add_tab(Tab("results", gettext_lazy("Results"), "tasks/_results.html", _results, shown=_is_test))


def _needed(task: Task) -> Test:
    test = _test_of(task)
    if test is None:
        raise actions.TaskError(_("This task is no test."))
    return test


@page("task.edit")
@require_POST
def settings(request: Request, pk: int) -> HttpResponse:
    """How the test is taken; what is wrong is said at its field."""
    task = get_object_or_404(Tasks.rows(request.access, "task.edit"), pk=pk)
    test = _test_of(task)
    if test is None:
        messages.error(request, _("This task is no test."))
        return to_tab(pk, "card")
    form = forms.TestForm(request.POST, instance=test)
    if form.is_valid():
        with transaction.atomic():
            actions.locked(task, request.access)
            form.save()
        messages.success(request, _("Saved."))
        return to_tab(pk, "test")
    context = {
        "register": Tasks, "object": task, "title": str(task), "tabs": Tasks.card_tabs(request.access, task),
        "active": "test", "tab": next(one for one in Tasks.tabs if one.code == "test"),
        "list_url": reverse("grading_tasks_list"), "detail_url": Tasks.url_of(task),
        "history_url": reverse("grading_tasks_history", args=[pk]),
    }  # fmt: skip
    context |= Tasks.detail_context(request, task) | _making(request, task, form)
    return render(request, Tasks.detail_template, context, status=422)


def _quotas(request: Request, task: Task) -> str:
    rows = []
    columns = (request.POST.getlist(name) for name in ("topic", "difficulty", "count"))
    for topic, difficulty, count in zip(*columns, strict=False):
        if not count.strip() or count == "0":
            continue
        if not count.isdigit() or int(count) > 200:  # noqa: PLR2004 - as the field
            raise actions.TaskError(_("The number of questions is between 1 and 200."))
        level = int(difficulty) if difficulty in ("1", "2", "3") else None
        rows.append(rules.Quota(int(count), topic.strip()[:256], level))
    actions.set_quotas(_needed(task), rows, access=request.access)
    return _("The quotas are saved.")


def _pick(request: Request, task: Task) -> str:
    keys = {int(key) for key in request.POST.getlist("question") if key.isdigit()}
    actions.pick(_needed(task), keys, access=request.access)
    return _("%(count)d questions are asked of everybody.") % {"count": len(keys)}


def _window(request: Request, task: Task) -> str:
    form = forms.WindowForm(request.POST)
    if not form.is_valid():
        raise actions.TaskError(_("Give both hours, or none."))
    data = form.cleaned_data
    if (data["opens_at"] is None) != (data["closes_at"] is None):
        raise actions.TaskError(_("Give both hours, or none."))
    actions.set_window(_needed(task), access=request.access, **data)
    return _("The hours of the group are saved.")


quotas = verb(_quotas, tab="test")
pick = verb(_pick, tab="test")
window = verb(_window, tab="test")


def _essay(request: Request, task: Task) -> str:
    asked = request.POST.get("answer", "")
    row = (
        AttemptAnswer.objects.select_related("attempt__task_student__task")
        .filter(attempt__task_student__task=task, pk=asked if asked.isdigit() else None)
        .first()
    )
    if row is None:
        raise actions.TaskError(_("Choose the answer."))
    try:
        percent = Decimal(request.POST.get("percent", "").replace(",", "."))
    except InvalidOperation as error:
        raise actions.TaskError(_("Give between 0 and 100 per cent.")) from error
    sessions.mark_essay(row, access=request.access, percent=percent, comment=request.POST.get("comment", ""))
    return _("The essay is marked.")


essay = verb(_essay, tab="results", permission="task.grade")


def pictures_of(row: AttemptAnswer, address: str) -> list[dict[str, str]]:
    """The pictures of a question of a session; ``address`` is where this reader gets them."""
    return [
        {"name": one.name, "url": f"{address}?question={row.question_id}&file={one.pk}"}
        for one in row.question.pictures.all()
    ]


def shown_sheet(attempt: Attempt, address: str) -> list[dict[str, Any]]:
    """The answer sheet: each question, what was chosen, what is right, and why it is worth what it is."""
    shown = []
    for row in queries.sheet_of(attempt):
        by_key = {one.pk: one for one in row.question.answers.all()}
        chosen = row.chosen
        rows = []
        for key in row.order:
            answer = by_key[key]
            given = chosen.get(str(key)) if isinstance(chosen, dict) else None
            rows.append(
                {
                    "text": formatted(answer.text),
                    "match": formatted(answer.match),
                    "ticked": key in chosen if isinstance(chosen, list) else False,
                    "right": answer.share > 0,
                    "given": formatted(by_key[given].match) if given in by_key else "",
                }
            )
        shown.append(
            {
                "row": row,
                "kind": row.question.get_kind_display(),
                "text": formatted(row.question.text),
                "pictures": pictures_of(row, address),
                "answers": rows,
                "percent": decimal_text((row.score * 100).quantize(Decimal("0.01")))
                if row.score is not None
                else None,
                "steps": sessions.steps_of(row),
            }
        )
    return shown


@page("task.view")
def picture(request: Request, pk: int) -> HttpResponseBase:
    """A picture of a question that the test asked: ``?question=`` and ``?file=`` name it."""
    task = get_object_or_404(Tasks.rows(request.access), pk=pk)
    if not request.GET.get("file"):
        return to_tab(pk, "results")
    asked = AttemptAnswer.objects.filter(attempt__task_student__task=task)
    return question_picture(request, asked)


def question_picture(request: Request, asked: QuerySet[AttemptAnswer]) -> HttpResponseBase:
    """The picture of one of these questions.

    Raises:
        Http404: it is not among them.
    """
    key = request.GET.get("question", "")
    question = get_object_or_404(
        Question.objects.filter(pk__in=asked.values("question")), pk=key if key.isdigit() else None
    )
    return picture_response(question, request.GET.get("file", ""))


@page("task.view")
def sheet(request: Request, pk: int) -> HttpResponse:
    """The answer sheet of an ended session: ``?attempt=`` names it."""
    task = get_object_or_404(Tasks.rows(request.access), pk=pk)
    asked = request.GET.get("attempt", "")
    if not asked.isdigit():
        return to_tab(pk, "results")
    attempt = get_object_or_404(queries.attempts_of(task), pk=asked)
    if attempt.state == Attempt.RUNNING:
        messages.warning(request, _("The test is being taken just now."))
        return to_tab(pk, "results")
    context = {
        "title": attempt.task_student.student.person.full_name,
        "task": task,
        "attempt": attempt,
        "sheet": shown_sheet(attempt, reverse("grading_tasks_picture", args=[pk])),
        "right": True,
        "back_url": f"{reverse('grading_tasks_detail', args=[pk])}?tab=results",
    }
    return render(request, "tasks/sheet.html", context)
