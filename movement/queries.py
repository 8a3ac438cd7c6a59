"""What pages and actions of orders read."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, QuerySet

from movement import rules
from movement.models import Order, OrderLine
from movement.rules import Check
from students.models import Candidate, Placement, Student

OPEN_STATES = (Order.DRAFT, Order.SUBMITTED, Order.SIGNED, Order.EXECUTED)


def free_candidates(rows: QuerySet[Candidate]) -> QuerySet[Candidate]:
    """Candidates who are on no order that is still worth something and do not study."""
    listed = OrderLine.objects.filter(candidate=OuterRef("pk"), order__state__in=OPEN_STATES, order__cancels=None)
    return rows.filter(~Exists(listed))


def lines_of(order: Order) -> QuerySet[OrderLine]:
    """Lines with all that a list of the order shows."""
    return order.lines.select_related(
        "candidate__person", "student__person", "programme__speciality", "group", "faculty"
    ).order_by("position")


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
            candidate__in=[line.candidate_id for line in lines], order__state__in=OPEN_STATES, order__cancels=None
        )
        .exclude(order=order)
        .select_related("order")
    }
    coming: dict[int, int] = {}
    for line in lines:
        coming[line.group_id] = coming.get(line.group_id, 0) + 1
    taken = dict(
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
            rules.check_not_studying(active_status="" if done else studying.get(line.candidate.person_id, "")),
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
