"""Kinds of orders (`h_decree_type`): who may start one, whom it may name, what is checked, what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from movement import queries, rules
from movement.clearance import queries as clearance
from movement.models import Order, OrderLine
from movement.rules import Check
from structure.models import Unit
from students.models import Candidate, Student

KINDS: dict[str, type[OrderKind]] = {}

# The columns of a line that become the placement.
TARGET = (
    "status", "faculty_id", "programme_id", "group_id", "academic_year_id", "course", "semester", "education_form",
    "language", "payment_form",
)  # fmt: skip


class OrderKind:
    """One kind of order on students; a subclass says what is particular to it.

    ``source_statuses`` (`h_student_status`) are those that a student may be moved
    from; ``document`` is the kind of document that its signing issues.
    """

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    start_permission: ClassVar[str] = "order.create"
    source_statuses: ClassVar[frozenset[str]] = frozenset()
    makes_students: ClassVar[bool] = False
    document: ClassVar[str] = "order"

    @classmethod
    def people(cls, rows: QuerySet, faculty: Unit) -> QuerySet:
        """Those of ``rows`` whom an order of the faculty may name, before anything is locked."""
        return rows.filter(current__faculty=faculty, current__status__in=cls.source_statuses)

    @classmethod
    def listed(cls, keys: list[int]) -> QuerySet:
        """The locked people who are on no other order, with all that ``line`` reads, in the order of the list."""
        return (
            queries.free_students(Student.objects.filter(pk__in=keys))
            .select_related("person", "current__programme", "current__group")
            .order_by("current__group__name", "person__sort_key", "pk")
        )

    @classmethod
    def effect(cls, student: Student, *, year: int, choices: Mapping[str, Any]) -> dict[str, Any]:
        """What changes of the placement: columns of ``TARGET``; the rest stays as it is.

        ``year`` is the academic year of the day the order comes into force,
        ``choices`` what the user chose for everybody on the list.
        """
        return {}

    @classmethod
    def line(cls, person: Any, *, year: int, choices: Mapping[str, Any]) -> OrderLine:
        """The line of one person: the present placement with the effect laid over it."""
        target = {name: getattr(person.current, name) for name in TARGET}
        return OrderLine(
            student=person, closes=person.current,
            reason=choices.get("reason", ""),
            **(target | cls.effect(person, year=year, choices=choices)),
        )  # fmt: skip

    @classmethod
    def checks(cls, order: Order, lines: list[OrderLine]) -> dict[int, list[Check]]:
        """Checks by line id, in a fixed number of queries."""
        found = queries.student_checks(order, lines, cls.source_statuses)
        for pk, check in clearance.line_checks(order, lines).items():
            found[pk].append(check)
        return found


def register(kind: type[OrderKind]) -> type[OrderKind]:
    """Make a kind known under its code.

    Raises:
        ValueError: another kind has this code.
    """
    known = KINDS.setdefault(kind.code, kind)
    if known is not kind:
        raise ValueError(f"Two kinds of orders are coded {kind.code}.")
    return kind


@register
class Admission(OrderKind):
    """Admission (21): candidates become students."""

    code = "21"
    title = _("Admission")
    makes_students = True

    @classmethod
    def people(cls, rows, faculty):
        return rows.filter(group__faculty=faculty)

    @classmethod
    def listed(cls, keys):
        return (
            queries.free_candidates(Candidate.objects.filter(pk__in=keys))
            .select_related("person", "programme", "group")
            .order_by("programme__speciality__code", "group__name", "person__sort_key", "pk")
        )

    @classmethod
    def line(cls, person, *, year, choices):
        return OrderLine(
            candidate=person, status=rules.STUDYING, faculty_id=person.group.faculty_id,
            programme=person.programme, group=person.group, academic_year_id=year, course=person.course,
            semester=rules.first_semester(person.course), education_form=person.programme.education_form,
            language=person.language, payment_form=person.payment_form,
        )  # fmt: skip

    @classmethod
    def checks(cls, order, lines):
        return queries.admission_checks(order, lines)


def kind_of(order: Order) -> type[OrderKind]:
    """The kind's declaration.

    Raises:
        KeyError: orders of this kind are not formed in the program.
    """
    return KINDS[order.kind]
