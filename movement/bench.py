"""How fast a whole course is promoted, against one bare INSERT … SELECT of its placements."""

from __future__ import annotations

import datetime
import time
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.stopwatch import ask_deferred
from movement import actions, rules
from movement.actions.execution import END, OPEN
from movement.models import AgreementStep, Order
from structure.models import Unit
from students.models import Placement, Student


class _Rollback(Exception):
    """Undoes what was done for the measurement."""


def bench_promotion(count: int = 8000) -> dict[str, Any]:
    """Form and execute a promotion of up to ``count`` students; nothing is kept.

    All figures but the ratio are seconds, deferred constraints included. ``forming``
    is the list with every check of everybody; ``executing`` is the verb itself;
    ``bare`` writes the same placements by one INSERT … SELECT into the same table,
    the old ones being closed already, and asks the foreign keys of the rows, without
    which nothing is committed. The PDF is not made: signing is measured with
    the documents.

    Raises:
        ValueError: the database has nobody to promote (load the demo first).
    """
    measured: dict[str, Any] = {}
    try:
        with transaction.atomic():
            order = _formed(count, measured)
            office = Access.for_user(order.created_by)
            measured["students"] = order.lines.count()
            _signed(order, office)
            measured["bare"] = _bare(order)
            started = time.perf_counter()
            actions.execute(order, access=office)
            ask_deferred()
            measured["executing"] = time.perf_counter() - started
            opened = Placement.objects.filter(order=order).count()
            if opened != measured["students"]:
                raise RuntimeError(f"{opened} placements of {measured['students']} students")
            raise _Rollback
    except _Rollback:
        pass
    measured["ratio"] = measured["executing"] / measured["bare"]
    return measured


def _formed(count: int, measured: dict[str, Any]) -> Order:
    """A draft of the faculty with the most students who have a course before them."""
    clerk = RoleAssignment.objects.filter(role="academic_affairs").select_related("user").first()
    rows = Student.objects.filter(current__status=rules.STUDYING, current__course__lt="14")
    faculty = max(
        Unit.objects.faculties(), key=lambda unit: rows.filter(current__faculty=unit).count(), default=None
    )
    if clerk is None or faculty is None or not rows.exists():
        raise ValueError("Nobody to promote.")
    found = rows.filter(current__faculty=faculty).order_by("pk")[:count]
    numbers = list(found.values_list("number", flat=True))
    AgreementStep.objects.all().delete()
    started = time.perf_counter()
    order = actions.create_order(
        kind="14", access=Access.for_user(clerk.user), faculty=faculty,
        people=Student.objects.filter(number__in=numbers), title="Bench", basis="",
        effective_date=_next_year(timezone.localdate()),
        choices={"figures": {number: {"gpa": Decimal(4)} for number in numbers}, "figures_basis": "Bench"},
    )  # fmt: skip
    ask_deferred()
    measured["forming"] = time.perf_counter() - started
    return order


def _next_year(today: datetime.date) -> datetime.date:
    """The first day of the next academic year: in this one everybody is promoted already."""
    return datetime.date(rules.academic_year(today) + 1, rules.NEW_YEAR_MONTH, 1)


def _signed(order: Order, office: Access) -> None:
    """Submitted, and signed without the PDF as if its day had come; the day stands fixed once it is submitted."""
    ask_deferred()
    Order.objects.filter(pk=order.pk).update(effective_date=timezone.localdate())
    order.refresh_from_db()
    actions.submit(order, access=office)
    rector = RoleAssignment.objects.filter(role="rectorate").select_related("user").first()
    Order.objects.filter(pk=order.pk).update(
        state=Order.SIGNED, number="999999", date=timezone.localdate(), signed_at=timezone.now(),
        signed_by=rector.user if rector else None,
    )  # fmt: skip
    ask_deferred()


def _bare(order: Order) -> float:
    """The placements alone, with the foreign keys that their commit would ask; undone at once."""
    named: dict[str, Any] = {"order": order.pk, "day": order.effective_date}
    taken = 0.0
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(END, named)
            _ask_foreign_keys()
            started = time.perf_counter()
            cursor.execute(OPEN, named)
            _ask_foreign_keys()
            taken = time.perf_counter() - started
            raise _Rollback
    except _Rollback:
        return taken


def _ask_foreign_keys() -> None:
    """Only the foreign keys of placements: an order that is not carried out would be refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(conname), ', ') FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype = 'f' AND condeferrable",
            [Placement._meta.db_table],
        )
        names = cursor.fetchone()[0]
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")
