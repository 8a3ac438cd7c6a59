"""Rooms that are free, and how many rooms and seats there are."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db.models import Count, Exists, F, OuterRef, Prefetch, QuerySet, Sum

from structure import rules
from structure.models import Auditorium, Building, Equipment, RoomSlot


def free_rooms(
    day: datetime.date,
    starts_at: datetime.time,
    ends_at: datetime.time,
    *,
    until: datetime.date | None = None,
    seats: int = 0,
    kinds: Collection[str] = (),
    equipment: Collection[str] = (),
    building: Building | None = None,
    accessible: bool = False,
) -> QuerySet[Auditorium]:
    """Rooms in use that nobody has at that time (with ``until``: in any of the weeks), best fit first.

    The best fit has the fewest seats above what is needed; a room without the
    wanted equipment, all kinds of it, is not offered.
    """
    days = rules.weekly(day, until)
    taken = RoomSlot.objects.filter(
        auditorium=OuterRef("pk"), day__in=days, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    rooms = Auditorium.objects.filter(~Exists(taken), is_active=True, capacity__gte=seats)
    if kinds:
        rooms = rooms.filter(kind__in=kinds)
    if building is not None:
        rooms = rooms.filter(building=building)
    if accessible:
        rooms = rooms.filter(is_accessible=True)
    for kind in equipment:
        rooms = rooms.filter(Exists(Equipment.objects.filter(auditorium=OuterRef("pk"), kind=kind)))
    shown = Prefetch("equipment", Equipment.objects.order_by("kind", "pk"))
    return (
        rooms.annotate(spare=F("capacity") - seats)
        .select_related("building")
        .prefetch_related(shown)
        .order_by("spare", "building__position", "building__code", "number")
    )


def totals(rooms: QuerySet[Auditorium]) -> tuple[int, int]:
    """How many rooms and seats."""
    found = Auditorium.objects.filter(pk__in=rooms.order_by().values("pk")).aggregate(
        rooms=Count("pk"), seats=Sum("capacity")
    )
    return found["rooms"], found["seats"] or 0
