"""Pages of automatic timetabling and of the wishes of teachers (duty 2.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.models import TeacherHours, Teaching, TimetableDraft
from curriculum.models.solver import WEEKDAYS
from curriculum.pages.reference import years
from curriculum.solver import actions, drafts, forms, queries, rules
from curriculum.timetable.rules import half_year
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register, Tab
from hemis.pages.verbs import verb
from students.models import AcademicYear

COLOURS = {
    TimetableDraft.COMPUTING: "azure",
    TimetableDraft.READY: "orange",
    TimetableDraft.APPLIED: "green",
    TimetableDraft.DROPPED: "secondary",
}
IN_THE_WAY = {
    rules.TEACHER: gettext_lazy("the teacher is busy"),
    rules.AUDIENCE: gettext_lazy("the group is busy"),
    rules.ROOM: gettext_lazy("no such auditorium is free"),
    rules.UNAVAILABLE: gettext_lazy("the teacher cannot"),
}


class TeacherHoursRegister(Register):
    app, name, title, title_one = (
        "curriculum",
        "teacher_hours",
        gettext_lazy("Wishes of teachers"),
        gettext_lazy("wish of a teacher"),
    )
    model, permission, menu = TeacherHours, "timetable", "curriculum"
    columns = [
        Column("employee", link=True, sort="employee__person__sort_key"),
        Column("academic_year"),
        Column("term"),
        Column("weekday"),
        Column("pair", numeric=True),
        Column("kind", badge={TeacherHours.CANNOT: "red", TeacherHours.RATHER_NOT: "orange"}),
        Column("note"),
    ]
    filters = [
        RelatedFilter("year", years, lookup="academic_year", label=gettext_lazy("academic year")),
        Filter("term"),
        Filter("weekday"),
        Filter("kind"),
    ]
    search_person = "employee__person"
    select_related = ("employee__person", "academic_year")
    form = forms.TeacherHoursForm
    empty = gettext_lazy(
        "Automatic timetabling keeps to the hours at which a teacher cannot, and weighs the others."
    )


# --- computed timetables


def _week(request: Request, draft: TimetableDraft) -> dict:
    groups = list(queries.groups_of(draft))
    asked = request.GET.get("group", "")
    known = [key for key, _name in groups]
    group = int(asked) if asked.isdigit() and int(asked) in known else (known[0] if known else None)
    return {
        "groups": groups,
        "group": group,
        "weekdays": [name for _number, name in WEEKDAYS],
        "rows": queries.week_of_group(draft, group) if group else [],
    }


def _unplaced(request: Request, draft: TimetableDraft) -> dict:
    teachings = {
        one.pk: one
        for one in Teaching.objects.filter(pk__in={row["teaching"] for row in draft.unplaced})
        .select_related("subject", "teacher__person")
        .prefetch_related("audience__group", "audience__subgroup__division__group")
    }
    rows = [
        {"teaching": teachings[row["teaching"]], "lessons": row.get("lessons"), "why": _why(row)}
        for row in draft.unplaced
        if row["teaching"] in teachings
    ]
    return {"rows": rows}


def _why(row: dict) -> str:
    """The reason of a line without a place, in words."""
    if row["reason"] == "no_teacher":
        return _("It has no teacher yet.")
    if row["reason"] == "no_weeks":
        return _("Its groups have no week of theory in common from that day on.")
    if row["reason"] == rules.NO_SUCH_ROOM:
        return _("There is no auditorium of the kind that is large enough.")
    parts = [f"{IN_THE_WAY[what]} — {count}" for what, count in row["by"].items() if what in IN_THE_WAY]
    free = row["cells"] - sum(row["by"].values())
    if free:
        parts.append(_("free by itself, but a day is full or the search ended — %(count)d") % {"count": free})
    return _("Of %(cells)d hours of the week: %(parts)s.") % {
        "cells": row["cells"],
        "parts": "; ".join(str(one) for one in parts),
    }


FIGURES = [
    ("placed", gettext_lazy("places filled")),
    ("wanted", gettext_lazy("places wanted")),
    ("lessons_placed", gettext_lazy("lessons placed")),
    ("lessons_wanted", gettext_lazy("lessons wanted")),
    ("group_windows", gettext_lazy("windows of groups (two weeks)")),
    ("teacher_windows", gettext_lazy("windows of teachers (two weeks)")),
    ("teacher_days", gettext_lazy("days for which teachers come")),
    ("late_pairs", gettext_lazy("late pairs")),
    ("same_day", gettext_lazy("the same subject twice on a day")),
    ("wishes_broken", gettext_lazy("wishes of teachers not met")),
    ("first_pairs", gettext_lazy("lessons in the first pair of a day")),
    ("room_changes", gettext_lazy("changes of auditorium between neighbouring pairs (two weeks)")),
    ("building_changes", gettext_lazy("of them to another building")),
    ("cost", gettext_lazy("cost of all together")),
]


class Drafts(Register):
    """Computed drafts: beneath the card stands the account of what came of it, figure by figure."""

    figures: Sequence[tuple[str, str | Promise]] = ()

    @classmethod
    def account(cls, obj: Any) -> list[tuple[str, Any]]:
        """Label and figure of each line of the account."""
        return [
            (capfirst(str(label)), obj.account[name]) for name, label in cls.figures if name in obj.account
        ]


class TimetableDrafts(Drafts):
    figures = FIGURES
    app, name, title, title_one = (
        "curriculum",
        "timetable_drafts",
        gettext_lazy("Automatic timetabling"),
        gettext_lazy("computed timetable"),
    )
    model, permission, menu = TimetableDraft, "timetable", "curriculum"
    columns = [
        Column("faculty", link=True, sort="faculty__name"),
        Column("academic_year"),
        Column("term"),
        Column("starts_on"),
        Column("state", badge=COLOURS),
        Column("made_at"),
        Column("made_by", hidden=True),
    ]
    filters = [
        RelatedFilter("year", years, lookup="academic_year", label=gettext_lazy("academic year")),
        Filter("term"),
        Filter("state"),
    ]
    search = ("faculty__name",)
    select_related = ("faculty", "academic_year", "made_by", "job")
    fields = (
        "faculty", "academic_year", "term", "starts_on", "replaces", "rounds", "state", "made_by", "made_at",
    )  # fmt: skip
    tabs = [
        Tab("week", gettext_lazy("Week"), "curriculum/solver/_week.html", _week),
        Tab("unplaced", gettext_lazy("Not placed"), "curriculum/solver/_unplaced.html", _unplaced),
    ]
    detail_template = "curriculum/solver/draft.html"
    header_actions = [
        MenuItem("", gettext_lazy("Compute a timetable"), "curriculum_timetable_compute", "timetable.edit")
    ]
    empty = gettext_lazy(
        "The solver fills a week with the teachings of a half-year; you look at it and apply it."
    )

    @classmethod
    def detail_context(cls, request, obj):
        drafts.settle(obj)
        may = obj.state == TimetableDraft.READY and request.access.can("timetable.edit")
        applied = obj.applied
        return {
            "may_apply": may and bool(obj.account.get("placed")),
            "may_drop": may,
            "computing": obj.state == TimetableDraft.COMPUTING,
            "account": cls.account(obj),
            "missing": sum(applied.get("missing", {}).values()),
        }


@page("timetable.edit")
def compute(request: Request) -> HttpResponse:
    """Ask the solver for a timetable."""
    current = AcademicYear.objects.filter(is_current=True).first()
    today = timezone.localdate()
    initial = {"academic_year": current, "term": half_year(today)[1], "starts_on": today}
    form = forms.TimetableDraftForm(request.POST or None, access=request.access, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            draft = drafts.begin(form.save(commit=False), actions.WORK, access=request.access)
        except drafts.SolverError as error:
            form.add_error(None, str(error))
        else:
            return redirect("job", pk=draft.job_id)
    back = reverse("curriculum_timetable_drafts_list")
    context = {
        "form": form,
        "register": TimetableDrafts,
        "title": _("Compute a timetable"),
        "object": True,
        "back_url": back,
        "list_url": back,
    }
    return render(request, "curriculum/solver/compute.html", context, status=422 if form.errors else 200)


def _apply(request: Request, draft: TimetableDraft) -> str:
    found = actions.apply(draft, access=request.access)
    for one in found.refused[:20]:
        messages.warning(request, _("Taken meanwhile, left out: %(lesson)s") % {"lesson": one})
    return _("Lessons put into the timetable: %(count)d.") % {"count": found.made}


def _go_on(request: Request, draft: TimetableDraft) -> HttpResponse:
    return redirect("job", pk=drafts.go_on(draft, actions.WORK, access=request.access).job_id)


def _drop(request: Request, draft: TimetableDraft) -> str:
    actions.drop(draft, access=request.access)
    return _("The computed timetable is put aside.")


def _button(do: Callable[[Request, TimetableDraft], HttpResponse | str]):
    return verb(
        TimetableDraft,
        "timetable.edit",
        do,
        back="curriculum_timetable_drafts_detail",
        errors=drafts.SolverError,
    )


apply = _button(_apply)
go_on = _button(_go_on)
drop = _button(_drop)
