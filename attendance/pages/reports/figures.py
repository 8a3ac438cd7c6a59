"""Attendance in figures, by group, subject, faculty and week (duties 2.4, B7)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import queries
from attendance.models import Absence
from attendance.pages.excuses import faculties
from attendance.pages.reports.common import half_of, workbook
from attendance.pages.reports.students import StudentAttendance
from hemis.access.guard import page
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.pages import menu
from hemis.pages.charts import Chart, Series
from hemis.pages.export import cell

ROWS_OF_CUT = 300
CUT_TITLES = {
    "group": gettext_lazy("Group"),
    "subject": gettext_lazy("Subject"),
    "speciality": gettext_lazy("Speciality"),
    "faculty": gettext_lazy("Faculty"),
    "kafedra": gettext_lazy("Kafedra"),
    "training": gettext_lazy("Kind of training"),
}


@page("attendance.view")
def overview(request: Request) -> HttpResponse:
    """Hours missed by group, subject, faculty …, and week by week: two statements over all absences in scope."""
    half, cut = half_of(request), request.GET.get("cut", "")
    cut = cut if cut in CUT_TITLES else "group"
    rows = Absence.objects.for_scope(request.access.scope("attendance.view")).filter(**half.lookup)
    chosen = request.GET.get("faculty", "")
    if chosen.isdigit():
        rows = rows.filter(group__faculty=chosen)
    table = queries.summary(rows, cut)
    if cut == "training":
        for one in table:
            one["name"] = classifiers.label("h_training_type", one["name"])
    if request.GET.get("as") == "xlsx":
        head = [
            CUT_TITLES[cut],
            _("Hours without reason"),
            _("Hours with reason"),
            _("Times late"),
            _("Students"),
        ]
        lines = [
            [cell(one["name"]), one["without"], one["with_reason"], one["late"], one["students"]]
            for one in table
        ]
        return workbook(head, lines, f"attendance-{cut}-{half.code}")
    context = {
        "title": _("Attendance in figures"), "half": half, "halves": queries.half_year_choices(), "cut": cut,
        "cuts": CUT_TITLES, "cut_title": CUT_TITLES[cut], "table": table[:ROWS_OF_CUT],
        "more": len(table) > ROWS_OF_CUT, "faculties": faculties(request.access), "faculty": chosen,
        "chart": _by_week(rows), "sums": {
            name: sum(one[name] for one in table) for name in ("without", "with_reason", "late")
        },
        "list_url": reverse(StudentAttendance.url_name("list")),
    }  # fmt: skip
    return render(request, "attendance/overview.html", context)


def _by_week(rows: QuerySet[Absence]) -> Chart:
    weeks = queries.by_week(rows)
    return Chart(
        title=_("Hours missed by week"), heading=_("Week of"),
        rows=[f"{one['week']:%d.%m}" for one in weeks],
        series=[
            Series(_("without reason"), [one["without"] for one in weeks]),
            Series(_("with reason"), [one["with_reason"] for one in weeks]),
        ],
        unit=_("academic hours"),
    )  # fmt: skip


menu.register(
    menu.MenuItem(
        "attendance", gettext_lazy("Attendance in figures"), "attendance_overview", "attendance.view"
    )
)
