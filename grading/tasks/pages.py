"""The teacher's pages of tasks: giving, marking, results (duty 9.1; head and dean look)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.materials.queries import groups_text
from curriculum.pages.reference import kafedras, years
from grading.tasks import actions, forms, queries, sessions
from grading.tasks import files as outputs
from grading.tasks.models import (
    Submission,
    SubmissionFile,
    Task,
    TaskFile,
    TaskStudent,
    Test,
    TestQuota,
    TestWindow,
)
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import files
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.register import Register, Tab

STATE_COLOURS = {Task.DRAFT: "secondary", Task.SENT: "green", Task.CLOSED: "azure"}
STUDENT_COLOURS = {
    TaskStudent.GIVEN: "secondary",
    TaskStudent.SUBMITTED: "orange",
    TaskStudent.GRADED: "green",
    TaskStudent.RETURNED: "red",
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _may(request: Request, task: Task, permission: str = "task.edit") -> bool:
    if not request.access.can(permission):
        return False
    return Task.objects.for_scope(request.access.scope(permission)).filter(pk=task.pk).exists()


def _students(request: Request, task: Task) -> dict[str, Any]:
    sessions.close_overdue(task)
    given = list(queries.students_of(task))
    rows = [{"row": one, "colour": STUDENT_COLOURS[one.state]} for one in given]
    known = {one.student_id for one in given}
    editable = _may(request, task)
    others = queries.audience(task.teaching) if editable else []
    return {
        "rows": rows,
        "counts": queries.counts(task),
        "editable": editable,
        "may_grade": _may(request, task, "task.grade"),
        "newcomers": [one for one in others if one.student_id not in known],
        "limits": queries.limits(task),
        "moment_form": forms.MomentForm(),
    }


class Tasks(Register):
    app, name, title, title_one = (
        "grading",
        "tasks",
        gettext_lazy("Control tasks"),
        gettext_lazy("control task"),
    )
    model, permission, menu = Task, "task", "subjects"
    columns = [
        Column("name", link=True),
        Column("kind"),
        Column("teaching__subject__name", gettext_lazy("Subject")),
        Column("groups", gettext_lazy("Groups")),
        Column("control"),
        Column("max_points", numeric=True),
        Column("deadline"),
        Column("state", badge=STATE_COLOURS),
        Column("waiting", gettext_lazy("To be marked"), numeric=True),
        Column("done", gettext_lazy("Marked"), numeric=True),
        Column("given", gettext_lazy("Given"), numeric=True, hidden=True),
        Column(
            "teaching__teacher",
            gettext_lazy("Teacher"),
            sort="teaching__teacher__person__sort_key",
            hidden=True,
        ),
        Column("teaching__training_type", hidden=True),
    ]
    filters = [
        RelatedFilter("year", years, lookup="teaching__academic_year", label=gettext_lazy("academic year")),
        Filter("term", "teaching__term"),
        RelatedFilter("kafedra", kafedras, lookup="teaching__kafedra", label=gettext_lazy("kafedra")),
        Filter("kind"),
        Filter("control"),
        Filter("state"),
        RangeFilter("deadline", "date", lookup="deadline__date", label=gettext_lazy("deadline")),
    ]
    search = ("name", "text", "teaching__subject__name")
    select_related = (
        "teaching__subject", "teaching__teacher__person", "teaching__academic_year", "topic", "created_by__person",
    )  # fmt: skip
    ordering = ("-deadline", "name")
    fields = (
        "teaching__subject", "teaching__training_type", "groups", "teaching__teacher", "kind", "name", "text", "topic",
        "control", "max_points", "deadline", "attempts", "late_rule", "late_penalty", "late_until", "state", "sent_at",
        "created_by",
    )  # fmt: skip
    form = forms.TaskForm
    detail_template = "tasks/task.html"
    empty = gettext_lazy(
        "Give the first task: its text, its maximum and the control that it brings points to."
    )

    @classmethod
    def base_queryset(cls):
        counted = Q(students__is_excluded=False)
        return Task.objects.annotate(
            groups=groups_text("teaching"),
            given=Count("students", filter=counted),
            waiting=Count("students", filter=counted & Q(students__state=TaskStudent.SUBMITTED)),
            done=Count("students", filter=counted & Q(students__state=TaskStudent.GRADED)),
        )

    @classmethod
    def detail_context(cls, request, obj):
        return {
            "may_edit": _may(request, obj),
            "may_grade": _may(request, obj, "task.grade"),
            "task_files": obj.files.all(),
        }

    @classmethod
    def history_parts(cls, obj):
        return [
            TaskFile.objects.filter(task=obj),
            TaskStudent.objects.filter(task=obj),
            Submission.objects.filter(task_student__task=obj),
            Test.objects.filter(task=obj),
            TestQuota.objects.filter(test__task=obj),
            TestWindow.objects.filter(test__task=obj),
        ]


Tasks.add_tab(Tab("students", gettext_lazy("Students and marks"), "tasks/_students.html", _students))


def to_tab(pk: int, tab: str = "students") -> HttpResponse:
    return redirect(f"{reverse('grading_tasks_detail', args=[pk])}?tab={tab}")


def verb(do: Callable[[Request, Task], Any], *, tab: str = "students", permission: str = "task.edit"):
    """A button of a task: POST, permission and scope first, errors in words."""

    @page(permission)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        task = get_object_or_404(Tasks.rows(request.access, permission), pk=pk)
        try:
            result = do(request, task)
        except actions.TaskError as error:
            messages.error(request, str(error))
            return to_tab(pk, tab)
        if isinstance(result, HttpResponse):
            return result
        messages.success(request, result)
        return to_tab(pk, tab)

    return view


def _ticked(request: Request, task: Task) -> list[TaskStudent]:
    keys = [key for key in request.POST.getlist("pk") if key.isdigit()]
    rows = list(TaskStudent.objects.filter(task=task, pk__in=keys).select_related("task"))
    if not rows:
        raise actions.TaskError(_("Tick the students first."))
    return rows


def _send(request: Request, task: Task) -> str:
    keys = {int(key) for key in request.POST.getlist("student") if key.isdigit()}
    count = actions.send(task, access=request.access, students=keys or None)
    return _("The task is given to %(count)d students.") % {"count": count}


def _close(request: Request, task: Task) -> str:
    closed = request.POST.get("open") != "1"
    actions.close(task, access=request.access, closed=closed)
    return _("The task is closed.") if closed else _("The task is open again.")


def _extend(request: Request, task: Task) -> str:
    form = forms.MomentForm(request.POST)
    if not form.is_valid():
        raise actions.TaskError(_("Give the day and the time."))
    moment = form.cleaned_data["moment"]
    count = actions.extend(_ticked(request, task), access=request.access, deadline=moment)
    return _("Another deadline for %(count)d students.") % {"count": count}


def _exclude(request: Request, task: Task) -> str:
    why = request.POST.get("why", "").strip()
    if request.POST.get("back") != "1" and not why:
        raise actions.TaskError(_("Write why they are excluded."))
    rows = _ticked(request, task)
    count = actions.exclude(rows, access=request.access, why="" if request.POST.get("back") == "1" else why)
    return _("%(count)d students are changed.") % {"count": count}


def _remove_file(request: Request, task: Task) -> str:
    asked = request.POST.get("file", "")
    count, _by_kind = task.files.filter(pk=asked if asked.isdigit() else None).delete()
    if not count:
        raise actions.TaskError(_("Choose the file."))
    return _("The file is removed.")


send = verb(_send)
close = verb(_close)
extend = verb(_extend)
exclude = verb(_exclude)
remove_file = verb(_remove_file, tab="card")


# --- one student's work


def _row(request: Request, task: Task) -> TaskStudent:
    asked = request.GET.get("row", "") or request.POST.get("row", "")
    rows = queries.students_of(task)
    return get_object_or_404(rows, pk=asked if asked.isdigit() else None)


@page("task.view")
def student(request: Request, pk: int) -> HttpResponse:
    """All versions of one student, the newest first, and the form to mark it: ``?row=`` names the student."""
    task = get_object_or_404(Tasks.rows(request.access), pk=pk)
    if not request.GET.get("row"):
        return to_tab(pk)
    return _student_page(request, task, _row(request, task))


def _student_page(request: Request, task: Task, row: TaskStudent, form=None) -> HttpResponse:
    versions = list(row.submissions.all())
    last = versions[0] if versions else None
    initial = (
        {"points": last.raw_points, "originality": last.originality, "comment": last.comment} if last else {}
    )
    keys = list(queries.students_of(task).values_list("pk", flat=True))
    at = keys.index(row.pk)
    context = {
        "title": row.student.person.full_name,
        "task": task,
        "row": row,
        "colour": STUDENT_COLOURS[row.state],
        "versions": versions,
        "last": last,
        "form": form or forms.MarkForm(initial=initial),
        "may_grade": _may(request, task, "task.grade") and not row.is_excluded,
        "before": keys[at - 1] if at else None,
        "next": keys[at + 1] if at + 1 < len(keys) else None,
        "back_url": f"{reverse('grading_tasks_detail', args=[task.pk])}?tab=students",
    }
    return render(request, "tasks/student.html", context, status=422 if form is not None else 200)


@page("task.grade")
@require_POST
def mark(request: Request, pk: int) -> HttpResponse:
    """Mark the last version, or return it; then the next student whose work waits."""
    task = get_object_or_404(Tasks.rows(request.access, "task.grade"), pk=pk)
    if not (request.GET.get("row") or request.POST.get("row")):
        messages.error(request, _("Tick the students first."))
        return to_tab(pk)
    row = _row(request, task)
    asked = request.POST.get("submission", "")
    submission = get_object_or_404(Submission, task_student=row, pk=asked if asked.isdigit() else None)
    form = forms.MarkForm(request.POST)
    returns = request.POST.get("return") == "1"
    if form.is_valid() and not returns and form.cleaned_data["points"] is None:
        form.add_error("points", _("Give the points."))
    if not form.is_valid():
        return _student_page(request, task, row, form)
    data = form.cleaned_data
    try:
        if returns:
            actions.give_back(
                submission, access=request.access, comment=data["comment"], originality=data["originality"]
            )
            messages.success(request, _("Returned with your comment."))
        else:
            figure = actions.grade(submission, access=request.access, **data)
            messages.success(request, _("Marked: %(steps)s.") % {"steps": "; ".join(figure.steps)})
    except actions.TaskError as error:
        form.add_error("comment" if returns else "points", str(error))
        return _student_page(request, task, row, form)
    following = queries.students_of(task).filter(state=TaskStudent.SUBMITTED, is_excluded=False).first()
    if following is not None and request.POST.get("stay") != "1":
        return redirect(f"{reverse('grading_tasks_student', args=[pk])}?row={following.pk}")
    return to_tab(pk)


@page("task.view")
def task_file(request: Request, pk: int) -> HttpResponseBase:
    """A file of the task (``?file=``) or of what a student handed in (``?handed=``)."""
    task = get_object_or_404(Tasks.rows(request.access), pk=pk)
    own, handed = request.GET.get("file", ""), request.GET.get("handed", "")
    if own.isdigit():
        kept: Any = get_object_or_404(TaskFile, task=task, pk=own)
    elif handed.isdigit():
        kept = get_object_or_404(SubmissionFile, submission__task_student__task=task, pk=handed)
    else:
        return to_tab(pk, "card")
    return files.response(kept.file, name=outputs.safe(kept.name.rsplit(".", 1)[0]))


@page("task.view")
def archive(request: Request, pk: int) -> FileResponse:
    """Everything that was handed in, as one ZIP."""
    task = get_object_or_404(Tasks.rows(request.access), pk=pk)
    return FileResponse(
        outputs.archive(task),
        as_attachment=True,
        filename=f"topshiriq-{pk}.zip",
        content_type="application/zip",
    )


@page("task.view")
def excel(request: Request, pk: int) -> HttpResponse:
    """The marks as a workbook."""
    task = get_object_or_404(Tasks.rows(request.access), pk=pk)
    answer = HttpResponse(outputs.marks(task), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="topshiriq-{pk}.xlsx"'
    return answer
