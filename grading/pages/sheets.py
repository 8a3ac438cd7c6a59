"""The register of grade sheets and the buttons of their states (duties 2.4, B7.1–B7.4)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.pages.common import keep_chosen
from grading import actions, documents, forms, queries
from grading.actions.filling import may_fill
from grading.models import GradeSheet, GradingRule, SheetCorrection, SheetLine
from grading.pages.choices import faculties, groups, kafedras, years
from grading.pages.examiners import CHOSEN
from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.explain import decimal_text
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register
from hemis.pages.verbs import each, tell_refused, verb

STATE_COLOURS = {
    GradeSheet.OPEN: "orange", GradeSheet.SIGNED: "azure", GradeSheet.CHECKED: "blue",
    GradeSheet.CLOSED: "green", GradeSheet.CANCELLED: "secondary",
}  # fmt: skip
ACT_COLOURS = {
    SheetCorrection.PROPOSED: "orange", SheetCorrection.CONFIRMED: "green", SheetCorrection.REJECTED: "secondary",
}  # fmt: skip


class LateFilter(BooleanFilter):
    """Whether the term to fill has passed without a signature."""

    def apply(self, rows, data):
        values = {value == "1" for value in self.chosen(data)}
        if len(values) != 1:
            return rows
        late = Q(state=GradeSheet.OPEN, due_on__lt=timezone.localdate())
        return rows.filter(late) if values.pop() else rows.exclude(late)


def _close_ticked(request: Request, rows) -> str | None:
    done, refused = actions.close_many(rows, access=request.access)
    tell_refused(request, refused)
    return _("Sheets closed: %(count)d") % {"count": done} if done else None


def _check_ticked(request: Request, rows) -> str | None:
    done = each(request, rows, partial(actions.check, access=request.access), errors=actions.GradingError)
    return _("Sheets checked: %(count)d") % {"count": done} if done else None


def _print_ticked(request: Request, rows) -> HttpResponse:
    from hemis.jobs.actions import start

    job = start(
        "grading.print_sheets", user=request.user, params={"sheets": list(rows.values_list("pk", flat=True))},
        title=_("Grade sheets on paper"), access=request.access,
    )  # fmt: skip
    return redirect("job", pk=job.pk)


class Sheets(Register):
    app, name, title, title_one = (
        "grading",
        "sheets",
        gettext_lazy("Grade sheets"),
        gettext_lazy("grade sheet"),
    )
    model, permission, menu = GradeSheet, "grade_sheet", "performance"
    columns = [
        Column("serial", gettext_lazy("Number"), link=True, value=lambda row: row.number, sort="serial"),
        Column(
            "curriculum_subject", value=lambda row: row.curriculum_subject.subject.get_name_display(),
            sort="curriculum_subject__subject__name",
        ),
        Column("group", sort="group__name"),
        Column("control"),
        Column("attempt"),
        Column("examiner", sort="examiner__person__sort_key"),
        Column("held_on", hidden=True),
        Column("due_on"),
        Column("filled", gettext_lazy("Filled"), value=lambda row: f"{row.filled} / {row.total}", sort="filled"),
        Column("state", badge=STATE_COLOURS),
    ]  # fmt: skip
    filters = [
        RelatedFilter("academic_year", years),
        Filter("semester", "curriculum_subject__semester__number", gettext_lazy("Semester"),
               lambda access: [(str(number), str(number)) for number in range(1, 13)], numeric=True),
        RelatedFilter("faculty", faculties("grade_sheet.view"), lookup="group__faculty",
                      label=gettext_lazy("Faculty")),
        RelatedFilter("kafedra", kafedras("grade_sheet.view"), lookup="curriculum_subject__kafedra"),
        RelatedFilter("group", groups("grade_sheet.view")),
        Filter("control"),
        Filter("attempt"),
        Filter("state"),
        LateFilter("late", lookup="due_on", label=gettext_lazy("Term has passed")),
    ]  # fmt: skip
    search = ("curriculum_subject__subject__name", "group__name")
    search_person = "examiner__person"
    select_related = (
        "curriculum_subject__subject", "curriculum_subject__semester", "curriculum_subject__curriculum",
        "curriculum_subject__kafedra", "group__faculty", "examiner__person", "academic_year",
        "schedule__student__person",
        "opened_by", "signed_by", "checked_by", "closed_by", "event", "subgroup",
    )  # fmt: skip
    fields = (
        "serial", "academic_year", "curriculum_subject", "group", "control", "attempt", "max_points", "schedule",
        "examiner", "held_on", "due_on", "state", "remark", "opened_by", "opened_at", "signed_by", "signed_at",
        "checked_by", "checked_at", "closed_by", "closed_at",
    )  # fmt: skip
    form = forms.SheetForm
    deletable = False
    actions = [
        BulkAction("examiners", gettext_lazy("Name examiners"), "grade_sheet.open",
                   keep_chosen(CHOSEN, "grading_name_examiners"), icon="user-check"),
        BulkAction("check", gettext_lazy("Mark as checked"), "grade_sheet.check", _check_ticked),
        BulkAction("close", gettext_lazy("Close"), "grade_sheet.close", _close_ticked, icon="shield-check",
                   confirm=gettext_lazy("Close the ticked sheets? Their lines are frozen for good.")),
        BulkAction("print", gettext_lazy("Print"), "grade_sheet.view", _print_ticked, icon="printer"),
    ]  # fmt: skip
    header_actions = [
        MenuItem("performance", gettext_lazy("Open grade sheets"), "grading_open", "grade_sheet.open")
    ]
    detail_template = "grading/sheet.html"
    empty = gettext_lazy("Sheets are opened for whole groups: the dean's office does it.")

    @classmethod
    def edit_permission(cls):
        return "grade_sheet.open"

    @classmethod
    def base_queryset(cls):
        """With the number of lines and of filled ones."""
        lines = SheetLine.objects.filter(sheet=OuterRef("pk")).order_by().values("sheet")
        return GradeSheet.objects.annotate(
            total=Coalesce(Subquery(lines.annotate(n=Count("pk")).values("n")), 0),
            filled=Coalesce(Subquery(lines.exclude(status="").annotate(n=Count("pk")).values("n")), 0),
        )

    @classmethod
    def rows(cls, access, permission=""):
        """Only an open sheet is given another examiner or day."""
        found = super().rows(access, permission)
        return found.filter(state=GradeSheet.OPEN) if permission == cls.edit_permission() else found

    @classmethod
    def history_parts(cls, obj):
        return [obj.lines.all(), SheetCorrection.objects.filter(line__sheet=obj)]

    @classmethod
    def detail_context(cls, request, obj):
        states = [one for one in GradeSheet.STATES if one[0] != GradeSheet.CANCELLED or obj.state == one[0]]
        return _verbs(request, obj) | {"lines": _lines(obj), "states": states}


def _lines(sheet: GradeSheet) -> list[dict[str, Any]]:
    """Lines with every value they have had."""
    rows = sheet.lines.select_related("student__person").prefetch_related("corrections")
    found = []
    for line in rows:
        acts = [one for one in line.corrections.all() if one.state == SheetCorrection.CONFIRMED]
        acts.sort(key=lambda one: (one.decided_at, one.pk))
        past = [queries.PastValue(one.old_points, one.old_status, one) for one in acts]
        waits = [one for one in line.corrections.all() if one.state == SheetCorrection.PROPOSED]
        found.append({"line": line, "past": past, "waits": waits})
    return found


def _verbs(request: Request, sheet: GradeSheet) -> dict[str, Any]:
    """Which buttons this person has on the sheet now."""
    is_open, signed = sheet.state == GradeSheet.OPEN, sheet.state in (GradeSheet.SIGNED, GradeSheet.CHECKED)
    may_close = is_in_scope(sheet, request.access, "grade_sheet.close")
    may_check = is_in_scope(sheet, request.access, "grade_sheet.check")
    return {
        "may_fill": request.access.can("grade_sheet.fill") and not may_fill(sheet, request.access),
        "may_check": sheet.state == GradeSheet.SIGNED and may_check,
        "may_close": sheet.state == GradeSheet.CHECKED and may_close,
        "may_return": signed and (may_check or may_close),
        "may_unlock": is_open and may_close,
        "may_cancel": is_open and is_in_scope(sheet, request.access, "grade_sheet.open"),
        "may_refresh": is_open
        and sheet.control == "13"
        and is_in_scope(sheet, request.access, "grade_sheet.open"),
        # By which of the two verbs a sheet goes back: of the dean's office, or of the kafedra.
        "can_close": may_close,
        "may_correct": sheet.state == GradeSheet.CLOSED and may_close,
        "remark_form": forms.RemarkForm(),
        "unlock_form": forms.UnlockForm(initial={"due_on": timezone.localdate()}),
    }


def _check(request: Request, sheet: GradeSheet) -> str:
    actions.check(sheet, access=request.access)
    return _("The kafedra has checked the sheet; the dean's office closes it.")


def _close(request: Request, sheet: GradeSheet) -> str:
    actions.close(sheet, access=request.access)
    return _("The sheet is closed and its results are announced.")


def _send_back(request: Request, sheet: GradeSheet) -> str:
    actions.send_back(sheet, remark=request.POST.get("remark", ""), access=request.access)
    return _("The sheet went back to the examiner.")


def _unlock(request: Request, sheet: GradeSheet) -> str:
    form = forms.UnlockForm(request.POST)
    if not form.is_valid():
        raise actions.GradingError(_("Give the new term and the reason."))
    data = form.cleaned_data
    actions.unlock(sheet, due_on=data["due_on"], reason=data["remark"], access=request.access)
    return _("The sheet is open until %(day)s.") % {"day": f"{data['due_on']:%d.%m.%Y}"}


def _cancel(request: Request, sheet: GradeSheet) -> str:
    actions.cancel(sheet, reason=request.POST.get("remark", ""), access=request.access)
    return _("The sheet is cancelled.")


def _refresh(request: Request, sheet: GradeSheet) -> str:
    count = actions.refresh_admission(sheet, access=request.access)
    return _("Admission is judged anew; lines changed: %(count)d") % {"count": count}


def _print(request: Request, sheet: GradeSheet) -> HttpResponse:
    return redirect("document_pdf", pk=documents.issue_sheet(sheet, by=request.user).pk)


def _print_admission(request: Request, sheet: GradeSheet) -> HttpResponse:
    return redirect("document_pdf", pk=documents.issue_admission_list(sheet, by=request.user).pk)


def _button(permission: str, do: Callable[[Request, GradeSheet], str | HttpResponse]):
    return verb(
        GradeSheet,
        permission,
        do,
        back="grading_sheets_detail",
        errors=(actions.GradingError, ValidationError),
    )


check = _button("grade_sheet.check", _check)
close = _button("grade_sheet.close", _close)
send_back_by_kafedra = _button("grade_sheet.check", _send_back)
send_back = _button("grade_sheet.close", _send_back)
unlock = _button("grade_sheet.close", _unlock)
cancel = _button("grade_sheet.open", _cancel)
refresh = _button("grade_sheet.open", _refresh)
print_sheet = _button("grade_sheet.view", _print)
print_admission = _button("grade_sheet.view", _print_admission)


# --- corrections


class Corrections(Register):
    app, name, title, title_one = (
        "grading", "corrections", gettext_lazy("Correction acts"), gettext_lazy("correction act"),
    )  # fmt: skip
    model, permission, menu = SheetCorrection, "grade_sheet", "performance"
    columns = [
        Column("serial", gettext_lazy("Number"), link=True, value=str, sort="serial"),
        Column("line__student", sort="line__student__person__sort_key"),
        Column("subject", gettext_lazy("Subject"),
               value=lambda row: row.line.sheet.curriculum_subject.subject.get_name_display(),
               sort="line__sheet__curriculum_subject__subject__name"),
        Column("line__sheet__control"),
        Column("old", gettext_lazy("Before"), sort="old_points",
               value=lambda row: _value(row.old_points, row.old_status)),
        Column("new", gettext_lazy("After"), sort="new_points",
               value=lambda row: _value(row.new_points, row.new_status)),
        Column("reason"),
        Column("proposed_at", hidden=True),
        Column("state", badge=ACT_COLOURS),
    ]  # fmt: skip
    filters = [
        Filter("state"),
        RelatedFilter("academic_year", years),
        RelatedFilter("faculty", faculties("grade_sheet.view"), lookup="line__sheet__group__faculty",
                      label=gettext_lazy("Faculty")),
    ]  # fmt: skip
    search = ("line__sheet__curriculum_subject__subject__name", "reason", "basis")
    search_person = "line__student__person"
    select_related = (
        "line__student__person", "line__sheet__curriculum_subject__subject", "line__sheet__group",
        "line__sheet__academic_year", "proposed_by", "decided_by",
    )  # fmt: skip
    fields = (
        "serial", "line__student", "line__sheet", "old", "new", "reason", "basis", "state", "proposed_by",
        "proposed_at", "decided_by", "decided_at", "remark",
    )  # fmt: skip
    files = ("scan",)
    detail_template = "grading/correction.html"
    empty = gettext_lazy("A closed sheet is corrected from its own page.")

    @classmethod
    def detail_context(cls, request, obj):
        waits = obj.state == SheetCorrection.PROPOSED and request.access.can("grade_sheet.confirm")
        return {
            "may_confirm": waits and obj.proposed_by_id != request.user.pk,
            "remark_form": forms.RemarkForm(),
        }


def _value(points, status) -> str:
    if points is not None:
        return decimal_text(points)
    return str(dict(SheetLine.STATUSES).get(status, ""))


@page("grade_sheet.close")
def correct(request: Request, pk: int) -> HttpResponse:
    """Propose a correction act for a line of a closed sheet."""
    scope = request.access.scope("grade_sheet.close")
    rows = SheetLine.objects.filter(sheet__in=GradeSheet.objects.for_scope(scope))
    line = get_object_or_404(
        rows.select_related("student__person", "sheet__curriculum_subject__subject", "sheet__group"), pk=pk
    )
    form = forms.CorrectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            act = actions.propose_correction(line, access=request.access, **form.cleaned_data)
        except actions.GradingError as error:
            form.add_error("value", str(error))
        else:
            messages.success(request, _("The act waits for confirmation by academic affairs."))
            return redirect("grading_corrections_detail", pk=act.pk)
    context = {
        "title": _("Correction act"), "form": form, "line": line, "sheet": line.sheet,
        "values": queries.values_of(line),
    }  # fmt: skip
    return render(request, "grading/correct.html", context, status=422 if form.errors else 200)


def _decision(do: Callable[[Request, SheetCorrection], str]):
    @page("grade_sheet.confirm")
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        act = get_in_scope(SheetCorrection, request, "grade_sheet.confirm", pk=pk)
        try:
            messages.success(request, do(request, act))
        except actions.GradingError as error:
            messages.error(request, str(error))
        return redirect("grading_corrections_detail", pk=pk)

    return view


def _confirm(request: Request, act: SheetCorrection) -> str:
    actions.confirm_correction(act, access=request.access)
    return _("The act is confirmed; the line and the result are corrected.")


def _reject(request: Request, act: SheetCorrection) -> str:
    actions.reject_correction(act, remark=request.POST.get("remark", ""), access=request.access)
    return _("The act is rejected; the line stays as it is.")


confirm_correction = _decision(_confirm)
reject_correction = _decision(_reject)


# --- rules


class GradingRules(Register):
    app, name, title, title_one = (
        "grading", "rules", gettext_lazy("Rules of controls"), gettext_lazy("rule of controls"),
    )  # fmt: skip
    model, permission, menu = GradingRule, "marking_system", "curriculum"
    columns = [
        Column("code", link=True),
        Column("value", numeric=True),
        Column("valid_from"),
        Column("basis"),
    ]
    filters = [Filter("code")]
    search = ("basis",)
    form = forms.GradingRuleForm
    empty = gettext_lazy("Figures that the law sets for controls, with the day they hold from.")
