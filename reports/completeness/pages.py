"""The dashboard of completeness and the rows behind each of its figures (clause B6)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.materials.queries import current_half_year
from hemis.access.guard import open_address, page
from hemis.access.scope import Access
from hemis.base import Request
from hemis.pages import export, menu
from reports.completeness import gaps  # noqa: F401
from reports.completeness.declaration import FACULTY, GAPS, KAFEDRA, Count, Gap, Moment, open_to, overview
from reports.rows import page_of
from staff.models import Position
from staff.models.posts import DEAN, HEAD_OF_KAFEDRA
from structure.models import Unit

PERMISSION = "completeness.view"
LEVELS = {FACULTY: gettext_lazy("Faculties"), KAFEDRA: gettext_lazy("Kafedras and divisions")}


def moment_now() -> Moment:
    """Today in the academic year and half-year that go on; one query."""
    year, term = current_half_year()
    return Moment(timezone.localdate(), year, term)


def rows_url(gap: Gap, unit: int | None = None) -> str:
    """Where the rows of a gap are listed, of one unit or of all."""
    return reverse("completeness_rows", query={"gap": gap.code} | ({"unit": unit} if unit else {}))


def _cell(gap: Gap, count: Count | None, unit: int | None = None) -> dict[str, Any]:
    if count is None:
        return {"missing": None, "url": ""}
    return {
        "missing": count.missing,
        "url": rows_url(gap, unit) if count.missing else "",
        "share": count.share,
    }


def _heads(units: list[Unit]) -> dict[int, str]:
    """Dean of a faculty, head of a kafedra today, by unit; one query."""
    rows = Position.objects.in_force().filter(Q(post=DEAN) | Q(post=HEAD_OF_KAFEDRA), unit__in=units)
    return {one.unit_id: one.employee.person.short_name for one in rows.select_related("employee__person")}


@page(PERMISSION)
def show(request: Request) -> HttpResponse:
    """What is missing where: a line for each gap, then each unit with its own."""
    level = request.GET.get("level", "")
    known = {code: open_to(request.access, code) for code in LEVELS}
    level = level if known.get(level) else next((code for code in LEVELS if known[code]), FACULTY)
    found_gaps = known[level]
    found = overview(found_gaps, request.access, moment_now())
    keys = {key for counts in found.counts.values() for key in counts}
    units = list(Unit.objects.filter(pk__in=keys).order_by("position", "code"))
    heads = _heads(units)
    context = {
        "title": _("Completeness"),
        "level": level,
        "levels": [(code, title) for code, title in LEVELS.items() if known[code]],
        "lines": [
            {
                "gap": gap,
                "count": found.totals[gap.code],
                "url": rows_url(gap) if found.totals[gap.code].missing else "",
                "fix": _where_mended(gap, request.access),
            }
            for gap in found_gaps
        ],
        "gaps": found_gaps,
        "units": [
            {
                "unit": unit,
                "head": heads.get(unit.pk, ""),
                "cells": [_cell(gap, found.counts[gap.code].get(unit.pk), unit.pk) for gap in found_gaps],
            }
            for unit in units
        ],
    }
    return render(request, "reports/completeness.html", context)


def _where_mended(gap: Gap, access: Access) -> str:
    """The page where the gap is closed, for those whose duty that page is."""
    return open_address(access, gap.fix() if gap.fix else "")


@page(PERMISSION)
def rows(request: Request) -> HttpResponse:
    """The rows that lack something, of one unit or of the whole scope; paged, and as a workbook."""
    gap = GAPS.get(request.GET.get("gap", ""))
    if gap is None:
        return redirect("completeness")
    request.access.require(gap.permission)
    found = gap.with_unit(gap.rows(request.access.scope(gap.permission), moment_now()))
    unit = request.GET.get("unit", "")
    if unit.isdecimal() and len(unit) < 10:
        found = found.filter(gap_unit=int(unit))
    found = found.select_related(*gap.select_related).order_by(*gap.ordering).distinct()
    columns = [column.bind(gap.model) for column in gap.columns]
    if request.GET.get("file") == "xlsx":
        return export.attachment(
            f"completeness-{gap.code}", export.dataset(columns, found, gap.complete), "xlsx"
        )
    context = page_of(gap, request, found, columns) | {
        "title": gap.title,
        "help": gap.help,
        "responsible": gap.responsible,
        "fix": _where_mended(gap, request.access),
        "query": urlencode({"gap": gap.code, "unit": unit}),
        "back_url": reverse("completeness", query={"level": gap.level}),
    }
    return render(request, "reports/completeness_rows.html", context)


menu.register(menu.MenuItem("statistics", gettext_lazy("Completeness"), "completeness", PERMISSION, 20))
urlpatterns = [
    path("completeness/", show, name="completeness"),
    path("completeness/rows/", rows, name="completeness_rows"),
]
