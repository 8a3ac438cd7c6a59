"""Kinds of orders (`h_decree_type`): who may start one, what is checked, what it does."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from movement import queries
from movement.models import Order, OrderLine
from movement.rules import Check

KINDS: dict[str, type[OrderKind]] = {}


class OrderKind:
    """One kind of order; part 2 of the house adds the others beside admission."""

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    makes_students: ClassVar[bool] = False

    @classmethod
    def checks(cls, order: Order, lines: list[OrderLine]) -> dict[int, list[Check]]:
        """Checks by line id."""
        return {line.pk: [] for line in lines}


def register(kind: type[OrderKind]) -> type[OrderKind]:
    KINDS[kind.code] = kind
    return kind


@register
class Admission(OrderKind):
    """Admission (21): candidates become students."""

    code = "21"
    title = _("Admission")
    makes_students = True

    @classmethod
    def checks(cls, order, lines):
        return queries.admission_checks(order, lines)


def kind_of(order: Order) -> type[OrderKind]:
    """The kind's declaration.

    Raises:
        KeyError: orders of this kind are not formed in the program.
    """
    return KINDS[order.kind]
