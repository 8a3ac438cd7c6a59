"""What pages and actions of orders read."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from movement import rules
from movement.models import Order, OrderLine
from movement.rules import STUDYING, Check
from students.models import Candidate, Group, Placement, Student

# An admission that was executed holds its candidate until it is cancelled;
# another order lets its students go once it is executed.
PENDING_STATES = (Order.DRAFT, Order.SUBMITTED, Order.SIGNED)
OPEN_STATES = (*PENDING_STATES, Order.EXECUTED)


def free_candidates(rows: QuerySet[Candidate]) -> QuerySet[Candidate]:
    """Candidates who are on no order that is still worth something and do not study."""
    listed = OrderLine.objects.filter(
        candidate=OuterRef("pk"), order__state__in=OPEN_STATES, order__cancels=None
    )
    return rows.filter(~Exists(listed))


def free_students(rows: QuerySet[Student]) -> QuerySet[Student]:
    """Students who are on no order that still waits for its execution."""
    listed = OrderLine.objects.filter(student=OuterRef("pk"), order__state__in=PENDING_STATES)
    return rows.filter(~Exists(listed))


def lines_of(order: Order) -> QuerySet[OrderLine]:
    """Lines with all that a list of the order shows."""
    return order.lines.select_related(
        "candidate__person", "student__person", "programme__speciality", "group", "faculty",
        "closes__programme__speciality", "closes__group",
    ).order_by("position")  # fmt: skip


def group_changes(order: Order) -> list[dict[str, Any]]:
    """What carrying the order out does to each group: who comes, who goes, how full it gets.

    Counts people who study (status 11). For an order that is carried out already,
    ``before`` and ``after`` are counted from today's rolls backwards.
    """
    coming = _by_group(order.lines.filter(status=STUDYING), "group")
    going = _by_group(order.lines.filter(closes__status=STUDYING), "closes__group")
    groups = Group.objects.filter(pk__in={*coming, *going}).order_by("name")
    now = _by_group(Placement.objects.filter(valid_to=None, status=STUDYING, group__in=groups), "group")
    done = order.state in (Order.EXECUTED, Order.CANCELLED)
    found = []
    for group in groups:
        change = coming.get(group.pk, 0) - going.get(group.pk, 0)
        before = now.get(group.pk, 0) - (change if order.state == Order.EXECUTED else 0)
        found.append(
            {
                "group": group,
                "coming": coming.get(group.pk, 0),
                "going": going.get(group.pk, 0),
                "before": before,
                "after": before + change,
                "over": not done and before + change > group.capacity,
            }  # fmt: skip
        )
    return found


def totals(order: Order) -> list[dict[str, Any]]:
    """How many people per speciality, form and payment form the order names."""
    found = (
        order.lines.exclude(status="")
        .order_by()
        .values(
            "programme__speciality__code", "programme__speciality__name", "education_form", "payment_form"
        )
        .annotate(people=Count("pk"))
        .order_by("programme__speciality__code", "education_form", "payment_form")
    )
    return [dict(row) for row in found]


def _by_group(rows: QuerySet, path: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(path).annotate(n=Count("pk")))


def student_checks(
    order: Order, lines: list[OrderLine], source_statuses: frozenset[str]
) -> dict[int, list[Check]]:
    """Checks of an order on students: none is on another order, moved meanwhile, or of a wrong status."""
    keys = [line.student_id for line in lines]
    now: dict[int | None, int] = dict(
        Placement.objects.filter(student__in=keys, valid_to=None).values_list("student", "pk")
    )
    others = {
        line.student_id: str(line.order)
        for line in OrderLine.objects.filter(student__in=keys, order__state__in=PENDING_STATES)
        .exclude(order=order)
        .select_related("order")
    }
    done = order.state in (Order.EXECUTED, Order.CANCELLED)
    return {
        line.pk: [
            rules.check_status(
                status=line.closes.status if line.closes else "", allowed=source_statuses,
                title=line.closes.get_status_display() if line.closes else "",
            ),
            rules.check_current(
                expected=line.closes_id,
                actual=line.closes_id if done else now.get(line.student_id),
            ),
            rules.check_not_on_other_order(other_order=others.get(line.student_id, "")),
        ]
        for line in lines
    }  # fmt: skip


def journal(rows: QuerySet[Order], *, year: int, kind: str = "") -> QuerySet[Order]:
    """The journal of signed orders of a calendar year, by kind and number."""
    found = rows.exclude(number="").filter(date__year=year)
    if kind:
        found = found.filter(kind=kind)
    return with_people(found).select_related("faculty", "signed_by__person").order_by("kind", "number_value")


def with_people(rows: QuerySet[Order]) -> QuerySet[Order]:
    """With the number of people on the list (``people``) and the number as a figure (``number_value``)."""
    counted = (
        OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order").annotate(n=Count("pk"))
    )
    return rows.annotate(
        people=Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0),
        number_value=Cast(NullIf("number", Value("")), IntegerField()),
    )


def admission_checks(order: Order, lines: list[OrderLine]) -> dict[int, list[Check]]:
    """Checks of an admission, in a fixed number of queries."""
    person_ids = [line.candidate.person_id for line in lines]
    studying = dict(
        Placement.objects.filter(student__person__in=person_ids, valid_to=None)
        .exclude(status__in=["12", "14"])
        .values_list("student__person", "status")
    )
    others = {
        line.candidate_id: str(line.order)
        for line in OrderLine.objects.filter(
            candidate__in=[line.candidate_id for line in lines],
            order__state__in=OPEN_STATES,
            order__cancels=None,
        )
        .exclude(order=order)
        .select_related("order")
    }
    coming: dict[int | None, int] = {}
    for line in lines:
        coming[line.group_id] = coming.get(line.group_id, 0) + 1
    taken: dict[int | None, int] = dict(
        Student.objects.filter(current__group__in=coming, current__status="11")
        .values_list("current__group")
        .annotate(n=Count("pk"))
    )
    done = order.state in (Order.EXECUTED, Order.CANCELLED)
    return {
        line.pk: [
            rules.check_identity(
                has_pinfl=bool(line.candidate.person.pinfl), has_passport=bool(line.candidate.person.passport)
            ),
            rules.check_not_studying(
                active_status="" if done else studying.get(line.candidate.person_id, "")
            ),
            rules.check_not_on_other_order(other_order=others.get(line.candidate_id, "")),
            rules.check_score(score=line.candidate.score),
            rules.check_capacity(
                group=line.group.name,
                capacity=line.group.capacity,
                taken=taken.get(line.group_id, 0) - (coming[line.group_id] if done else 0),
                coming=coming[line.group_id],
            ),
        ]
        for line in lines
    }
