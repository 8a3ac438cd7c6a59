"""Rooms in use and out of it, and giving them to those who ask (duty 3.1)."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from structure import rules
from structure.models import Auditorium, Building, RoomBooking, RoomSlot

LONGEST = datetime.timedelta(days=366)
NAMED = 5


def book(booking: RoomBooking, *, access: Access) -> RoomBooking:
    """Give a room to whoever asks, once or weekly.

    Raises:
        PermissionDenied: without duty 3.1.
        ValidationError: the room is taken, too small or out of use; taken hours are named.
    """
    access.require("auditorium.edit")
    _check(booking)
    try:
        with transaction.atomic():
            booking.save()
    except IntegrityError as error:
        raise _refusal(error, booking) from error
    return booking


def rebook(booking: RoomBooking, *, access: Access) -> RoomBooking:
    """Save a changed booking; its hours are moved as one, or nothing is.

    Raises:
        PermissionDenied: without duty 3.1.
        ValidationError: as ``book``; or the booking is cancelled.
    """
    if booking.cancelled_at is not None:
        raise ValidationError(_("The booking is cancelled; enter a new one."))
    return book(booking, access=access)


@transaction.atomic
def cancel_booking(booking: RoomBooking, *, access: Access, reason: str) -> RoomBooking:
    """The room is free again; the booking stays with the reason.

    Raises:
        PermissionDenied: without duty 3.1.
        ValidationError: it is cancelled already.
    """
    access.require("auditorium.edit")
    found = RoomBooking.objects.select_for_update().get(pk=booking.pk)
    if found.cancelled_at is not None:
        raise ValidationError(_("The booking is cancelled already."))
    found.cancelled_at, found.cancel_reason = timezone.now(), reason
    found.version += 1
    found.save()
    return found


@transaction.atomic
def release_day(booking: RoomBooking, *, access: Access, day: datetime.date) -> RoomBooking:
    """One day of a weekly booking is left out.

    Raises:
        PermissionDenied: without duty 3.1.
        ValidationError: the booking has no hours on that day.
    """
    access.require("auditorium.edit")
    found = RoomBooking.objects.select_for_update().get(pk=booking.pk)
    if found.cancelled_at or day in found.skipped or day not in rules.weekly(found.day, found.repeat_until):
        raise ValidationError(_("The booking has no hours on that day."))
    found.skipped = sorted([*found.skipped, day])
    found.version += 1
    found.save()
    return found


def open_rooms(rows: QuerySet[Auditorium], *, access: Access) -> tuple[int, list[str]]:
    """Put rooms into use; returns how many, and which stand in closed buildings."""
    access.require("auditorium.edit")
    closed = [str(one) for one in rows.filter(is_active=False, building__is_active=False)]
    return _set(rows.filter(is_active=False, building__is_active=True), True), closed


@transaction.atomic
def close_rooms(rows: QuerySet[Auditorium], *, access: Access) -> tuple[int, list[str]]:
    """Take rooms out of use; returns how many, and which stay because they are booked."""
    access.require("auditorium.edit")
    ids = list(
        Auditorium.objects.select_for_update().filter(pk__in=rows.values("pk")).values_list("pk", flat=True)
    )
    rooms = Auditorium.objects.filter(pk__in=ids, is_active=True)
    ahead = RoomSlot.objects.filter(auditorium=models.OuterRef("pk"), day__gte=timezone.localdate())
    rooms = rooms.annotate(booked=models.Exists(ahead)).select_related("building")
    booked = [str(one) for one in rooms if one.booked]
    free = [one.pk for one in rooms if not one.booked]
    return _set(Auditorium.objects.filter(pk__in=free), False), booked


def open_buildings(rows: QuerySet[Building], *, access: Access) -> tuple[int, list[str]]:
    """Put buildings into use; returns how many."""
    access.require("building.edit")
    return _set(rows.filter(is_active=False), True), []


@transaction.atomic
def close_buildings(rows: QuerySet[Building], *, access: Access) -> tuple[int, list[str]]:
    """Take buildings out of use; returns how many, and which stay because they have rooms in use."""
    access.require("building.edit")
    ids = list(
        Building.objects.select_for_update().filter(pk__in=rows.values("pk")).values_list("pk", flat=True)
    )
    used = set(Auditorium.objects.filter(building__in=ids, is_active=True).values_list("building", flat=True))
    names = [str(one) for one in Building.objects.filter(pk__in=used)]
    free = [one for one in ids if one not in used]
    return _set(Building.objects.filter(pk__in=free, is_active=True), False), names


def _set(rows: QuerySet, active: bool) -> int:
    return rows.update(is_active=active, version=models.F("version") + 1)


def _check(booking: RoomBooking) -> None:
    room = booking.auditorium
    if not room.is_active:
        raise ValidationError({"auditorium": _("The auditorium is not in use.")})
    if booking.repeat_until and booking.repeat_until - booking.day > LONGEST:
        raise ValidationError({"repeat_until": _("A booking repeats for a year at most.")})
    if booking.people and booking.people > room.capacity:
        text = _("The auditorium has %(seats)d seats.") % {"seats": room.capacity}
        raise ValidationError({"people": text})
    taken = _taken(booking)
    if taken:
        raise ValidationError({"auditorium": taken})


def _taken(booking: RoomBooking) -> str:
    """The hours that are somebody else's already, in words; empty when there are none."""
    days = [one for one in rules.weekly(booking.day, booking.repeat_until) if one not in set(booking.skipped)]
    slots = RoomSlot.objects.filter(
        auditorium=booking.auditorium_id, day__in=days,
        starts_at__lt=booking.ends_at, ends_at__gt=booking.starts_at,
    ).exclude(source="booking", source_id=booking.pk or 0)  # fmt: skip
    found = [f"{one.day:%d.%m.%Y} {one.starts_at:%H:%M}–{one.ends_at:%H:%M}" for one in slots[: NAMED + 1]]
    if not found:
        return ""
    shown = ", ".join(found[:NAMED]) + ("…" if len(found) > NAMED else "")
    return _("The auditorium is taken: %(hours)s.") % {"hours": shown}


def _refusal(error: IntegrityError, booking: RoomBooking) -> ValidationError:
    """Somebody was faster by a moment: what the database refused, in words."""
    if "room_no_double_booking" in str(error):
        return ValidationError(
            {"auditorium": _taken(booking) or _("The auditorium was taken at this moment.")}
        )
    if "Rooms:" in str(error):
        return ValidationError({"auditorium": _("The auditorium is not in use.")})
    raise error
