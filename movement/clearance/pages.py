"""Pages of clearance sheets: the student's, the stations', the dean's office's (duties S, B8.2, 2.2, 3.5)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.pages import home
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import BulkAction, Register, Tab
from movement.clearance import actions, forms, queries
from movement.clearance.documents import sheet_document
from movement.clearance.models import ClearanceAnswer, ClearanceSheet, ClearanceStation
from structure.models import Unit
from students.pages import Students

SHEET_COLOURS = {
    ClearanceSheet.OPEN: "orange",
    ClearanceSheet.COMPLETE: "green",
    ClearanceSheet.USED: "secondary",
    ClearanceSheet.CANCELLED: "red",
}
ANSWER_COLOURS = {
    ClearanceAnswer.WAITING: "secondary",
    ClearanceAnswer.CLEAR: "green",
    ClearanceAnswer.NOT_CLEAR: "red",
}


def _faculties(permission: str):
    def found(access):
        scope = access.scope(permission)
        rows = Unit.objects.faculties()
        return rows if scope.everything else rows.filter(pk__in=scope.faculty_ids)

    return found


def _answers_of(sheet: ClearanceSheet) -> list[tuple[ClearanceAnswer, str]]:
    rows = sheet.answers.select_related("station", "answered_by__person").order_by("station__position", "pk")
    return [(one, ANSWER_COLOURS[one.state]) for one in rows]


def _stations(request: Request, sheet: ClearanceSheet) -> dict[str, Any]:
    return {"answers": _answers_of(sheet)}


class ClearanceSheets(Register):
    app, name = "movement", "clearance"
    title, title_one = gettext_lazy("Clearance sheets"), gettext_lazy("clearance sheet")
    model, permission, menu = ClearanceSheet, "clearance", "movement"
    columns = [
        Column("student__person__full_name", gettext_lazy("Student"), sort="student__person__sort_key", link=True),
        Column("student__number", gettext_lazy("Student number")),
        Column("student__current__group", gettext_lazy("Group"), sort="student__current__group__name", hidden=True),
        Column("occasion"),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("state", badge=SHEET_COLOURS),
        Column("answered", gettext_lazy("Cleared"), value=lambda row: f"{row.cleared} / {row.stations}",
               sort="cleared"),
        Column("objections", gettext_lazy("Objections"), value=lambda row: row.objections or "", sort="objections",
               numeric=True),
        Column("owed", gettext_lazy("Owed, soʻm"), value=lambda row: row.owed or "", sort="owed", numeric=True),
        Column("days", gettext_lazy("Days"), value=lambda row: row.days, sort="days", numeric=True),
        Column("opened_at"),
        Column("completed_at", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("state"),
        Filter("occasion"),
        RelatedFilter("faculty", _faculties("clearance.view")),
        RangeFilter("days", label=gettext_lazy("Days")),
        RangeFilter("opened_at", "date", lookup="opened_at__date", label=gettext_lazy("Opened")),
    ]
    search = ("student__number",)
    search_person = "student__person"
    select_related = ("student__person", "student__current__group", "faculty", "order", "document", "opened_by__person",
                      "cancelled_by__person")  # fmt: skip
    fields = (
        "student", "student__current__group", "faculty", "occasion", "state", "opened_at", "opened_by",
        "completed_at", "order", "cancelled_at", "cancelled_by", "reason",
    )  # fmt: skip
    tabs = [Tab("stations", gettext_lazy("Stations"), "movement/clearance/_stations.html", _stations)]
    header_actions = [
        MenuItem("movement", gettext_lazy("Open clearance sheets"), "clearance_open", "order.create")
    ]
    empty = gettext_lazy(
        "Students who leave ask for a sheet in the cabinet; the dean's office opens them for groups."
    )
    detail_template = "movement/clearance/sheet.html"

    @classmethod
    def base_queryset(cls):
        return queries.with_totals(ClearanceSheet.objects.all())

    @classmethod
    def detail_context(cls, request, obj):
        may = is_in_scope(obj, request.access, "order.create")
        in_force = obj.state in (ClearanceSheet.OPEN, ClearanceSheet.COMPLETE)
        return {
            "may_cancel": may and in_force,
            "may_print": obj.state in (ClearanceSheet.COMPLETE, ClearanceSheet.USED),
            "cancel_form": forms.ReasonForm(),
            "answers": _answers_of(obj),
        }


def _clear(request: Request, rows: QuerySet) -> str | None:
    try:
        count = actions.answer(list(rows), access=request.access, clear=True)
    except actions.ClearanceError as error:
        messages.error(request, str(error))
        return None
    return _("%(count)d students are cleared.") % {"count": count}


class ClearanceAnswers(Register):
    """What the roles in use answer for."""

    app, name = "movement", "clearance_answers"
    title, title_one = (
        gettext_lazy("My answers on clearance sheets"),
        gettext_lazy("answer on a clearance sheet"),
    )
    model, permission, menu = ClearanceAnswer, "clearance", "movement"
    columns = [
        Column("student", gettext_lazy("Student"), value=lambda row: row.sheet.student.person.full_name,
               sort="sheet__student__person__sort_key", link=True),
        Column("number", gettext_lazy("Student number"), value=lambda row: row.sheet.student.number,
               sort="sheet__student__number"),
        Column("group", gettext_lazy("Group"), value=lambda row: row.sheet.student.current.group
               if row.sheet.student.current else "", sort="sheet__student__current__group__name"),
        Column("sheet__occasion", gettext_lazy("Occasion")),
        Column("station", sort="station__position"),
        Column("state", gettext_lazy("Answer"), badge=ANSWER_COLOURS),
        Column("remark"),
        Column(
            "sum_owed", value=lambda row: row.sum_owed or "", sort="sum_owed", numeric=True
        ),
        Column("days", gettext_lazy("Days of waiting"), value=lambda row: row.days, sort="days", numeric=True),
        Column("answered_at", hidden=True),
        Column("answered_by", sort=None, hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("state", label=gettext_lazy("Answer")),
        Filter("occasion", lookup="sheet__occasion", label=gettext_lazy("Occasion")),
        RelatedFilter("faculty", _faculties("clearance.answer"), lookup="sheet__faculty"),
        RangeFilter("days", label=gettext_lazy("Days of waiting")),
        BooleanFilter("owes", lookup="owes", label=gettext_lazy("Owes money")),
    ]
    search = ("sheet__student__number",)
    search_person = "sheet__student__person"
    select_related = (
        "sheet__student__person", "sheet__student__current__group", "station", "answered_by__person", "sheet__faculty",
        "sheet__order",
    )  # fmt: skip
    fields = ("sheet__student", "sheet__faculty", "sheet__occasion", "station", "station__what", "state", "remark",
              "sum_owed", "answered_at", "answered_by")  # fmt: skip
    actions = [
        BulkAction(
            "clear", gettext_lazy("Owes nothing"), "clearance.answer", _clear, icon="circle-check",
            confirm=gettext_lazy("Do the ticked students owe nothing?"),
        )
    ]  # fmt: skip
    # What waits for an answer comes first, the oldest sheet at the top.
    ordering = ("-state", "sheet__opened_at")
    empty = gettext_lazy("Sheets that wait for you come here.")
    detail_template = "movement/clearance/answer.html"

    @classmethod
    def view_permission(cls):
        return "clearance.answer"

    @classmethod
    def base_queryset(cls):
        rows = ClearanceAnswer.objects.exclude(sheet__state=ClearanceSheet.CANCELLED)
        return queries.with_days(rows).alias(owes=Q(sum_owed__gt=0))

    @classmethod
    def rows(cls, access, permission=""):
        """Not a matter of scope alone: each role answers for its own stations."""
        access.require(permission or cls.view_permission())
        return cls.base_queryset().for_answering(access).select_related(*cls.select_related)

    @classmethod
    def detail_context(cls, request, obj):
        open_ = obj.sheet.state == ClearanceSheet.OPEN
        own = obj.sheet.student.person_id == request.user.person_id
        initial = {"state": obj.state, "remark": obj.remark, "sum_owed": obj.sum_owed or None}
        return {
            "may_answer": open_ and not own,
            "answer_form": forms.AnswerForm(
                initial=initial if obj.state != ClearanceAnswer.WAITING else None
            ),
            "facts": queries.facts_for(obj),
        }


@page("clearance.answer")
@require_POST
def give_answer(request: Request, pk: int) -> HttpResponse:
    """One station's answer about one student."""
    found = get_object_or_404(ClearanceAnswers.rows(request.access), pk=pk)
    form = forms.AnswerForm(request.POST)
    if form.is_valid():
        try:
            actions.answer([found], access=request.access, **form.for_action())
        except actions.ClearanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your answer is kept; the student sees it."))
            return redirect(ClearanceAnswers.url_of(found))
    context = {
        "register": ClearanceAnswers, "object": found, "title": str(found), "tabs": [], "active": "card",
        "card": ClearanceAnswers.card(found), "list_url": reverse("movement_clearance_answers_list"),
        "detail_url": ClearanceAnswers.url_of(found),
        "history_url": reverse("movement_clearance_answers_history", args=[found.pk]),
    } | ClearanceAnswers.detail_context(request, found)  # fmt: skip
    return render(request, "movement/clearance/answer.html", context | {"answer_form": form}, status=422)


@page("order.create")
def open_sheets(request: Request) -> HttpResponse:
    """Sheets for groups, or for students by number."""
    form = forms.OpenForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_for(
                form.students(), access=request.access, occasion=form.cleaned_data["occasion"]
            )
        except actions.ClearanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(count)d clearance sheets are opened.") % {"count": len(made)})
            return redirect(reverse("movement_clearance_list") + "?state=open")
    context = {
        "title": _("Open clearance sheets"), "form": form, "button": _("Open"),
        "note": _("All stations of the occasion are asked at once. Who has a sheet already keeps it."),
        "back_url": reverse("movement_clearance_list"),
    }  # fmt: skip
    return render(request, "movement/clearance/open.html", context, status=422 if form.errors else 200)


@page("order.create")
@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    """Cancel a sheet, with a reason."""
    sheet = get_in_scope(ClearanceSheet, request, "order.create", pk=pk)
    try:
        actions.cancel(sheet, access=request.access, reason=request.POST.get("reason", ""))
    except actions.ClearanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The clearance sheet is cancelled."))
    return redirect("movement_clearance_detail", pk=pk)


@page("clearance.view")
@require_POST
def paper(request: Request, pk: int) -> HttpResponse:
    """The PDF of a complete sheet."""
    sheet = get_in_scope(ClearanceSheet, request, "clearance.view", pk=pk)
    return _paper(request, sheet, reverse("movement_clearance_detail", args=[pk]))


def _paper(request: Request, sheet: ClearanceSheet, back: str) -> HttpResponse:
    if sheet.state not in (ClearanceSheet.COMPLETE, ClearanceSheet.USED):
        messages.error(request, _("The sheet is not complete yet; stations have still to answer."))
        return redirect(back)
    return redirect("document_pdf", pk=sheet_document(sheet, by=request.user).pk)


# --- the student's cabinet


def _own_sheets(request: Request):
    return queries.own_sheets(request.access.scope("own.clearance").person_id)


@page("own.clearance")
def my_clearance(request: Request) -> HttpResponse:
    """One's own sheet, station by station, and the way to ask for one."""
    form = forms.AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(access=request.access, occasion=form.cleaned_data["occasion"])
        except actions.ClearanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The sheet is opened; all stations are asked at once."))
            return redirect("my_clearance")
    sheets = [
        {
            "sheet": one,
            "colour": SHEET_COLOURS[one.state],
            "answers": [(answer, ANSWER_COLOURS[answer.state]) for answer in one.answers.all()],
            "cleared": sum(answer.state == ClearanceAnswer.CLEAR for answer in one.answers.all()),
            "owed": sum(answer.sum_owed for answer in one.answers.all()),
            "printable": one.state in (ClearanceSheet.COMPLETE, ClearanceSheet.USED),
        }
        for one in _own_sheets(request)
    ]
    in_force = any(one["sheet"].state in (ClearanceSheet.OPEN, ClearanceSheet.COMPLETE) for one in sheets)
    context = {"title": _("My clearance sheet"), "sheets": sheets, "form": form, "may_ask": not in_force}
    return render(request, "movement/clearance/mine.html", context, status=422 if form.errors else 200)


@page("own.clearance")
@require_POST
def my_paper(request: Request, pk: int) -> HttpResponse:
    """The PDF of one's own complete sheet."""
    return _paper(request, get_object_or_404(_own_sheets(request), pk=pk), reverse("my_clearance"))


# --- stations as rows


class ClearanceStations(Register):
    app, name = "movement", "clearance_stations"
    title, title_one = gettext_lazy("Stations of the clearance sheet"), gettext_lazy("station")
    model, permission, menu = ClearanceStation, "clearance_station", "movement"
    columns = [
        Column("position", numeric=True),
        Column("name", link=True),
        Column("code", hidden=True),
        Column("role"),
        Column("occasions", value=lambda row: ", ".join(str(dict(forms.OCCASIONS)[one]) for one in row.occasions),
               sort=None),
        Column("what"),
        Column("is_active"),
    ]  # fmt: skip
    filters = [Filter("role"), BooleanFilter("is_active")]
    search = ("name", "name_ru", "name_en", "code")
    form = forms.StationForm


# --- elsewhere


def _of_student(request: Request, student) -> dict[str, Any]:
    seen = ClearanceSheet.objects.for_scope(request.access.scope("clearance.view"))
    return {"sheets": [(one, _answers_of(one)) for one in seen.filter(student=student)[:5]]}


def _waiting(access) -> int:
    return queries.waiting_for(access).count()


Students.add_tab(
    Tab("clearance", gettext_lazy("Clearance sheet"), "movement/clearance/_of_student.html", _of_student,
        "clearance.view")
)  # fmt: skip
register_menu(MenuItem("cabinet", gettext_lazy("My clearance sheet"), "my_clearance", "own.clearance"))
home.register_todo(
    home.Todo(
        gettext_lazy("Clearance sheets to answer"), "clearance.answer", _waiting,
        lambda: reverse("movement_clearance_answers_list") + "?state=waiting", "checklist",
    )
)  # fmt: skip
