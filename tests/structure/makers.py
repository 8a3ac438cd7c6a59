"""Makers of buildings, rooms and bookings."""

from __future__ import annotations

import datetime

from structure.models import Auditorium, Building, RoomBooking

MONDAY = datetime.date(2027, 2, 1)


def make_building(code: str = "A", **fields) -> Building:
    defaults = {"name": f"Bino {code}", "address": "Universitet xiyoboni, 1", "floors": 5}
    return Building.objects.get_or_create(code=code, defaults=defaults | fields)[0]


def make_room(number: str = "101", building: Building | None = None, **fields) -> Auditorium:
    values = {"kind": "11", "capacity": 60, "is_accessible": True} | fields
    return Auditorium.objects.create(building=building or make_building(), number=number, **values)


def a_booking(room: Auditorium, start: str = "10:00", end: str = "11:20", **fields) -> RoomBooking:
    """An unsaved booking of Monday."""
    values = {"day": MONDAY, "purpose": "Seminar", "asked_by": "Karimov A."} | fields
    return RoomBooking(
        auditorium=room, starts_at=datetime.time.fromisoformat(start), ends_at=datetime.time.fromisoformat(end),
        **values,
    )  # fmt: skip
