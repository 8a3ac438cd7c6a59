"""Reading the students whom contracts concern: a fixed number of queries for any number of students."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from django.db.models import Count, Q, QuerySet, Sum

from finance.common import FEE_PAYING, STUDYING
from finance.contracts import rules
from finance.models import Contract, ContractTerms
from finance.prices.queries import Prices
from hemis.access.scope import Scope
from hemis.explain import Explained
from students.models import Student

FOREIGN_CITIZEN = "12"


@dataclass(frozen=True)
class Selection:
    """Whose contracts: the fee-paying students of a faculty, narrowed as wished."""

    year: int
    faculty: int
    programme: int | None = None
    form: str = ""
    course: str = ""
    group: int | None = None
    students: tuple[int, ...] = ()

    def as_json(self) -> dict:
        return {**self.__dict__, "students": list(self.students)}

    @classmethod
    def from_json(cls, data: dict) -> Selection:
        return cls(**{**data, "students": tuple(data.get("students", ()))})


def fee_paying(scope: Scope, chosen: Selection) -> QuerySet[Student]:
    """Students in scope who study for a fee in the chosen year and place."""
    rows = Student.objects.for_scope(scope).filter(
        current__status=STUDYING,
        current__payment_form=FEE_PAYING,
        current__academic_year=chosen.year,
        current__faculty=chosen.faculty,
    )
    narrowing = {
        "current__programme": chosen.programme,
        "current__education_form": chosen.form,
        "current__course": chosen.course,
        "current__group": chosen.group,
    }
    rows = rows.filter(**{name: value for name, value in narrowing.items() if value})
    return rows.filter(pk__in=chosen.students) if chosen.students else rows


def without_contract(rows: QuerySet[Student], year: int) -> QuerySet[Student]:
    """Those who have no contract of the year, or only cancelled ones."""
    have = Contract.objects.filter(academic_year=year).exclude(state=Contract.CANCELLED).values("student")
    return rows.exclude(pk__in=have)


@dataclass
class Proposal:
    """What a student's contract would be: a priced one, or the reasons why there can be none."""

    student: Student
    terms: ContractTerms
    price: Explained[Decimal] | None = None
    instalments: list[rules.Instalment] = field(default_factory=list)
    lacks: tuple[str, ...] = ()

    @property
    def reasons(self) -> list[str]:
        return rules.CannotPrice(self.lacks).texts()


def usual_terms(student: Student, year: int, *, contract_type: str, sum_type: str) -> ContractTerms:
    """Terms of a student who has no individual ones.

    Foreign citizens pay the foreign sum; no stipend where the form or the type has none.
    """
    place = student.current
    if student.person.citizenship == FOREIGN_CITIZEN:
        contract_type = rules.FOREIGN
    if (
        contract_type in (rules.RECOMMENDED, rules.FOREIGN)
        or place.education_form in rules.FORMS_WITHOUT_STIPEND
    ):
        sum_type = rules.WITHOUT_STIPEND
    courses = int(place.programme.years.to_integral_value(ROUND_CEILING))
    return ContractTerms(
        student=student,
        academic_year_id=year,
        contract_type=contract_type,
        sum_type=sum_type,
        graduating=int(place.course) - 10 >= courses,
    )


def proposals(
    rows: QuerySet[Student], *, year: int, on: datetime.date, contract_type: str, sum_type: str
) -> Iterable[Proposal]:
    """A proposal for every student of ``rows``, in the order of the names."""
    prices = Prices.read(year, on)
    individual = {
        row.student_id: row for row in ContractTerms.objects.filter(academic_year=year, student__in=rows)
    }
    wanted = rows.select_related(
        "person", "current__programme__speciality", "current__group", "current__faculty"
    )
    for student in wanted.order_by("current__group__name", "person__sort_key", "pk"):
        terms = individual.get(student.pk) or usual_terms(
            student, year, contract_type=contract_type, sum_type=sum_type
        )
        yield propose(prices, student, terms)


def propose(prices: Prices, student: Student, terms: ContractTerms) -> Proposal:
    """The price and the instalments, or what is missing for them."""
    try:
        found = rules.price(prices.inputs(student, terms))
        return Proposal(student, terms, found, prices.instalments(student, found.value))
    except rules.CannotPrice as error:
        return Proposal(student, terms, lacks=error.names)


def totals(rows: QuerySet[Contract]) -> dict:
    """Number and sum of contracts that are in force."""
    live = ~Q(state=Contract.CANCELLED)
    return rows.order_by().aggregate(count=Count("pk", filter=live), total=Sum("amount", filter=live))
