"""What follows from an executed order and must be done before it is closed: a register of questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from movement.models import Order


@dataclass(frozen=True)
class FollowUp:
    """One thing that follows, in words, and whether it is done."""

    title: str
    done: bool


_questions: list[Callable[[Order], list[FollowUp]]] = []


def register_followup(question: Callable[[Order], list[FollowUp]]) -> None:
    """Let a package say what follows from an executed order."""
    if question not in _questions:
        _questions.append(question)


def followups(order: Order) -> list[FollowUp]:
    """All that follows from the order."""
    return [one for question in _questions for one in question(order)]


def open_followups(order: Order) -> list[FollowUp]:
    """What is still to be done."""
    return [one for one in followups(order) if not one.done]


def in_force(order: Order) -> list[FollowUp]:
    """The order has come into force, so nobody closes it on the day before."""
    return [FollowUp(_("the order is carried out"), order.state in (*Order.DONE, Order.CANCELLED))]


def contracts_ended(order: Order) -> list[FollowUp]:
    """Accounting sees from which day the contracts of those who left are reckoned."""
    count = order.ended_contracts.count()
    if not count:
        return []
    return [FollowUp(_("contracts marked as ended: %(count)d") % {"count": count}, True)]


register_followup(in_force)
register_followup(contracts_ended)
