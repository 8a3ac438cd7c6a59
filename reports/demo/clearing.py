"""Whoever leaves in the demo has cleared everything first: the sheets go round before the order does."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from hemis.access.history import acting
from hemis.access.scope import Access
from movement.clearance import actions
from movement.clearance.models import ClearanceAnswer, ClearanceSheet
from movement.clearance.queries import LEAVING
from movement.models import Order
from students.models import Student

OCCASIONS = {"11": "expulsion", "16:out": "transfer_out", "17": "graduation"}


def clear(order: Order, stations: Sequence[Access], office: Access) -> None:
    """A complete sheet for everybody on a leaving order; those who have one keep it."""
    if order.key in LEAVING and not order.cancels_id:
        clear_people(Student.objects.filter(order_lines__order=order), OCCASIONS[order.key], stations, office)


def clear_people(
    students: QuerySet[Student], occasion: str, stations: Sequence[Access], office: Access
) -> None:
    """Sheets for those who have none, opened by the office, answered by every station."""
    missing = students.exclude(clearance_sheets__state__in=[ClearanceSheet.OPEN, ClearanceSheet.COMPLETE])
    keys = list(missing.values_list("pk", flat=True))
    if not keys or not office.user:
        return
    with acting(office.user.pk, "demo"):
        actions.open_for(Student.objects.filter(pk__in=keys), access=office, occasion=occasion)
    for access in stations:
        rows = list(
            ClearanceAnswer.objects.for_answering(access).filter(
                sheet__student__in=keys, sheet__state=ClearanceSheet.OPEN
            )
        )
        if rows and access.user:
            with acting(access.user.pk, "demo"):
                actions.answer(rows, access=access, clear=True)
