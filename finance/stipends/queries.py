"""Reading who gets which stipend: a fixed number of queries for any number of students."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from finance.common import FEE_PAYING, ON_LEAVE, STUDYING
from finance.contracts.rules import WITH_STIPEND
from finance.models import Contract, StipendAmount, StipendAppointment, StipendCondition
from finance.steps import steps_as_json
from finance.stipends import rules
from finance.stipends.providers import marks_of
from hemis.explain import Explained
from hemis.legal import cited
from students.models import Placement, Student

FIRST_SEMESTER = "11"
# The kind of orders that bring back from leave or reinstate (`h_decree_type`); the ground of a paid leave
# (`h_academic_reason`).
BRINGS_BACK, MATERNITY = "15", "13"


@dataclass(frozen=True)
class Proposed:
    """The kind of stipend by rule (empty: none), and the steps as they are kept."""

    rate: str
    steps: list[dict[str, Any]]

    @property
    def why(self) -> Any:
        """The step that decided, as it is kept."""
        if not self.steps:
            return ""
        return {"text": self.steps[-1]["text"], "figures": self.steps[-1]["figures"]}


def proposed(students: Sequence[Student], day: datetime.date | None = None) -> dict[int, Proposed]:
    """What the rule gives each student on a day (default: today); ``students`` come with ``current``."""
    day = day or timezone.localdate()
    keys = [one.pk for one in students]
    marks = marks_of(keys, day)
    with_stipend, returned = _with_stipend(students), _returned(students)
    condition = StipendCondition.objects.on(day).first()
    limit = condition.threes if condition else None
    source = cited(condition.source, confirmed=condition.is_confirmed) if condition else ""
    found = {}
    for one in students:
        applicant = _applicant(one, marks.get(one.pk, rules.Marks()), with_stipend, returned)
        explained = rules.appointed(applicant, threes=limit, source=source)
        found[one.pk] = Proposed(explained.value, steps_as_json(explained.steps))
    return found


def _applicant(
    student: Student, marks: rules.Marks, with_stipend: Collection[int], returned: Collection[int]
) -> rules.Applicant:
    place = student.current
    ground = rules.GRANT
    if place.payment_form == FEE_PAYING:
        ground = rules.WITH_STIPEND if student.pk in with_stipend else rules.WITHOUT_STIPEND
    return rules.Applicant(
        education_form=place.education_form, ground=ground, social_category=student.social_category,
        first_semester=place.semester == FIRST_SEMESTER, marks=marks, returned=student.pk in returned,
    )  # fmt: skip


def _returned(students: Sequence[Student]) -> set[int]:
    """Those whom an order brought back into the semester in which they study now."""
    now = {one.pk: (one.current.academic_year_id, one.current.semester) for one in students}
    rows = Placement.objects.filter(student__in=now, status=STUDYING, order__kind=BRINGS_BACK)
    return {
        student
        for student, year, semester in rows.values_list("student", "academic_year", "semester")
        if now[student] == (year, semester)
    }


def _with_stipend(students: Sequence[Student]) -> set[int]:
    """Those whose contract of this year is with stipend."""
    years = {one.pk: one.current.academic_year_id for one in students}
    rows = Contract.objects.filter(student__in=years, sum_type=WITH_STIPEND, ended_on=None)
    rows = rows.exclude(state=Contract.CANCELLED)
    return {
        student for student, year in rows.values_list("student", "academic_year") if years[student] == year
    }


@dataclass(frozen=True)
class MonthLine:
    """What a student's appointed stipend pays in a month."""

    appointment: StipendAppointment
    account: str
    paid: Explained[Decimal]


def appointments_of(month: datetime.date, faculty: int) -> QuerySet[StipendAppointment]:
    """Stipends of a faculty that hold on a day of the month, those ended before among them."""
    rows = StipendAppointment.objects.filter(
        faculty=faculty, valid_from__lte=rules.last_of(month), valid_to__gte=month
    )
    # Taken back by a cancelled order before a day of it was paid.
    return rows.filter(Q(ended_on=None) | Q(ended_on__gte=month)).select_related("student__payout_account")


def month_lines(month: datetime.date, faculty: int) -> list[MonthLine]:
    """What the month pays to each student of the faculty: a fixed number of queries."""
    held: dict[int, StipendAppointment] = {}
    for one in appointments_of(month, faculty).order_by("valid_from", "pk"):
        held.setdefault(one.student_id, one)
    status = _statuses(held.values(), month)
    maternity = _on_maternity_leave(status.values())
    marks = marks_of(list(held), max(month, min(timezone.localdate(), rules.last_of(month))))
    amounts = amounts_on(month)
    return [
        MonthLine(
            one, _account(one.student), rules.paid(_month(one, month, status, maternity, marks, amounts))
        )
        for one in held.values()
    ]


def amounts_on(day: datetime.date) -> dict[str, Decimal]:
    """The amount a month of every kind that holds on a day."""
    found: dict[str, Decimal] = {}
    for row in StipendAmount.objects.on(day):
        found.setdefault(row.rate, row.amount)
    return found


def _account(student: Student) -> str:
    account = getattr(student, "payout_account", None)
    return account.number if account else ""


def _statuses(held: Iterable[StipendAppointment], month: datetime.date) -> dict[int, Placement]:
    """The placement of each student on the day that decides the month."""
    later: dict[datetime.date, list[int]] = {}
    for one in held:
        later.setdefault(max(month, one.valid_from), []).append(one.student_id)
    found: dict[int, Placement] = {}
    for day, students in later.items():
        rows = Placement.objects.filter(student__in=students, valid_from__lte=day)
        rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day))
        found |= {one.student_id: one for one in rows}
    return found


def _on_maternity_leave(places: Iterable[Placement]) -> set[int]:
    """Students whose leave has the ground that is paid."""
    leaves = [one.pk for one in places if one.status == ON_LEAVE]
    if not leaves:
        return set()
    rows = Placement.objects.filter(
        pk__in=leaves, order__lines__student=F("student"), order__lines__reason=MATERNITY
    )
    return set(rows.values_list("student", flat=True))


def _month(one, month, status, maternity, marks, amounts) -> rules.Month:
    place = status.get(one.student_id)
    return rules.Month(
        first=month, valid_from=one.valid_from, ended_on=one.ended_on,
        studying=place is not None and place.status == STUDYING,
        status=place.get_status_display() if place else "—",
        debts=marks[one.student_id].debts if one.student_id in marks else 0,
        amount=amounts.get(one.rate), maternity=one.student_id in maternity,
    )  # fmt: skip
