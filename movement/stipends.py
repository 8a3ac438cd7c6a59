"""What an order changes of stipends: foreseen before it is carried out, known afterwards (duties 2.2, 7.1)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from finance.models import StipendAppointment
from finance.stipends.queries import MATERNITY
from hemis.classifiers.queries import label
from movement import rules
from movement.models import Order, OrderLine
from students.models import Student

APPOINTS = "18"
NO_STUDY = (rules.EXPELLED, rules.ON_LEAVE, rules.GRADUATED)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class StipendChange:
    """One stipend of one student, and what becomes of it, in words."""

    student: Student
    rate: str
    what: str
    is_paid: bool


def losing(order: Order) -> QuerySet[OrderLine]:
    """Lines whose student stops studying: no stipend from the day on; maternity leave is paid (VMQ 59/2020)."""
    stops = order.lines.filter(status__in=NO_STUDY, closes__status__in=(rules.STUDYING, rules.ON_LEAVE))
    return stops.exclude(status=rules.ON_LEAVE, reason=MATERNITY)


def stipend_changes(order: Order) -> list[StipendChange]:
    """Every stipend that the order begins or ends, by name; two queries at most.

    Until the order is carried out it is what would happen today; afterwards what did.
    """
    found = _known(order) if order.state in (*Order.DONE, Order.CANCELLED) else _foreseen(order)
    return sorted(found, key=lambda one: (one.is_paid, one.student.person.sort_key, one.student.pk))


def _known(order: Order) -> Iterator[StipendChange]:
    for one in _with_people(order.stipends.all()):
        if one.ended_on and one.ended_on < one.valid_from:
            yield _change(one, _("fell away: the order is cancelled"))
        else:
            yield _begins(one.student, one.rate, one.valid_from, one.valid_to)
    for one in _with_people(order.ended_stipends.all()):
        yield _ends(one, one.ended_on)


def _foreseen(order: Order) -> Iterator[StipendChange]:
    if order.cancels_id:
        for one in _with_people(StipendAppointment.objects.filter(order=order.cancels_id, ended_on=None)):
            yield _change(one, _("falls away: its order is cancelled"))
        for one in _with_people(StipendAppointment.objects.filter(ended_by=order.cancels_id)):
            yield _begins(one.student, one.rate, order.effective_date, one.valid_to)
        return
    lines = losing(order)
    if order.kind == APPOINTS:
        lines = order.lines.all()
        for line in lines.select_related("student__person"):
            said = line.details["stipend"]
            if line.student and said["rate"] and said["until"]:
                until = datetime.date.fromisoformat(said["until"])
                yield _begins(line.student, said["rate"], order.effective_date, until)
    running = StipendAppointment.objects.filter(
        student__in=lines.values("student"), ended_on=None, valid_to__gte=order.effective_date
    )
    for one in _with_people(running):
        yield _ends(one, order.effective_date - DAY)


def _with_people(rows: QuerySet[StipendAppointment]) -> QuerySet[StipendAppointment]:
    return rows.select_related("student__person")


def _begins(student: Student, rate: str, since: datetime.date, until: datetime.date) -> StipendChange:
    text = _("paid from %(since)s to %(until)s") % {
        "since": f"{since:%d.%m.%Y}",
        "until": f"{until:%d.%m.%Y}",
    }
    return StipendChange(student, label("h_stipend_rate", rate), text, True)


def _ends(one: StipendAppointment, day: datetime.date | None) -> StipendChange:
    if day is None or day < one.valid_from:
        return _change(one, _("falls away before it begins"))
    return _change(one, _("paid until %(day)s, then no more") % {"day": f"{day:%d.%m.%Y}"})


def _change(one: StipendAppointment, what: str) -> StipendChange:
    return StipendChange(one.student, label("h_stipend_rate", one.rate), what, False)
