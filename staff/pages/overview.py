"""The staffing overview and the people behind its figures (duty 1.2; the rectorate looks)."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.formats.base_formats import XLSX
from tablib import Dataset

from hemis.access.guard import page
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.pages.register import Tab
from staff import rules, staffing
from staff.models import Position
from staff.models.posts import DEAN, HEAD_OF_KAFEDRA
from staff.pages.posts import register_of
from structure.models import Unit
from structure.pages import Divisions, Faculties, Kafedras

PERMISSION = "employee.view"
WHO = {
    staffing.EVERYONE: gettext_lazy("everybody"),
    staffing.DEGREE: gettext_lazy("with a degree"),
    staffing.NO_DEGREE: gettext_lazy("without a degree"),
    staffing.MAIN: gettext_lazy("main post"),
    staffing.INSIDE: gettext_lazy("part-time, inside"),
    staffing.OUTSIDE: gettext_lazy("part-time, outside"),
    staffing.HOURLY: gettext_lazy("paid by the hour"),
}
BANDS = ("< 30", "30–39", "40–49", "50–59", "60 +")


def chosen_day(request: Request) -> datetime.date:
    """The day of the address, else today."""
    try:
        return datetime.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()


def _read(request: Request) -> dict[str, Any]:
    """What was asked for, and the figures."""
    day = chosen_day(request)
    known = dict(classifiers.choices("h_employee_type"))
    categories = [code for code in request.GET.getlist("category") if code in known]
    faculty = request.GET.get("faculty", "")
    scope = request.access.scope(PERMISSION)
    rows, total = staffing.overview(
        day, scope, categories=categories, faculty=int(faculty) if faculty.isdigit() else None
    )
    return {
        "title": _("Staffing overview"),
        "day": day,
        "rows": rows,
        "total": total,
        "bands": BANDS,
        "categories": list(known.items()),
        "chosen": categories,
        "faculties": Unit.objects.faculties().for_scope(scope),
        "faculty": faculty,
    }


@page(PERMISSION)
def overview(request: Request) -> HttpResponse:
    """Rates filled against planned, degrees, ages and employment by unit, on any day."""
    return render(request, "staff/staffing.html", _read(request))


@page(PERMISSION)
def overview_export(request: Request) -> HttpResponse:
    """The overview as a workbook."""
    read = _read(request)
    data = Dataset(
        headers=[
            _("Unit"), _("Planned rates"), _("Filled rates"), _("Vacant rates"), _("People"), _("With a degree"),
            _("With a degree, %"), _("With a degree by rates, %"), _("Doctors of science"), _("Women"),
            _("Average age"), *BANDS, _("Main post"), _("Part-time, inside"), _("Part-time, outside"),
            _("Paid by the hour"),
        ]
    )  # fmt: skip
    lines = [(row.unit.get_name_display(), row.figures) for row in read["rows"]] + [
        (_("University"), read["total"])
    ]
    for name, one in lines:
        data.append([
            name, one.planned, one.filled, one.vacant, one.people, one.with_degree, one.degree_share,
            one.degree_rate_share, one.doctors, one.women, one.average_age, *one.bands, one.main, one.inside,
            one.outside, one.hourly,
        ])  # fmt: skip
    answer = HttpResponse(XLSX().export_data(data), content_type=XLSX().get_content_type())
    answer["Content-Disposition"] = f'attachment; filename="staffing-{read["day"]:%Y-%m-%d}.xlsx"'
    return answer


def _people(rows, day: datetime.date) -> list[dict[str, Any]]:
    return [
        {
            "post": one,
            "url": register_of(one).url_of(one),
            "age": rules.age_on(one.employee.person.birth_date, day),
        }
        for one in rows
    ]


@page(PERMISSION)
def unit_staff(request: Request, pk: int) -> HttpResponse:
    """One unit: its plan post by post, and the people behind each figure."""
    scope = request.access.scope(PERMISSION)
    unit = get_object_or_404(Unit.objects.for_scope(scope), pk=pk)
    day, who = chosen_day(request), request.GET.get("who", staffing.EVERYONE)
    below = [unit.pk, *unit.children.values_list("pk", flat=True)]
    context = {
        "title": _("Staff: %(unit)s") % {"unit": unit},
        "unit": unit,
        "day": day,
        "who": who if who in WHO else staffing.EVERYONE,
        "choices": WHO.items(),
        "posts": [
            {"row": row, "name": classifiers.label("h_teacher_position_type", row.post)}
            for row in staffing.by_post(below, day)
        ],
        "people": _people(staffing.holders(unit, day, who), day),
    }
    return render(request, "staff/unit_staff.html", context)


def _unit_tab(request: Request, unit: Unit) -> dict[str, Any]:
    """On the card of a unit: its heads with their periods, its staff of today."""
    today = timezone.localdate()
    heads = Position.objects.filter(unit=unit, post__in=[HEAD_OF_KAFEDRA, DEAN])
    return {
        "unit": unit,
        "day": today,
        "heads": heads.select_related("employee__person").order_by("-valid_from"),
        "people": _people(staffing.holders(unit, today), today),
    }


for _register in (Faculties, Kafedras, Divisions):
    _register.add_tab(Tab("staff", gettext_lazy("Staff"), "staff/_unit.html", _unit_tab, PERMISSION))
