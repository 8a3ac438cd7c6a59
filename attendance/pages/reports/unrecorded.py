"""Lessons that have ended and are not recorded (duty 2.4)."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from attendance import actions, queries
from attendance.pages.reports.common import half_of, workbook
from curriculum.models import Lesson
from hemis.access.guard import page
from hemis.base import Request, name_of
from hemis.pages import menu
from hemis.pages.export import cell

MISSING_CUTS = {
    "teacher": (
        gettext_lazy("Teacher"), "teacher",
        Concat("teacher__person__last_name", Value(" "), "teacher__person__first_name"),
    ),
    "kafedra": (gettext_lazy("Kafedra"), "teaching__kafedra", None),
    "faculty": (
        gettext_lazy("Faculty"), "teaching__audience__group__faculty", None,
    ),
}  # fmt: skip


def _missing(request: Request) -> tuple[QuerySet[Lesson], datetime.date | None, datetime.date | None]:
    days: list[datetime.date | None] = []
    for name in ("from", "to"):
        try:
            days.append(datetime.date.fromisoformat(request.GET.get(name, "")))
        except ValueError:
            days.append(None)
    half = half_of(request)
    rows = Lesson.objects.for_scope(request.access.scope("attendance.view")).filter(
        teaching__academic_year=half.year, teaching__term=half.term
    )
    rows = queries.unrecorded(rows)
    if days[0]:
        rows = rows.filter(day__gte=days[0])
    if days[1]:
        rows = rows.filter(day__lte=days[1])
    return rows, days[0], days[1]


@page("attendance.view")
def missing(request: Request) -> HttpResponse:
    """Lessons that have ended and are not recorded, by teacher, kafedra or faculty."""
    rows, first, last = _missing(request)
    cut = request.GET.get("cut", "")
    cut = cut if cut in MISSING_CUTS else "teacher"
    title, key, name = MISSING_CUTS[cut]
    table = list(
        rows.order_by()
        .values(key=F(key), name=name or name_of(key))
        .annotate(lessons=Count("pk", distinct=True), teachers=Count("teacher", distinct=True))
        .order_by("-lessons", "name")
    )
    if request.GET.get("as") == "xlsx":
        lines = [[cell(one["name"]), one["lessons"]] for one in table]
        return workbook([title, _("Lessons not recorded")], lines, f"unrecorded-{cut}")
    context = {
        "title": _("Lessons not recorded in time"), "half": half_of(request), "halves": queries.half_year_choices(),
        "cut": cut, "cuts": {code: one[0] for code, one in MISSING_CUTS.items()}, "cut_title": title, "table": table,
        "first": first, "last": last, "total": rows.order_by().values("pk").distinct().count(),
        "list_url": reverse("attendance_lessons_list"), "may_remind": request.access.can("attendance.edit"),
    }  # fmt: skip
    return render(request, "attendance/missing.html", context)


@page("attendance.edit")
@require_POST
def remind(request: Request) -> HttpResponse:
    """Remind every teacher with unrecorded lessons in scope."""
    rows = Lesson.objects.for_scope(request.access.scope("attendance.edit"))
    half = half_of(request)
    told = actions.remind(
        rows.filter(teaching__academic_year=half.year, teaching__term=half.term), access=request.access
    )
    messages.success(
        request,
        _("Teachers reminded: %(count)d. Who was told today already is not told twice.") % {"count": told},
    )
    return redirect("attendance_missing")


menu.register(
    menu.MenuItem(
        "attendance", gettext_lazy("Lessons not recorded in time"), "attendance_missing", "attendance.view"
    )
)
