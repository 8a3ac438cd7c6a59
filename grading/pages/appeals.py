"""Appeals against results: the commission and its decision (AV 3069; duty B7.3)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import actions, forms, queries
from grading.models import Appeal
from grading.pages.choices import faculties
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.register import Register
from staff.models import Employee

STATE_COLOURS = {Appeal.LODGED: "orange", Appeal.UPHELD: "green", Appeal.DENIED: "secondary"}


class OverdueFilter(BooleanFilter):
    """Not decided though the term has passed."""

    def apply(self, rows, data):
        values = {value == "1" for value in self.chosen(data)}
        if len(values) != 1:
            return rows
        late = {"state": Appeal.LODGED, "due_at__lt": timezone.now()}
        return rows.filter(**late) if values.pop() else rows.exclude(**late)


class Appeals(Register):
    app, name, title, title_one = "grading", "appeals", gettext_lazy("Appeals"), gettext_lazy("appeal")
    model, permission, menu = Appeal, "appeal", "performance"
    columns = [
        Column("line__student", link=True, sort="line__student__person__sort_key"),
        Column("subject", gettext_lazy("Subject"),
               value=lambda row: row.line.sheet.curriculum_subject.subject.get_name_display(),
               sort="line__sheet__curriculum_subject__subject__name"),
        Column("line__sheet__control"),
        Column("lodged_at"),
        Column("due_at"),
        Column("state", badge=STATE_COLOURS),
    ]  # fmt: skip
    filters = [
        Filter("state"),
        OverdueFilter("overdue", lookup="due_at", label=gettext_lazy("Term has passed")),
        RelatedFilter("faculty", faculties("appeal.view"), lookup="line__sheet__group__faculty",
                      label=gettext_lazy("Faculty")),
    ]  # fmt: skip
    search = ("line__sheet__curriculum_subject__subject__name", "text")
    search_person = "line__student__person"
    select_related = (
        "line__student__person", "line__sheet__curriculum_subject__subject", "line__sheet__group",
        "line__sheet__academic_year", "chair__person", "decided_by", "correction",
    )  # fmt: skip
    fields = (
        "line__student", "line__sheet", "text", "lodged_at", "due_at", "state", "chair", "decision",
        "student_was_there", "decided_by", "decided_at", "correction",
    )  # fmt: skip
    files = ("scan",)
    detail_template = "grading/appeal.html"
    empty = gettext_lazy("Students lodge appeals in their cabinets within the time after the results.")

    @classmethod
    def history_parts(cls, obj):
        return [obj.members.all()]

    @classmethod
    def detail_context(cls, request, obj):
        may_decide = obj.state == Appeal.LODGED and request.access.can("appeal.decide")
        return {
            "members": _members(obj),
            "values": queries.values_of(obj.line),
            "may_decide": may_decide,
        }


def _members(appeal: Appeal) -> list[Employee]:
    return [one.employee for one in appeal.members.select_related("employee__person")]


def _form_page(request: Request, appeal: Appeal, form, title: str) -> HttpResponse:
    context = {
        "title": title, "form": form, "appeal": appeal, "back_url": Appeals.url_of(appeal),
        "values": queries.values_of(appeal.line), "members": _members(appeal),
    }  # fmt: skip
    return render(request, "grading/appeal_form.html", context, status=422 if form.errors else 200)


def _appeal(request: Request, pk: int) -> Appeal:
    return get_object_or_404(Appeals.rows(request.access, "appeal.decide"), pk=pk)


@page("appeal.decide")
def commission(request: Request, pk: int) -> HttpResponse:
    """The chair and the members, who did not grade."""
    appeal = _appeal(request, pk)
    initial = {"chair": appeal.chair_id, "members": appeal.members.values_list("employee", flat=True)}
    form = forms.CommissionForm(request.POST or None, sheet=appeal.line.sheet, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_commission(appeal, access=request.access, **form.cleaned_data)
        except actions.GradingError as error:
            form.add_error("members", str(error))
        else:
            messages.success(request, _("The commission is named."))
            return redirect(Appeals.url_of(appeal))
    return _form_page(request, appeal, form, _("Appeal commission"))


@page("appeal.decide")
def decide(request: Request, pk: int) -> HttpResponse:
    """What the commission decided."""
    appeal = _appeal(request, pk)
    form = forms.DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.decide_appeal(
                appeal, upheld=data["upheld"] == "1", decision=data["decision"], value=data["value"],
                student_was_there=data["student_was_there"], access=request.access,
            )  # fmt: skip
        except actions.GradingError as error:
            form.add_error("value" if data["upheld"] == "1" else None, str(error))
        else:
            messages.success(request, _("The decision is recorded and the student is told."))
            return redirect(Appeals.url_of(appeal))
    return _form_page(request, appeal, form, _("Decision of the commission"))
