"""Personal schedules of debtors (duty 2.4)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grading import actions, documents, forms
from grading.models import GradeSheet, PersonalSchedule, ScheduleLine, SubjectResult
from grading.pages.choices import faculties, groups, years
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.register import Register
from hemis.pages.verbs import verb
from students.models import Student

STATE_COLOURS = {
    PersonalSchedule.DRAFT: "orange", PersonalSchedule.APPROVED: "green", PersonalSchedule.CANCELLED: "secondary",
}  # fmt: skip


def lines_of(schedule: PersonalSchedule) -> list[dict]:
    """Subjects of a schedule with their sheets and what they brought."""
    lines = list(
        schedule.lines.select_related(
            "curriculum_subject__subject", "curriculum_subject__semester", "examiner__person"
        )
    )
    subjects = [one.curriculum_subject_id for one in lines]
    results = {
        one.curriculum_subject_id: one
        for one in SubjectResult.objects.filter(student=schedule.student_id, curriculum_subject__in=subjects)
    }
    sheets: dict[int, list[GradeSheet]] = {}
    for sheet in GradeSheet.objects.valid().filter(schedule=schedule).order_by("control"):
        sheets.setdefault(sheet.curriculum_subject_id, []).append(sheet)
    return [
        {
            "line": one,
            "sheets": sheets.get(one.curriculum_subject_id, []),
            "result": results.get(one.curriculum_subject_id),
        }
        for one in lines
    ]


class Schedules(Register):
    app, name, title, title_one = (
        "grading", "schedules", gettext_lazy("Personal schedules"), gettext_lazy("personal schedule"),
    )  # fmt: skip
    model, permission, menu = PersonalSchedule, "personal_schedule", "performance"
    columns = [
        Column("serial", gettext_lazy("Number"), link=True, value=lambda row: row.number, sort="serial"),
        Column("student", sort="student__person__sort_key"),
        Column("student__current__group", sort="student__current__group__name"),
        Column("drawn_on"),
        Column("due_on"),
        Column("order_number"),
        Column("state", badge=STATE_COLOURS),
    ]
    filters = [
        RelatedFilter("academic_year", years),
        RelatedFilter("faculty", faculties("personal_schedule.view"), lookup="student__current__faculty"),
        RelatedFilter("group", groups("personal_schedule.view"), lookup="student__current__group"),
        Filter("state"),
    ]
    search = ("order_number", "student__number")
    search_person = "student__person"
    select_related = ("student__person", "student__current__group", "academic_year", "created_by")
    fields = (
        "serial", "student", "student__current__group", "academic_year", "drawn_on", "due_on", "order_number",
        "order_date", "state", "remark", "created_by",
    )  # fmt: skip
    form = forms.ScheduleForm
    deletable = False
    detail_template = "grading/schedule.html"
    empty = gettext_lazy("A schedule is drawn up from a debtor's page.")

    @classmethod
    def rows(cls, access, permission=""):
        """Only a draft is changed."""
        found = super().rows(access, permission)
        return found.filter(state=PersonalSchedule.DRAFT) if permission == cls.edit_permission() else found

    @classmethod
    def history_parts(cls, obj):
        return [obj.lines.all()]

    @classmethod
    def detail_context(cls, request, obj):
        may_edit = (
            request.access.can("personal_schedule.edit")
            and PersonalSchedule.objects.for_scope(request.access.scope("personal_schedule.edit"))
            .filter(pk=obj.pk)
            .exists()
        )
        return {"lines": lines_of(obj), "may_change": may_edit, "remark_form": forms.RemarkForm()}


@page("personal_schedule.edit")
def draw_up(request: Request, pk: int) -> HttpResponse:
    """What the student owes, ticked; a draft is made of it."""
    student = get_in_scope(Student, request, "personal_schedule.edit", pk=pk)
    form = forms.DrawUpForm(request.POST or None, student=student)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.draw_up_schedule(student, access=request.access, **form.cleaned_data)
        except actions.GradingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The schedule is a draft; look through it and approve it."))
            return redirect("grading_schedules_detail", pk=made.pk)
    context = {
        "title": _("Personal schedule: %(who)s") % {"who": student.person},
        "form": form,
        "student": student,
    }
    return render(request, "grading/draw_up.html", context, status=422 if form.errors else 200)


def _approve(request: Request, schedule: PersonalSchedule) -> str:
    actions.approve_schedule(schedule, access=request.access)
    return _("The schedule is approved: the student is registered and the sheets that are due are open.")


def _open_due(request: Request, schedule: PersonalSchedule) -> str:
    count = actions.open_due_sheets(schedule, access=request.access)
    return _("Sheets opened: %(count)d") % {"count": count}


def _cancel(request: Request, schedule: PersonalSchedule) -> str:
    actions.cancel_schedule(schedule, reason=request.POST.get("remark", ""), access=request.access)
    return _("The schedule is cancelled.")


def _print(request: Request, schedule: PersonalSchedule) -> HttpResponse:
    return redirect("document_pdf", pk=documents.issue_schedule(schedule, by=request.user).pk)


def _button(permission: str, do: Callable[[Request, PersonalSchedule], str | HttpResponse]):
    return verb(
        PersonalSchedule, permission, do, back="grading_schedules_detail", errors=actions.GradingError
    )


approve = _button("personal_schedule.edit", _approve)
open_due = _button("personal_schedule.edit", _open_due)
cancel = _button("personal_schedule.edit", _cancel)
print_schedule = _button("personal_schedule.view", _print)


@page("personal_schedule.edit")
@require_POST
def remove_line(request: Request, pk: int) -> HttpResponse:
    """Take a subject off a draft."""
    rows = ScheduleLine.objects.for_scope(request.access.scope("personal_schedule.edit"))
    line = get_object_or_404(rows.select_related("schedule"), pk=pk)
    try:
        actions.remove_from_schedule(line, access=request.access)
        messages.success(request, _("The subject is taken off."))
    except actions.GradingError as error:
        messages.error(request, str(error))
    return redirect("grading_schedules_detail", pk=line.schedule_id)
