"""What the pages of the staff read."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    Func,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.classifiers import queries as classifiers
from hemis.legal import cited
from staff import rules
from staff.models import CompetitionEntry, Development, Employee, Position, StaffRule
from staff.models.plan import DEFAULT_RULES
from staff.models.posts import TEACHING

STATES = {
    rules.NEVER: _("never"),
    rules.OVERDUE: _("overdue"),
    rules.SOON: _("soon"),
    rules.PLANNED: _("planned"),
    rules.FINE: _("in order"),
}


@dataclass(frozen=True)
class Limit:
    """A figure of the law with its source."""

    value: Decimal
    source: str

    @property
    def months(self) -> int:
        return int(self.value)


def limits(day: datetime.date | None = None) -> dict[str, Limit]:
    """The figures that hold on ``day``, one query; where no row holds, the law as it stood when this was written."""
    rows = StaffRule.objects.in_force_by_kind(day)
    return {
        kind: _limit(rows[kind]) if kind in rows else Limit(default, "")
        for kind, default in DEFAULT_RULES.items()
    }


def _limit(row: StaffRule) -> Limit:
    return Limit(row.value, cited(row.basis, confirmed=row.is_confirmed))


class _AddMonths(Func):
    """A date so many months later, as ``rules.add_months`` has it."""

    template = "(%(expressions)s + make_interval(months => %(months)d))::date"
    output_field = DateField()

    def __init__(self, expression, months: int):
        super().__init__(expression, months=int(months))


def _of_employee(rows: QuerySet, **aggregate) -> Subquery:
    """One aggregate over the rows of the employee outside."""
    (name,) = aggregate
    grouped = rows.filter(employee=OuterRef("pk")).order_by().values("employee").annotate(**aggregate)
    return Subquery(grouped.values(name))


def teachers_on(day: datetime.date) -> QuerySet[Employee]:
    """Employees who hold a teaching post on ``day``, each once, with ``unit_name`` and ``post_code`` of the largest."""
    held = Position.objects.in_force(day).filter(employee=OuterRef("pk"), category=TEACHING)
    return with_main_post(Employee.objects.filter(Exists(held)), day).annotate(
        first_post=_of_employee(
            Position.objects.filter(category=TEACHING, valid_from__lte=day), first=Min("valid_from")
        ),
    )


def with_main_post(rows: QuerySet[Employee], day: datetime.date) -> QuerySet[Employee]:
    """``unit_name`` and ``post_code`` of the main post held on ``day``, else of the largest."""
    held = Position.objects.in_force(day).filter(employee=OuterRef("pk"))
    first = held.order_by("employment", "-rate", "pk")
    return rows.annotate(
        unit_name=Subquery(first.values("unit__name")[:1]), post_code=Subquery(first.values("post")[:1])
    )


def post_name(row) -> str:
    """The post that ``post_code`` stands for."""
    return classifiers.label("h_teacher_position_type", row.post_code) if row.post_code else ""


def _state(day: datetime.date, soon: int, *, due: str, ever: str) -> Case:
    return Case(
        When(**{f"{due}__lt": day, f"{ever}__isnull": True}, then=Value(rules.NEVER)),
        When(**{f"{due}__lt": day}, then=Value(rules.OVERDUE)),
        When(**{f"{due}__lt": rules.add_months(day, soon)}, then=Value(rules.SOON)),
        default=Value(rules.FINE),
        output_field=CharField(),
    )


def with_development(day: datetime.date | None = None) -> QuerySet[Employee]:
    """Teachers with ``last_end``, ``due_on``, ``planned_to`` and ``state`` of their professional development."""
    day = day or timezone.localdate()
    law = limits(day)
    months, soon = law[StaffRule.DEVELOPMENT].months, law[StaffRule.SOON].months
    finished = Development.objects.filter(end_date__lte=day)
    lasts = Coalesce("valid_until", _AddMonths(F("end_date"), months))
    rows = teachers_on(day).annotate(
        last_end=_of_employee(finished, last=Max("end_date")),
        planned_to=_of_employee(Development.objects.filter(end_date__gt=day), last=Max("end_date")),
    )
    rows = rows.annotate(
        due_on=Coalesce(
            _of_employee(finished, due=Max(lasts)),
            _AddMonths(F("first_post"), months),
        )
    )
    rows = rows.annotate(term_state=_state(day, soon, due="due_on", ever="last_end"))
    return rows.annotate(
        state=Case(
            When(~Q(term_state=rules.FINE) & Q(planned_to__isnull=False), then=Value(rules.PLANNED)),
            default=F("term_state"),
        )
    )


def with_term(day: datetime.date | None = None) -> QuerySet[Employee]:
    """Teachers with ``term_to`` and ``state`` of their latest election; who never stood is due from the first post."""
    day = day or timezone.localdate()
    elected = CompetitionEntry.objects.filter(result=CompetitionEntry.ELECTED, term_from__lte=day)
    rows = teachers_on(day).annotate(term_to=_of_employee(elected, last=Max("term_to")))
    return rows.annotate(
        due_on=Coalesce("term_to", "first_post"),
        state=Case(
            When(term_to=None, then=Value(rules.NEVER)),
            default=_state(day, limits(day)[StaffRule.SOON].months, due="due_on", ever="term_to"),
        ),
    )


def explain_development(employee: Employee, day: datetime.date | None = None) -> rules.Due | None:
    """Why a training is due when it is; None for whoever never taught."""
    day = day or timezone.localdate()
    first = _first_post(employee, day)
    if first is None:
        return None
    law = limits(day)
    rows = list(employee.developments.values_list("end_date", "valid_until"))
    return rules.development_due(
        trainings=[rules.Training(end, until) for end, until in rows],
        planned=max((end for end, _until in rows if end > day), default=None),
        first_post=first,
        months=law[StaffRule.DEVELOPMENT].months,
        soon=law[StaffRule.SOON].months,
        source=law[StaffRule.DEVELOPMENT].source,
        day=day,
    )


def explain_term(employee: Employee, day: datetime.date | None = None) -> rules.Due | None:
    """Why a competition is due when it is; None for whoever never taught."""
    day = day or timezone.localdate()
    first = _first_post(employee, day)
    if first is None:
        return None
    law = limits(day)
    last = employee.competition_entries.filter(result=CompetitionEntry.ELECTED, term_from__lte=day).aggregate(
        last=Max("term_to")
    )["last"]
    return rules.term_due(
        term_to=last,
        first_post=first,
        soon=law[StaffRule.SOON].months,
        source=law[StaffRule.TERM].source,
        day=day,
    )


def _first_post(employee: Employee, day: datetime.date) -> datetime.date | None:
    found = employee.positions.filter(category=TEACHING, valid_from__lte=day)
    return found.aggregate(first=Min("valid_from"))["first"]
