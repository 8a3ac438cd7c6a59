"""Reading prices and the students whom they concern: a fixed number of queries for any number of students."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from django.db.models import Count, Q, QuerySet, Sum

from finance import rules
from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    Contract,
    ContractTerms,
    ContractTypeCoefficient,
    DifferentiatedCoefficient,
    InstalmentRule,
    MinimumWage,
    StipendAmount,
)
from hemis.access.scope import Scope
from hemis.explain import Explained
from students.models import Student

STUDYING, FEE_PAYING = "11", "12"
FIRST_COURSE = "11"
FOREIGN_CITIZEN = "12"
ORDINARY = "11"


@dataclass(frozen=True)
class Prices:
    """All that holds in an academic year on a day, read once for any number of students."""

    mode: str | None
    minimum_wage: Decimal | None
    base_stipend: Decimal | None
    types: dict[str, Decimal]
    base: dict[tuple[int, str], BaseCoefficient]
    by_programme: dict[tuple[int, str], Decimal]
    by_faculty: dict[tuple[int, str], Decimal]
    parts: dict[str, list[rules.Part]]

    @classmethod
    def read(cls, year: int, on: datetime.date) -> Prices:
        """Seven queries."""
        setting = (
            CalculationSetting.objects.filter(academic_year__lte=year).order_by("-academic_year").first()
        )
        wage = MinimumWage.objects.on(on).first()
        stipend = StipendAmount.objects.on(on).filter(rate=StipendAmount.BASE).first()
        types: dict[str, Decimal] = {}
        for row in ContractTypeCoefficient.objects.on(on):
            types.setdefault(row.contract_type, row.coefficient)
        differentiated = list(DifferentiatedCoefficient.objects.filter(academic_year=year))
        parts: dict[str, list[rules.Part]] = {}
        for rule in InstalmentRule.objects.filter(academic_year=year):
            parts.setdefault(rule.course_kind, []).append(
                rules.Part(rule.share, rule.extended_to or rule.due_date)
            )
        return cls(
            mode=setting.mode if setting else None,
            minimum_wage=wage.amount if wage else None,
            base_stipend=stipend.amount if stipend else None,
            types=types,
            base={
                (row.programme_id, row.student_type): row
                for row in BaseCoefficient.objects.filter(academic_year=year)
            },
            by_programme={
                (x.programme_id, x.contract_type): x.coefficient for x in differentiated if x.programme_id
            },
            by_faculty={
                (x.faculty_id, x.contract_type): x.coefficient for x in differentiated if x.faculty_id
            },
            parts=parts,
        )

    def inputs(self, student: Student, terms: ContractTerms) -> rules.PriceInputs:
        """What the price of this student depends on."""
        place, kind = student.current, terms.contract_type
        wanted = student.student_type if kind == rules.BASIC else ORDINARY
        base = self.base.get((place.programme_id, wanted)) or self.base.get((place.programme_id, ""))
        differentiated = self.by_programme.get((place.programme_id, kind)) or self.by_faculty.get(
            (place.faculty_id, kind)
        )
        return rules.PriceInputs(
            mode=self.mode,
            contract_type=kind,
            sum_type=terms.sum_type,
            education_form=place.education_form,
            months=terms.months,
            discount=terms.discount,
            graduating=terms.graduating,
            minimum_wage=self.minimum_wage,
            base_stipend=self.base_stipend,
            base_coefficient=base.coefficient if base else None,
            base_sum=base.amount if base else None,
            foreign_sum=base.foreign_amount if base else None,
            type_coefficient=self.types.get(kind),
            differentiated=differentiated,
        )

    def instalments(self, student: Student, amount: Decimal) -> list[rules.Instalment]:
        """The instalments of a sum by the dates of the student's course.

        Raises:
            rules.CannotPrice: the dates are not set.
        """
        kind = InstalmentRule.FIRST if student.current.course == FIRST_COURSE else InstalmentRule.OTHER
        return rules.instalments(amount, self.parts.get(kind, []))


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
