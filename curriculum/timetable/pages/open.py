"""The timetable that anybody may look at: of groups, teachers and rooms, without signing in.

Names of teachers are all it says of people; links of online classes, reasons of
changes and purposes of bookings stay inside. Controls appear once they are approved.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum.timetable import grid, rules
from curriculum.timetable.pages.grid import KINDS, WEEK, number_of, posted_day
from hemis.access.guard import public
from hemis.access.scope import Scope
from hemis.base import Request
from hemis.pages.limits import too_many

A_MINUTE = 60
EVERYTHING = Scope(everything=True)


@public
def show(request: Request) -> HttpResponse:
    """A week of a group, a teacher or a room."""
    if not settings.PUBLIC_TIMETABLE:
        raise Http404
    kind = request.GET.get("view", grid.GROUP)
    kind = kind if kind in KINDS else grid.GROUP
    day = posted_day(request.GET.get("day", ""))
    context: dict[str, Any] = {
        "title": _("Timetable of classes"), "kind": kind, "kinds": KINDS.items(), "day": day,
        "today": timezone.localdate(), "before": day - WEEK, "after": day + WEEK, "wide": True,
    }  # fmt: skip
    if too_many(request, "timetable", a_minute=A_MINUTE):
        return render(request, "curriculum/timetable/open.html", context | {"limited": True}, status=429)
    choices = _choices(kind, rules.half_year(day)[0])
    wanted = number_of(request.GET.get("id", ""))
    chosen = next((one for one in choices if one.pk == wanted), None)
    if wanted and chosen is None:
        raise Http404
    context |= {"choices": choices, "chosen": chosen, "week": _week(kind, chosen, day) if chosen else None}
    return render(request, "curriculum/timetable/open.html", context)


def _choices(kind: str, year: int) -> list[Any]:
    if kind == grid.TEACHER:
        return list(grid.teachers_in(EVERYTHING, year))
    return list(grid.rooms_in() if kind == grid.ROOM else grid.groups_in(EVERYTHING, year))


def _week(kind: str, chosen: Any, day: datetime.date) -> grid.Week:
    controls = grid.controls_of(kind, chosen.pk).filter(approved_at__isnull=False)
    plans = grid.plan_of(chosen) if kind == grid.GROUP else []
    week = grid.week_of(kind, chosen.pk, day, plans=plans, controls=controls, bookings=False)
    for cell in week.cells.values():
        cell.uses = [replace(one, link="", reason="", fixed=False) for one in cell.uses]
    return week
