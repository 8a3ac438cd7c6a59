"""Orders carried out in tests of money: formed by the dean's office, signed, executed."""

from __future__ import annotations

import datetime
from typing import Any

from movement import actions
from movement.kinds import KINDS
from movement.models import Order
from students.models import Student
from tests.factories import access_of, make_user
from tests.movement.petitions import cleared


def carry_out(
    key: str, faculty: Any, students: list[Student], day: datetime.date, *, by: str = "dean", **choices: Any
) -> Order:
    """An order of a kind on these students; what it lacks has a written reason."""
    author = make_user(by, faculty if by == "dean" else None)
    return sign_and_execute(formed(key, faculty, students, day, author, **choices), access_of(author))


def formed(
    key: str, faculty: Any, students: list[Student], day: datetime.date, author: Any, **choices: Any
) -> Order:
    """The draft of such an order, ready to be sent."""
    office = access_of(author)
    kind = KINDS[key]
    order = actions.create_order(
        kind=key, access=office, faculty=faculty, people=Student.objects.filter(pk__in=[one.pk for one in students]),
        title=kind.order_title, basis="Ariza", effective_date=day, choices=choices,
    )  # fmt: skip
    cleared(order)
    for pk, checks in actions.failures(order).items():
        for check in checks:
            assert check.excusable, check.text
            actions.give_reason(order, access=office, line_ids=[pk], check_code=check.code, reason="Asos bor")
    return order


def undo(order: Order, day: datetime.date) -> Order:
    """The order is cancelled by another one."""
    office = access_of(order.created_by)
    found = actions.create_cancelling_order(order, access=office, reason="Xato", effective_date=day)
    return sign_and_execute(found, office)


def sign_and_execute(order: Order, office: Any) -> Order:
    actions.submit(order, access=office)
    actions.sign(order, access=access_of(make_user("rectorate")), date=datetime.date(2026, 9, 2))
    return actions.execute(order, access=office)
