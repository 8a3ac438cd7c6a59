"""Who has which room when, building by building, and which rooms are free (duty 3.1)."""

from __future__ import annotations

import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as add_to_menu
from structure import occupancy, queries, rules
from structure.forms import FreeRoomsForm
from structure.models import Auditorium, Building
from structure.pages.rooms import day_of

WEEK, DAY = "week", "day"


def _chosen(buildings: list[Building], wanted: str) -> Building | None:
    return next((one for one in buildings if str(one.pk) == wanted), buildings[0] if buildings else None)


@page("auditorium.view")
def grid(request: Request) -> HttpResponse:
    """All rooms of a building: a week in squares, or a day in words."""
    day = day_of(request)
    scope = request.access.scope("auditorium.view")
    buildings = list(
        Building.objects.for_scope(scope).filter(is_active=True, auditoriums__is_active=True).distinct()
    )
    building = _chosen(buildings, request.GET.get("building", ""))
    rooms = list(
        Auditorium.objects.for_scope(scope)
        .filter(building=building, is_active=True)
        .select_related("building")
        .order_by("floor", "number")
    )
    weeks = occupancy.weeks(rooms, day, request.access)
    view = DAY if request.GET.get("view") == DAY else WEEK
    step = datetime.timedelta(days=1 if view == DAY else 7)
    days = rules.teaching_week(day)
    used = sum(one.used for one in weeks)
    context = {
        "title": _("Occupancy of rooms"),
        "buildings": buildings,
        "building": building,
        "weeks": weeks,
        "day_rows": [(one, dict(one.days).get(day, []), one.outside_on(day)) for one in weeks]
        if view == DAY
        else [],
        "pairs": occupancy.pairs(),
        "sources": occupancy.sources(),
        "days": days,
        "day": day,
        "view": view,
        "before": day - step,
        "after": day + step,
        "used": used,
        "share": rules.share(used, len(weeks) * len(days) * len(occupancy.pairs())),
        "may_edit": request.access.can("auditorium.edit"),
    }
    return render(request, "structure/occupancy.html", context)


@page("auditorium.view")
def free_rooms(request: Request) -> HttpResponse:
    """Rooms that nobody has at a time, the one that fits best first."""
    asked = bool(request.GET)
    form = FreeRoomsForm(request.GET or None, initial={"day": day_of(request)})
    found: list[dict] = []
    if asked and form.is_valid():
        data = form.cleaned_data
        rooms = queries.free_rooms(
            data["day"], data["starts_at"], data["ends_at"],
            until=data["until"], seats=data["seats"] or 0, kinds=data["kind"], equipment=data["equipment"],
            building=data["building"], accessible=data["accessible"],
        )  # fmt: skip
        found = [{"room": room, "book": _book_url(room, data)} for room in rooms]
    context = {
        "title": _("Free rooms"),
        "form": form,
        "asked": asked and form.is_valid(),
        "found": found,
        "may_edit": request.access.can("auditorium.edit"),
    }
    return render(request, "structure/free_rooms.html", context, status=422 if asked and form.errors else 200)


def _book_url(room: Auditorium, data: dict) -> str:
    """The form of a booking with everything that is known filled in."""
    known = {
        "auditorium": room.pk,
        "day": data["day"].isoformat(),
        "starts_at": f"{data['starts_at']:%H:%M}",
        "ends_at": f"{data['ends_at']:%H:%M}",
        "repeat_until": data["until"].isoformat() if data["until"] else "",
        "people": data["seats"] or "",
    }
    return f"{reverse('structure_bookings_new')}?{urlencode({k: v for k, v in known.items() if v})}"


add_to_menu(
    MenuItem("infrastructure", gettext_lazy("Occupancy of rooms"), "structure_occupancy", "auditorium.view")
)
add_to_menu(MenuItem("infrastructure", gettext_lazy("Free rooms"), "structure_free_rooms", "auditorium.view"))

urlpatterns = [
    path("occupancy/", grid, name="structure_occupancy"),
    path("free-rooms/", free_rooms, name="structure_free_rooms"),
]
