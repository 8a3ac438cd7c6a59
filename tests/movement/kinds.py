"""Two kinds of orders on students, as later parts of the house will declare them."""

from __future__ import annotations

import datetime

from movement import actions
from movement.kinds import OrderKind
from movement.models import Order
from students.models import Student
from tests.factories import access_of


class Transfer(OrderKind):
    """Transfer (16): to another group."""

    code, title = "16", "Transfer"
    source_statuses = frozenset({"11"})

    @classmethod
    def effect(cls, student, *, year, choices):
        return {"group_id": choices["group"].pk}


class Expulsion(OrderKind):
    """Expulsion (11): out, with a reason."""

    code, title = "11", "Expulsion"
    source_statuses = frozenset({"11", "13"})

    @classmethod
    def effect(cls, student, *, year, choices):
        return {"status": "12"}


def draft(kind: str, student: Student, dean, day: datetime.date, **choices) -> Order:
    """A draft order of the kind on one student."""
    return actions.create_order(
        kind=kind, access=access_of(dean), faculty=student.placements.latest("pk").faculty,
        people=Student.objects.filter(pk=student.pk), title="Buyruq", basis="Ariza", effective_date=day,
        choices=choices,
    )  # fmt: skip


def carry_out(order: Order, dean, rector, date: datetime.date) -> Order:
    """Submit, sign and execute; nobody is asked to agree unless a test says so."""
    actions.submit(order, access=access_of(dean))
    actions.sign(order, access=access_of(rector), date=date)
    return actions.execute(order, access=access_of(dean))
