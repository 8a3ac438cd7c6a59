"""What pages, actions and orders read about clearance sheets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, ExtractDay, Now
from django.utils.translation import gettext as _

from finance.models import Contract
from hemis.access.scope import Access
from hemis.explain import Phrase
from hemis.legal import duty
from movement.clearance.models import ClearanceAnswer, ClearanceSheet
from movement.kinds import add_check
from movement.models import Order, OrderLine
from movement.rules import Check
from students.models import Student

EXPELLING, MOVING_AWAY, GRADUATING = "11", "16:out", "17"
LEAVING = (EXPELLING, MOVING_AWAY, GRADUATING)
CODE = "clearance"
# Who leaves by own wish or for another university has cleared everything first; who is
# expelled for a debt or a breach is not made to wait for it (h_expel_reason).
OWN_WISH, MOVES_AWAY = "11", "12"
LEAVES_FREELY = frozenset({OWN_WISH, MOVES_AWAY})


def clearance_checks(student_ids: Iterable[int], *, blocking: bool = True) -> dict[int, Check]:
    """For each student: is there a complete clearance sheet that no order has used yet? Two queries.

    ``blocking`` false: the kind of order goes on without it, and the check says so.
    """
    keys = set(student_ids)
    sheets = {
        one.student_id: one
        for one in ClearanceSheet.objects.filter(
            student__in=keys, state__in=[ClearanceSheet.OPEN, ClearanceSheet.COMPLETE]
        ).prefetch_related("answers__station")
    }
    return {key: _check(sheets.get(key), blocking) for key in keys}


def _check(sheet: ClearanceSheet | None, blocking: bool) -> Check:
    if sheet is None:
        return Check(False, Phrase("There is no clearance sheet."), duty("B8.2"), blocking, CODE)
    if sheet.state == ClearanceSheet.COMPLETE:
        text = Phrase("The clearance sheet is complete since %(day)s.", day=f"{sheet.completed_at:%d.%m.%Y}")
        return Check(True, text, duty("B8.2"), blocking, CODE)
    missing = [str(one.station) for one in sheet.answers.all() if one.state != ClearanceAnswer.CLEAR]
    text = Phrase("The clearance sheet waits for: %(stations)s.", stations=", ".join(missing))
    return Check(False, text, duty("B8.2"), blocking, CODE)


def is_leaving(order: Order) -> bool:
    """Whether orders of this kind let students go: expulsion, transfer out, graduation."""
    return order.key in LEAVING


def line_checks(order: Order, lines: list[OrderLine]) -> dict[int, list[Check]]:
    """The clearance check by line id; empty once the order is done, and for one that cancels.

    A written reason lets the order go on. An expulsion for debts, absence or a breach
    is not held up at all: there the check only warns, as it does for death and
    imprisonment, where nobody can bring a sheet.
    """
    if order.cancels_id or order.state not in Order.PENDING:
        return {}
    found = clearance_checks([line.student_id for line in lines if line.student_id])
    return {
        line.pk: [
            replace(
                found[line.student_id],
                blocking=order.key != EXPELLING or line.reason in LEAVES_FREELY,
                excusable=True,
            )
        ]
        for line in lines
        if line.student_id
    }


add_check(LEAVING, line_checks)


def with_totals(rows: QuerySet[ClearanceSheet]) -> QuerySet[ClearanceSheet]:
    """With the stations asked, cleared and refused, the sum owed and the days since it was opened."""

    def counted(**wanted: Any) -> Coalesce:
        answers = ClearanceAnswer.objects.filter(sheet=OuterRef("pk"), **wanted).order_by().values("sheet")
        return Coalesce(Subquery(answers.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)

    owed = ClearanceAnswer.objects.filter(sheet=OuterRef("pk")).order_by().values("sheet")
    return rows.annotate(
        stations=counted(),
        cleared=counted(state=ClearanceAnswer.CLEAR),
        objections=counted(state=ClearanceAnswer.NOT_CLEAR),
        owed=Subquery(owed.annotate(n=Sum("sum_owed")).values("n")),
        days=_days(F("opened_at"), Coalesce(F("completed_at"), F("cancelled_at"), Now())),
    )


def _days(start: Any, end: Any) -> ExtractDay:
    return ExtractDay(ExpressionWrapper(end - start, output_field=DurationField()))


def with_days(rows: QuerySet[ClearanceAnswer]) -> QuerySet[ClearanceAnswer]:
    """With the days that the student has waited for this station."""
    return rows.annotate(days=_days(F("sheet__opened_at"), Coalesce(F("answered_at"), Now())))


def waiting_for(access: Access) -> QuerySet[ClearanceAnswer]:
    """Answers that the roles in use still owe."""
    return ClearanceAnswer.objects.for_answering(access).filter(
        state=ClearanceAnswer.WAITING, sheet__state=ClearanceSheet.OPEN
    )


def facts_for(answer: ClearanceAnswer) -> list[tuple[str, str]]:
    """What the program itself knows that may help the station: contracts, where the student lives."""
    student = answer.sheet.student
    contracts = (
        Contract.objects.filter(student=student).exclude(state=Contract.CANCELLED).order_by("-date")[:3]
    )
    found = [(_("Place of living"), student.get_accommodation_display() or "—")]
    found += [(_("Contract"), f"{one} · {one.get_state_display()}") for one in contracts]
    return found


def may_graduate(student: Student) -> bool:
    """Whether the student is in the last course of the programme (`h_course`: 11 is the first)."""
    current = student.current
    return current is not None and int(current.course) - 10 >= current.programme.years


def own_sheets(person_id: int | None) -> QuerySet[ClearanceSheet]:
    """The sheets of a person, with their answers."""
    rows = ClearanceSheet.objects.filter(Q(student__person=person_id) & Q(student__person__isnull=False))
    return rows.select_related("student__person", "order").prefetch_related("answers__station")
