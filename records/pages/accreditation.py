"""Accreditation of graduates: a group at once, every condition explained student by student (duty 2.7)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from tablib import Dataset

from curriculum.models import CurriculumSemester
from grading.pages.choices import faculties, groups, years
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.jobs.actions import start
from hemis.pages import menu
from hemis.pages.columns import Column
from hemis.pages.export import FORMATS, attachment, cell
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.register import Register, Tab
from records import actions, queries
from records.conditions import STUDYING
from records.jobs import counted
from records.models import Accreditation
from records.pages.base import may, verb
from students.models import Group, Student

STATE_COLOURS = {Accreditation.ACCEPTED: "green", Accreditation.WITHDRAWN: "secondary"}


def graduating(access, permission: str):
    """Groups in the scope whose students are on the last course of their plan."""
    plan = CurriculumSemester.objects.filter(curriculum__groups__group=OuterRef("pk")).order_by("-number")
    people = Student.objects.filter(
        current__group=OuterRef("pk"), current__status=STUDYING, current__course=OuterRef("last_course")
    )
    rows = Group.objects.for_scope(access.scope(permission))
    rows = rows.annotate(last_course=Subquery(plan.values("course")[:1])).filter(Exists(people))
    return rows.select_related("faculty", "speciality").order_by("faculty__name", "name")


@page("accreditation.view")
def groups_page(request: Request) -> HttpResponse:
    """Graduating groups: how many study, how many are accredited."""
    rows = graduating(request.access, "accreditation.view").annotate(
        people=Count(
            "placements", filter=Q(placements__valid_to=None, placements__status=STUDYING), distinct=True
        ),
        done=Count(
            "placements",
            filter=Q(
                placements__valid_to=None, placements__status=STUDYING,
                placements__student__accreditations__state=Accreditation.ACCEPTED,
            ),
            distinct=True,
        ),
    )  # fmt: skip
    return render(
        request,
        "records/accreditation_groups.html",
        {
            "title": _("Accreditation of graduates"),
            "groups": rows,
            "may_check": request.access.can("accreditation.check"),
        },
    )


def _people(group: Group) -> list[int]:
    rows = Student.objects.filter(current__group=group, current__status=STUDYING)
    return list(rows.values_list("pk", flat=True))


@page("accreditation.view")
def group_page(request: Request, pk: int) -> HttpResponse:
    """Everybody of a group: subjects of the plan, recorded, lacking, and every condition."""
    group = get_in_scope(Group, request, "accreditation.view", pk=pk)
    judged = queries.judge(_people(group))
    context = {
        "title": _("Accreditation: %(group)s") % {"group": group}, "group": group, "judged": judged,
        "ready": sum(one.verdict.may and not one.accreditation for one in judged),
        "weighed": sum(one.verdict.with_reason and not one.verdict.may and not one.accreditation for one in judged),
        "done": sum(one.accreditation is not None for one in judged),
        "may_check": may(request, group, "accreditation.check"),
    }  # fmt: skip
    return render(request, "records/accreditation.html", context)


@page("accreditation.check")
@require_POST
def accredit(request: Request, pk: int) -> HttpResponse:
    """Accept the ticked of a group, or all of it."""
    group = get_in_scope(Group, request, "accreditation.check", pk=pk)
    people = set(_people(group))
    ticked = {int(key) for key in request.POST.getlist("student") if key.isdigit()}
    if request.POST.get("whole") != "1":
        people &= ticked
    if not people:
        messages.error(request, _("Tick at least one student."))
        return redirect("records_accreditation_group", pk=pk)
    counts = actions.accredit(people, access=request.access, reason=request.POST.get("reason", ""))
    messages.success(request, counted(counts))
    return redirect("records_accreditation_group", pk=pk)


@page("accreditation.check")
@require_POST
def accredit_groups(request: Request) -> HttpResponse:
    """Accept everybody of the ticked groups who fulfils the conditions: a job."""
    ticked = [int(key) for key in request.POST.getlist("group") if key.isdigit()]
    known = graduating(request.access, "accreditation.check").filter(pk__in=ticked)
    chosen = list(known.values_list("pk", flat=True))
    if not chosen:
        messages.error(request, _("Tick at least one group."))
        return redirect("records_accreditation_groups")
    params = {"groups": chosen, "reason": request.POST.get("reason", "")[:500]}
    return redirect(
        "job", pk=start("records.accredit", user=request.user, params=params, access=request.access).pk
    )


@page("accreditation.view")
def group_file(request: Request, pk: int, kind: str) -> HttpResponse:
    """The page of a group as a file: figures, what is lacking, and which conditions are not met."""
    group = get_in_scope(Group, request, "accreditation.view", pk=pk)
    if kind not in FORMATS:
        raise Http404(kind)
    titles = [
        _("Student"), _("Student number"), _("In the plan"), _("Recorded"), _("Lacking"), _("Lacking subjects"),
        _("Verdict"), _("Conditions not met"),
    ]  # fmt: skip
    data = Dataset(headers=[str(one) for one in titles])
    for one in queries.judge(_people(group)):
        wrong = [str(step.text) for step in one.verdict.steps if step.value == "✗"]
        row = (
            one.student.person, one.student.number, one.planned, one.recorded, len(one.gaps),
            "; ".join(gap.name for gap in one.gaps), one.words, " ".join(wrong),
        )  # fmt: skip
        data.append([cell(value) for value in row])
    return attachment(f"accreditation-{group.pk}", data, kind)


def _steps(request: Request, row: Accreditation) -> dict[str, Any]:
    return {"explained": {"steps": row.conditions}}


class Accreditations(Register):
    app, name, title, title_one = (
        "records", "accreditations", gettext_lazy("Accredited graduates"),
        gettext_lazy("accreditation of a graduate"),
    )  # fmt: skip
    model, permission, menu, menu_place = Accreditation, "accreditation", "record", 40
    columns = [
        Column("student", link=True, sort="student__person__sort_key"),
        Column("student__current__group", sort="student__current__group__name"),
        Column("academic_year"),
        Column("gpa", numeric=True),
        Column("credits", numeric=True),
        Column("accepted_at"),
        Column("state", badge=STATE_COLOURS),
    ]
    filters = [
        RelatedFilter("academic_year", years),
        RelatedFilter("faculty", faculties("accreditation.view"), lookup="student__current__faculty",
                      label=gettext_lazy("Faculty")),
        RelatedFilter("group", groups("accreditation.view"), lookup="student__current__group",
                      label=gettext_lazy("Group")),
        Filter("state"),
    ]  # fmt: skip
    search = ("student__number",)
    search_person = "student__person"
    select_related = (
        "student__person", "student__current__group", "academic_year", "accepted_by", "withdrawn_by",
    )  # fmt: skip
    fields = (
        "student", "student__current__group", "academic_year", "gpa", "credits", "reason", "accepted_by",
        "accepted_at", "state", "withdrawn_by", "withdrawn_at", "remark",
    )  # fmt: skip
    tabs = [Tab("steps", gettext_lazy("Conditions"), "grading/_steps.html", _steps)]
    detail_template = "records/accredited.html"
    empty = gettext_lazy("Graduates are accredited by groups.")

    @classmethod
    def detail_context(cls, request, obj):
        can = obj.state == Accreditation.ACCEPTED and may(request, obj, "accreditation.check")
        return {"may_withdraw": can}


def _withdraw(request: Request, row: Accreditation) -> str:
    actions.withdraw_accreditation(row, reason=request.POST.get("remark", ""), access=request.access)
    return _("The accreditation is withdrawn.")


withdraw = verb(Accreditation, "accreditation.check", "records_accreditations_detail", _withdraw)

menu.register(
    menu.MenuItem(
        "record",
        gettext_lazy("Accreditation of graduates"),
        "records_accreditation_groups",
        "accreditation.view",
        30,
    )
)
