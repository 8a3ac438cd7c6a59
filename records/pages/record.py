"""The academic record: register, the student's card, acts and their decisions, feeding (duties 2.7, B7.4)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grading.forms import RemarkForm
from grading.pages.choices import faculties, groups, years
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.jobs.actions import start
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register, Tab
from records import actions, forms, record, rules
from records.models import RecordAct, RecordLine
from records.pages.base import may, verb
from students.models import Student
from students.pages.students import Students

ORIGIN_COLOURS = {"sheet": "blue", "attestation": "green", "recognised": "azure"}
ACT_COLOURS = {RecordAct.PROPOSED: "orange", RecordAct.CONFIRMED: "green", RecordAct.REJECTED: "secondary"}


class RecordLines(Register):
    app, name, title, title_one = (
        "records", "lines", gettext_lazy("Academic record"), gettext_lazy("line of the academic record"),
    )  # fmt: skip
    model, permission, menu, menu_place = RecordLine, "academic_record", "record", 10
    columns = [
        Column("student", link=True, sort="student__person__sort_key"),
        Column("student__current__group", sort="student__current__group__name"),
        Column("subject_name", value=lambda row: row.name),
        Column("kind", hidden=True),
        Column("semester", numeric=True),
        Column("hours", numeric=True, hidden=True),
        Column("credit", numeric=True),
        Column("points", numeric=True),
        Column("mark", numeric=True),
        Column("letter", hidden=True),
        Column("origin", badge=ORIGIN_COLOURS),
        Column("is_current", hidden=True),
        Column("recorded_at", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", faculties("academic_record.view"), lookup="student__current__faculty",
                      label=gettext_lazy("Faculty")),
        RelatedFilter("group", groups("academic_record.view"), lookup="student__current__group",
                      label=gettext_lazy("Group")),
        RelatedFilter("academic_year", years),
        Filter("semester", "semester", gettext_lazy("Semester"),
               lambda access: [(str(number), str(number)) for number in range(1, 13)], numeric=True),
        Filter("kind"),
        Filter("origin"),
        BooleanFilter("is_current"),
    ]  # fmt: skip
    search = ("subject_name", "subject_code", "student__number")
    search_person = "student__person"
    select_related = (
        "student__person", "student__current__group", "academic_year", "sheet__academic_year", "act",
        "attestation__session", "correction", "supersedes", "recorded_by", "curriculum_subject__subject",
    )  # fmt: skip
    fields = (
        "student", "subject_name", "subject_name_ru", "subject_name_en", "subject_code", "kind", "origin",
        "academic_year", "semester", "hours", "credit", "points", "mark", "letter", "point", "passed", "examiner",
        "held_on", "is_current", "act_number", "act_date", "act_reason", "recorded_at",
    )  # fmt: skip
    detail_template = "records/line.html"
    empty = gettext_lazy("Closed grade sheets and protocols feed it by themselves.")

    @classmethod
    def detail_context(cls, request, obj):
        can = (
            obj.is_current and obj.origin != RecordLine.SHEET and may(request, obj, "academic_record.propose")
        )
        newer = RecordLine.objects.filter(supersedes=obj).first()
        return {
            "may_correct": can,
            "newer": newer,
            "links_sheet": obj.sheet_id and request.access.can("grade_sheet.view"),
        }


def shown_record(student: Student) -> dict[str, Any]:
    """What the card and the cabinet show: semesters with lines, sums, the GPA with its steps. Two queries."""
    lines = list(record.lines_of(student))
    semesters: dict[int, list[RecordLine]] = {}
    for line in lines:
        semesters.setdefault(line.semester, []).append(line)
    return {
        "semesters": sorted(semesters.items()),
        "totals": rules.totals(lines),
        "explained": rules.gpa(lines),
        "superseded": RecordLine.objects.filter(student=student, is_current=False).count(),
    }


def _tab(request: Request, student: Student) -> dict[str, Any]:
    return shown_record(student) | {
        "links": True,
        "may_recognise": request.access.can("academic_record.propose"),
    }


Students.add_tab(
    Tab("record", gettext_lazy("Academic record"), "records/_record.html", _tab, "academic_record.view")
)


class RecordActs(Register):
    app, name, title, title_one = (
        "records", "acts", gettext_lazy("Acts of the academic record"), gettext_lazy("act of the academic record"),
    )  # fmt: skip
    model, permission, menu, menu_place = RecordAct, "academic_record", "record", 20
    columns = [
        Column("serial", gettext_lazy("Number"), link=True, value=lambda row: row.number, sort="serial"),
        Column("kind"),
        Column("student", sort="student__person__sort_key"),
        Column("what", gettext_lazy("Subject"), value=lambda row: row.line.name if row.line else row.subject_name,
               sort="subject_name"),
        Column("points", numeric=True),
        Column("institution", hidden=True),
        Column("decision_number", hidden=True),
        Column("decision_date"),
        Column("state", badge=ACT_COLOURS),
    ]  # fmt: skip
    filters = [
        Filter("kind"),
        Filter("state"),
        RelatedFilter("academic_year", years),
        RelatedFilter("faculty", faculties("academic_record.view"), lookup="student__current__faculty",
                      label=gettext_lazy("Faculty")),
    ]  # fmt: skip
    search = ("subject_name", "institution", "basis", "reason")
    search_person = "student__person"
    select_related = (
        "student__person", "line", "academic_year", "curriculum_subject__subject", "studied_year", "proposed_by",
        "decided_by",
    )  # fmt: skip
    fields = (
        "serial", "kind", "student", "what", "curriculum_subject", "institution", "subject_name_ru",
        "subject_name_en", "studied_year", "semester", "hours", "credit", "points", "basis", "decision_number",
        "decision_date", "reason", "state", "proposed_by", "proposed_at", "decided_by", "decided_at", "remark",
    )  # fmt: skip
    files = ("scan",)
    detail_template = "records/act.html"
    empty = gettext_lazy("A subject is recognised from the student's card, a line is corrected from its own.")

    @classmethod
    def detail_context(cls, request, obj):
        waits = obj.state == RecordAct.PROPOSED and request.access.can("academic_record.confirm")
        return {"may_confirm": waits and obj.proposed_by_id != request.user.pk, "remark_form": RemarkForm()}


def _confirm(request: Request, act: RecordAct) -> str:
    actions.confirm_act(act, access=request.access)
    return _("The act is confirmed; the academic record has the line.")


def _reject(request: Request, act: RecordAct) -> str:
    actions.reject_act(act, remark=request.POST.get("remark", ""), access=request.access)
    return _("The act is rejected; the academic record stays as it is.")


confirm = verb(RecordAct, "academic_record.confirm", "records_acts_detail", _confirm)
reject = verb(RecordAct, "academic_record.confirm", "records_acts_detail", _reject)


@page("academic_record.propose")
def recognise(request: Request, pk: int) -> HttpResponse:
    """A subject that another university has taught."""
    student = get_in_scope(Student, request, "academic_record.propose", pk=pk)
    form = forms.RecognitionForm(request.POST or None, request.FILES or None, student=student)
    if request.method == "POST" and form.is_valid():
        try:
            act = actions.propose_recognition(student, access=request.access, **form.cleaned_data)
        except actions.RecordsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The act waits for confirmation by academic affairs."))
            return redirect("records_acts_detail", pk=act.pk)
    context = {
        "title": _("Recognised subject: %(who)s") % {"who": student.person}, "form": form,
        "button": _("Propose the act"), "back": f"{Students.url_of(student)}?tab=record",
    }  # fmt: skip
    return render(request, "records/form.html", context, status=422 if form.errors else 200)


@page("academic_record.propose")
def correct(request: Request, pk: int) -> HttpResponse:
    """Other points for a line that a commission or another university has given."""
    line = get_in_scope(RecordLine, request, "academic_record.propose", pk=pk)
    form = forms.RecordCorrectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            act = actions.propose_correction(line, access=request.access, **form.cleaned_data)
        except actions.RecordsError as error:
            form.add_error("points", str(error))
        else:
            messages.success(request, _("The act waits for confirmation by academic affairs."))
            return redirect("records_acts_detail", pk=act.pk)
    context = {
        "title": _("Correction: %(line)s") % {"line": line}, "form": form, "button": _("Propose the act"),
        "back": RecordLines.url_of(line),
    }  # fmt: skip
    return render(request, "records/form.html", context, status=422 if form.errors else 200)


@page("academic_record.confirm")
@require_POST
def feed(request: Request) -> HttpResponse:
    """Compare the record of the whole university with the closed sheets once more: a job."""
    job = start("records.feed", user=request.user, params={}, access=request.access)
    return redirect("job", pk=job.pk)


@page("academic_record.confirm")
def feeding(request: Request) -> HttpResponse:
    """What feeding does, and the button."""
    last = RecordLine.objects.order_by("-recorded_at").first()
    context = {"title": _("Compare the record with the grade sheets"), "last": last}
    return render(request, "records/feeding.html", context)


RecordLines.header_actions = [
    MenuItem(
        "record",
        gettext_lazy("Compare the record with the grade sheets"),
        "records_feeding",
        "academic_record.confirm",
    )
]
