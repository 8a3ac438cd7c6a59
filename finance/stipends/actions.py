"""What changes stipends: appointed and ended by orders, listed and approved by accounting (duty 7.1)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from finance.common import FinanceError
from finance.contracts.documents import university_facts
from finance.models import StipendAppointment, StipendLine, StipendList
from finance.steps import steps_as_json
from finance.stipends import rules
from finance.stipends.documents import list_payload
from finance.stipends.queries import month_lines
from hemis.access.scope import Access
from hemis.documents.actions import issue
from structure.models import Unit, University

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Appointed:
    """A line of an order: who gets which kind of stipend until when, and why."""

    student: int
    faculty: int
    rate: str
    until: datetime.date | None
    why: Sequence[dict[str, Any]]


def appoint(lines: Collection[Appointed], *, order: int, on: datetime.date) -> int:
    """The stipends of an order that is being carried out; how many.

    An earlier stipend of the same student ends the day before: two never meet.
    Who may carry the order out decides.

    Raises:
        FinanceError: a line names no last day.
    """
    if any(one.until is None for one in lines):
        raise FinanceError(_("The stipend ends after it begins."))
    end_stipends([one.student for one in lines], order=order, on=on)
    rows = [
        StipendAppointment(
            student_id=one.student, faculty_id=one.faculty, rate=one.rate, valid_from=on,
            valid_to=one.until or on, order_id=order, why=list(one.why),
        )
        for one in lines
    ]  # fmt: skip
    return len(StipendAppointment.objects.bulk_create(rows, batch_size=2000))


def withdraw(*, order: int, by: int) -> int:
    """The stipends of a cancelled order are paid no more; what it ended goes on; how many fell away."""
    rows = StipendAppointment.objects.filter(order=order, ended_on=None)
    count = rows.update(ended_on=F("valid_from") - DAY, ended_by=by)
    resume_stipends(order=order)
    return count


def end_stipends(students: Collection[int], *, order: int, on: datetime.date) -> int:
    """Stipends of students whom an order stops: nothing is paid from the day on; how many."""
    rows = StipendAppointment.objects.filter(student__in=students, ended_on=None, valid_to__gte=on)
    return rows.update(ended_on=on - DAY, ended_by=order)


def resume_stipends(*, order: int) -> int:
    """What an order ended goes on, because it is cancelled; how many."""
    return StipendAppointment.objects.filter(ended_by=order).update(ended_on=None, ended_by=None)


@transaction.atomic
def form_list(*, access: Access, faculty: Unit, month: datetime.date) -> StipendList:
    """The list of a faculty for a month, counted anew while it is a draft.

    Raises:
        FinanceError: the list is approved, or nobody has a stipend in the month.
    """
    access.require("stipend.edit")
    month = rules.first_of(month)
    known = StipendList.objects.select_for_update(of=("self",)).filter(faculty=faculty, month=month).first()
    if known and known.state == StipendList.APPROVED:
        raise FinanceError(_("The list of this month is approved already."))
    lines = month_lines(month, faculty.pk)
    if not lines:
        raise FinanceError(_("Nobody of the faculty has a stipend in this month."))
    if known is None:
        known = StipendList.objects.create(faculty=faculty, month=month, made_by=access.user)
    StipendLine.objects.filter(sheet=known).delete()
    StipendLine.objects.bulk_create(
        [
            StipendLine(
                sheet=known, month=month, faculty=faculty, student_id=one.appointment.student_id,
                appointment=one.appointment, rate=one.appointment.rate, amount=one.paid.value,
                account=one.account, steps=steps_as_json(one.paid.steps),
            )
            for one in lines
        ],
        batch_size=2000,
    )  # fmt: skip
    known.total = sum((one.paid.value for one in lines), Decimal(0))
    known.save(update_fields=["total"])
    return known


def form_lists(*, access: Access, month: datetime.date) -> tuple[list[StipendList], list[str]]:
    """The lists of all faculties for a month; with them why some have none."""
    made, refused = [], []
    for faculty in Unit.objects.faculties().filter(is_active=True):
        try:
            made.append(form_list(access=access, faculty=faculty, month=month))
        except FinanceError as error:
            refused.append(f"{faculty}: {error}")
    return made, refused


def _draft(sheet: StipendList, access: Access) -> StipendList:
    """The list, locked, in scope and still a draft."""
    access.require("stipend.edit")
    rows = StipendList.objects.for_scope(access.scope("stipend.edit")).select_for_update(of=("self",))
    found = rows.select_related("faculty").filter(pk=sheet.pk, state=StipendList.DRAFT).first()
    if found is None:
        raise FinanceError(_("The list of this month is approved already."))
    return found


@transaction.atomic
def approve(sheet: StipendList, *, access: Access) -> StipendList:
    """Draft → approved: the list is frozen and put on paper for the bank.

    Raises:
        FinanceError: approved already.
    """
    found = _draft(sheet, access)
    lines = list(found.lines.select_related("student__person").order_by("student__person__sort_key", "pk"))
    found.document = issue(
        kind="stipend_list",
        payload=list_payload(found, lines, university_facts(University.objects.get())),
        faculty=found.faculty,
        issued_by=access.user,
    )
    found.state, found.approved_at, found.approved_by = StipendList.APPROVED, timezone.now(), access.user
    found.save(update_fields=["state", "approved_at", "approved_by", "document"])
    return found


@transaction.atomic
def drop(sheet: StipendList, *, access: Access) -> None:
    """Take a draft back.

    Raises:
        FinanceError: it is approved.
    """
    found = _draft(sheet, access)
    StipendLine.objects.filter(sheet=found).delete()
    found.delete()
