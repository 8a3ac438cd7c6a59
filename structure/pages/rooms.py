"""Registers of buildings, auditoriums, equipment and bookings (duty 3.1)."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.classifiers.queries import choices
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.sheets.pages import way_to
from structure import actions, occupancy, queries, rules
from structure.forms import (
    AuditoriumForm,
    BookingForm,
    BuildingForm,
    CancelBookingForm,
    EquipmentForm,
    ReleaseDayForm,
)
from structure.models import Auditorium, Building, Equipment, RoomBooking, RoomSlot


def _buildings(access):
    return Building.objects.for_scope(access.scope("building.view"))


def _told(request: Request, done: str, number: int, left: list[str], why: str) -> str | None:
    """Say what stays as it was and why; what was done is the answer."""
    if left:
        messages.warning(request, f"{why}: {', '.join(left[:10])}{'…' if len(left) > 10 else ''}")
    return done % {"count": number} if number else None


def _open_rooms(request: Request, rows):
    number, left = actions.open_rooms(rows, access=request.access)
    return _told(request, _("Put into use: %(count)d."), number, left, _("Their building is closed"))


def _close_rooms(request: Request, rows):
    number, left = actions.close_rooms(rows, access=request.access)
    return _told(request, _("Taken out of use: %(count)d."), number, left, _("Booked for days to come"))


def _open_buildings(request: Request, rows):
    number, left = actions.open_buildings(rows, access=request.access)
    return _told(request, _("Put into use: %(count)d."), number, left, "")


def _close_buildings(request: Request, rows):
    number, left = actions.close_buildings(rows, access=request.access)
    return _told(request, _("Taken out of use: %(count)d."), number, left, _("They have auditoriums in use"))


def _rooms_of(request: Request, building: Building) -> dict:
    rooms = building.auditoriums.annotate(things=Sum("equipment__count")).order_by("floor", "number")
    return {"rooms": rooms, "building": building, "may_edit": request.access.can("auditorium.edit")}


class Buildings(Register):
    app, name, title, title_one = (
        "structure",
        "buildings",
        gettext_lazy("Buildings"),
        gettext_lazy("building"),
    )
    model, permission, menu = Building, "building", "infrastructure"
    columns = [
        Column("code"),
        Column("name", link=True),
        Column("kind"),
        Column("address"),
        Column("floors", numeric=True),
        Column("area", numeric=True),
        Column("rooms", gettext_lazy("Auditoriums"), value=lambda row: row.rooms, sort="rooms", numeric=True),
        Column("seats", gettext_lazy("Seats"), value=lambda row: row.seats or 0, sort="seats", numeric=True),
        Column("built_in", hidden=True),
        Column("tenure", hidden=True),
        Column("has_ramp", hidden=True),
        Column("has_lift", hidden=True),
        Column("is_active"),
    ]
    filters = [
        Filter("kind"), Filter("tenure"), BooleanFilter("has_ramp"), BooleanFilter("has_lift"),
        BooleanFilter("is_active"),
    ]  # fmt: skip
    search = ("code", "name", "name_ru", "name_en", "address")
    fields = (
        "code", "name", "name_ru", "name_en", "kind", "address", "built_in", "floors", "area", "tenure",
        "rented_until", "latitude", "longitude", "has_ramp", "has_lift", "has_accessible_toilet",
        "has_tactile_signs", "position", "is_active",
    )  # fmt: skip
    tabs = [Tab("rooms", gettext_lazy("Auditoriums"), "structure/_rooms.html", _rooms_of, "auditorium.view")]
    actions = [
        BulkAction("open", gettext_lazy("Put into use"), "building.edit", _open_buildings),
        BulkAction("close", gettext_lazy("Take out of use"), "building.edit", _close_buildings),
    ]
    form = BuildingForm
    detail_template = "structure/building.html"
    empty = gettext_lazy("Add the first building, then its auditoriums.")

    @classmethod
    def base_queryset(cls):
        in_use = Q(auditoriums__is_active=True)
        return Building.objects.annotate(
            rooms=Count("auditoriums", filter=in_use), seats=Sum("auditoriums__capacity", filter=in_use)
        )

    @classmethod
    def summary(cls, rows):
        found = Auditorium.objects.filter(building__in=rows.order_by().values("pk"), is_active=True)
        number, seats = queries.totals(found)
        return [(_("Auditoriums"), number), (_("Seats"), seats)]


class EquipmentFilter(Filter):
    """Rooms where something of the chosen kinds stands; of several kinds, all of them."""

    def __init__(self) -> None:
        super().__init__("equipment", label=gettext_lazy("Equipment"), choices=_device_kinds)

    def apply(self, rows, data):
        for kind in self.chosen(data):
            rows = rows.filter(Exists(Equipment.objects.filter(auditorium=OuterRef("pk"), kind=kind)))
        return rows


def _device_kinds(access) -> list[tuple[str, str]]:
    return choices("h_device_type")


def _equipment_of(request: Request, room: Auditorium) -> dict:
    return {"things": room.equipment.all(), "room": room, "may_edit": request.access.can("auditorium.edit")}


def day_of(request: Request, name: str = "day") -> datetime.date:
    """The day that the address asks for; today when it asks for none."""
    try:
        return datetime.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return timezone.localdate()


def _week_of(request: Request, room: Auditorium) -> dict:
    """The week of one room, day by pair."""
    day = day_of(request)
    week = occupancy.weeks([room], day, request.access)[0]
    by_pair = [(pair, [cells[at] for _day, cells in week.days]) for at, pair in enumerate(occupancy.pairs())]
    monday = rules.monday_of(day)
    return {
        "room": room, "week": week, "by_pair": by_pair, "monday": monday,
        "before": monday - datetime.timedelta(days=7), "after": monday + datetime.timedelta(days=7),
        "sources": occupancy.sources(), "may_edit": request.access.can("auditorium.edit") and room.is_active,
    }  # fmt: skip


class Auditoriums(Register):
    app, name = "structure", "auditoriums"
    title, title_one = gettext_lazy("Auditoriums"), gettext_lazy("auditorium")
    model, permission, menu = Auditorium, "auditorium", "infrastructure"
    columns = [
        Column("number", link=True),
        Column("building", sort="building__name"),
        Column("floor", numeric=True),
        Column("kind"),
        Column("capacity", numeric=True),
        Column("area", numeric=True),
        Column(
            "things",
            gettext_lazy("Equipment"),
            value=lambda row: row.things or 0,
            sort="things",
            numeric=True,
        ),
        Column("is_accessible"),
        Column("wheelchair_places", hidden=True, numeric=True),
        Column("has_hearing_loop", hidden=True),
        Column("name", hidden=True),
        Column("unit", sort="unit__name", hidden=True),
        Column("is_active"),
    ]
    filters = [
        RelatedFilter("building", _buildings),
        Filter("kind"),
        RangeFilter("capacity"),
        RangeFilter("floor"),
        EquipmentFilter(),
        BooleanFilter("is_accessible"),
        BooleanFilter("is_active"),
    ]
    search = ("number", "name", "building__code", "building__name")
    select_related = ("building", "unit")
    fields = (
        "building", "number", "name", "floor", "kind", "capacity", "area", "unit", "is_accessible",
        "wheelchair_places", "has_hearing_loop", "note", "is_active",
    )  # fmt: skip
    tabs = [
        Tab("week", gettext_lazy("Occupancy"), "structure/_week.html", _week_of),
        Tab("equipment", gettext_lazy("Equipment"), "structure/_equipment.html", _equipment_of),
    ]
    actions = [
        BulkAction("open", gettext_lazy("Put into use"), "auditorium.edit", _open_rooms),
        BulkAction("close", gettext_lazy("Take out of use"), "auditorium.edit", _close_rooms),
    ]
    form = AuditoriumForm
    files = ("photo",)
    detail_template = "structure/auditorium.html"
    empty = gettext_lazy("Add the auditoriums one by one, or bring them from Excel.")
    header_actions = [
        MenuItem("infrastructure", gettext_lazy("From Excel"), "structure_rooms_upload", "auditorium.edit")
    ]

    @classmethod
    def base_queryset(cls):
        return Auditorium.objects.annotate(things=Sum("equipment__count"))

    @classmethod
    def summary(cls, rows):
        number, seats = queries.totals(rows)
        return [(_("Auditoriums"), number), (_("Seats"), seats)]


class EquipmentRegister(Register):
    app, name, title, title_one = (
        "structure",
        "equipment",
        gettext_lazy("Equipment"),
        gettext_lazy("equipment"),
    )
    model, permission, menu = Equipment, "auditorium", "infrastructure"
    columns = [
        Column("kind", link=True),
        Column("name"),
        Column("count", numeric=True),
        Column("inventory_number"),
        Column("auditorium", sort="auditorium__number"),
        Column("auditorium__building", gettext_lazy("Building"), sort="auditorium__building__name"),
    ]
    filters = [
        Filter("kind"),
        RelatedFilter("building", _buildings, lookup="auditorium__building", label=gettext_lazy("Building")),
    ]
    search = ("name", "inventory_number", "auditorium__number")
    select_related = ("auditorium__building",)
    fields = ("auditorium", "kind", "name", "count", "inventory_number")
    form = EquipmentForm
    empty = gettext_lazy("Add what stands in the auditoriums, with inventory numbers.")

    @classmethod
    def summary(cls, rows):
        kept = Equipment.objects.filter(pk__in=rows.order_by().values("pk"))
        return [(_("Count"), kept.aggregate(total=Sum("count"))["total"] or 0)]


class StateFilter(Filter):
    """Ahead, past or cancelled."""

    def __init__(self) -> None:
        super().__init__("state", "day", gettext_lazy("State"), _states)

    def apply(self, rows, data):
        today = timezone.localdate()
        ahead = Exists(RoomSlot.objects.filter(source="booking", source_id=OuterRef("pk"), day__gte=today))
        kinds = {
            "ahead": Q(cancelled_at=None) & Q(ahead),
            "past": Q(cancelled_at=None) & ~Q(ahead),
            "cancelled": Q(cancelled_at__isnull=False),
        }
        wanted = [kinds[one] for one in self.chosen(data) if one in kinds]
        if not wanted:
            return rows
        found = wanted[0]
        for one in wanted[1:]:
            found |= one
        return rows.filter(found)


def _states(access) -> list[tuple[str, str]]:
    return [("ahead", _("ahead")), ("past", _("past")), ("cancelled", _("cancelled"))]


def _hours(row: RoomBooking) -> str:
    return f"{row.starts_at:%H:%M}–{row.ends_at:%H:%M}"


def _days_of(request: Request, booking: RoomBooking) -> dict:
    """The days on which the room is given."""
    return {"slots": RoomSlot.objects.filter(source="booking", source_id=booking.pk).order_by("day")}


class Bookings(Register):
    app, name = "structure", "bookings"
    title, title_one = gettext_lazy("Room bookings"), gettext_lazy("booking")
    model, permission, menu = RoomBooking, "auditorium", "infrastructure"
    columns = [
        Column("day", link=True),
        Column("hours", gettext_lazy("Hours"), value=_hours, sort="starts_at"),
        Column("repeat_until"),
        Column("auditorium", sort="auditorium__number"),
        Column("purpose"),
        Column("asked_by"),
        Column("people", numeric=True),
        Column("unit", sort="unit__name", hidden=True),
        Column("cancelled_at", hidden=True),
        Column("cancel_reason", hidden=True),
        Column("created_at", hidden=True),
    ]
    filters = [
        RelatedFilter("building", _buildings, lookup="auditorium__building", label=gettext_lazy("Building")),
        RangeFilter("day", "date"),
        StateFilter(),
    ]
    search = ("purpose", "asked_by", "auditorium__number")
    select_related = ("auditorium__building", "unit")
    fields = (
        "auditorium", "day", "starts_at", "ends_at", "repeat_until", "purpose", "asked_by", "unit", "people",
        "created_at", "cancelled_at", "cancel_reason",
    )  # fmt: skip
    tabs = [Tab("days", gettext_lazy("Days"), "structure/_booking_days.html", _days_of)]
    form = BookingForm
    detail_template = "structure/booking.html"
    empty = gettext_lazy("Find a free room, then give it to whoever asks.")
    header_actions = [
        MenuItem("infrastructure", gettext_lazy("Free rooms"), "structure_free_rooms", "auditorium.view")
    ]

    @classmethod
    def detail_context(cls, request: Request, obj: RoomBooking) -> dict:
        may = request.access.can("auditorium.edit") and obj.cancelled_at is None
        return {"may_cancel": may, "may_release": may and obj.repeat_until is not None}

    @classmethod
    def can_edit(cls, access, obj):
        """A cancelled booking stays as it is."""
        return obj.cancelled_at is None and super().can_edit(access, obj)


@page("auditorium.edit")
def cancel_booking(request: Request, pk: int) -> HttpResponse:
    """Why, then the room is free."""
    booking = get_in_scope(RoomBooking, request, "auditorium.edit", pk=pk)
    form = CancelBookingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel_booking(booking, access=request.access, reason=form.cleaned_data["reason"])
            messages.success(request, _("The booking is cancelled; the room is free."))
            return redirect(Bookings.url_of(booking))
        except ValidationError as error:
            form.refuse(error)
    return _verb_page(request, form, booking, _("Cancel the booking"))


@page("auditorium.edit")
def release_day(request: Request, pk: int) -> HttpResponse:
    """One day of a weekly booking is left out."""
    booking = get_in_scope(RoomBooking, request, "auditorium.edit", pk=pk)
    slots = RoomSlot.objects.filter(source="booking", source_id=booking.pk, day__gte=timezone.localdate())
    form = ReleaseDayForm(
        request.POST or None, days=list(slots.order_by("day").values_list("day", flat=True))
    )
    if request.method == "POST" and form.is_valid():
        day = datetime.date.fromisoformat(form.cleaned_data["day"])
        try:
            actions.release_day(booking, access=request.access, day=day)
            messages.success(request, _("The room is free on %(day)s.") % {"day": f"{day:%d.%m.%Y}"})
            return redirect(f"{Bookings.url_of(booking)}?tab=days")
        except ValidationError as error:
            form.refuse(error)
    return _verb_page(request, form, booking, _("Leave one day out"))


def _verb_page(request: Request, form, booking: RoomBooking, button: str) -> HttpResponse:
    context = {
        "title": f"{button}: {booking}", "form": form, "button": button, "back_url": Bookings.url_of(booking),
    }  # fmt: skip
    return render(request, "structure/verb.html", context, status=422 if form.errors else 200)


upload = way_to("structure.auditoriums", permission="auditorium.edit")


urlpatterns = [
    path("bookings/<int:pk>/cancel/", cancel_booking, name="structure_booking_cancel"),
    path("bookings/<int:pk>/release/", release_day, name="structure_booking_release"),
    path("auditoriums/from-excel/", upload, name="structure_rooms_upload"),
]
