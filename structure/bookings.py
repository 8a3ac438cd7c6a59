"""Room bookings as a source of occupancy: the first, and the one academic affairs keeps itself."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access
from structure.models import RoomBooking
from structure.occupancy import Source, Use, register_source


def _describe(access: Access, ids: Iterable[int]) -> dict[int, Use]:
    rows = RoomBooking.objects.for_scope(access.scope("auditorium.view")).filter(pk__in=list(ids))
    return {
        row.pk: Use(row.purpose, row.asked_by, reverse("structure_bookings_detail", args=[row.pk]))
        for row in rows
    }


register_source(Source("booking", _("Room booking"), _describe, "orange"))
