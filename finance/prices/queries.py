"""Reading the prices of an academic year at once."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from finance.contracts import rules
from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    ContractTypeCoefficient,
    CurrencyRate,
    DifferentiatedCoefficient,
    ForeignPrice,
    InstalmentRule,
    MinimumWage,
    StipendAmount,
    Terms,
)
from structure.models import BankAccount
from students.models import Placement, Student

FIRST_COURSE = "11"
ORDINARY = "11"


def plan_of(contract_type: str) -> str:
    """Which plan of payment contracts of a type follow, where it is set."""
    if contract_type == rules.FOREIGN:
        return InstalmentRule.FOREIGN
    return InstalmentRule.DIFFERENTIATED if contract_type in rules.INCREASED else InstalmentRule.USUAL


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
    parts: dict[tuple[str, str], list[rules.Part]]
    foreign: dict[int, ForeignPrice]
    rates: dict[int, Decimal]

    @classmethod
    def read(cls, year: int, on: datetime.date) -> Prices:
        """Nine queries."""
        setting = (
            CalculationSetting.objects.filter(academic_year__lte=year).order_by("-academic_year").first()
        )
        wage = MinimumWage.objects.on(on).first()
        stipend = StipendAmount.objects.on(on).filter(rate=StipendAmount.BASE).first()
        types: dict[str, Decimal] = {}
        for row in ContractTypeCoefficient.objects.on(on):
            types.setdefault(row.contract_type, row.coefficient)
        differentiated = list(DifferentiatedCoefficient.objects.filter(academic_year=year))
        parts: dict[tuple[str, str], list[rules.Part]] = {}
        for rule in InstalmentRule.objects.filter(academic_year=year):
            parts.setdefault((rule.plan, rule.course_kind), []).append(
                rules.Part(rule.share, rule.extended_to or rule.due_date)
            )
        rates: dict[int, Decimal] = {}
        for rate in CurrencyRate.objects.on(on):
            rates.setdefault(rate.currency, rate.rate)
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
            foreign={row.programme_id: row for row in ForeignPrice.objects.filter(academic_year=year)},
            rates=rates,
        )

    def inputs(self, student: Student, terms: Terms, place: Placement | None = None) -> rules.PriceInputs:
        """What the price of this student depends on, where ``place`` says (default: where one studies now)."""
        place, kind = place or student.current, terms.contract_type
        wanted = student.student_type if kind == rules.BASIC else ORDINARY
        base = self.base.get((place.programme_id, wanted)) or self.base.get((place.programme_id, ""))
        differentiated = self.by_programme.get((place.programme_id, kind)) or self.by_faculty.get(
            (place.faculty_id, kind)
        )
        foreign = self.foreign.get(place.programme_id) if kind == rules.FOREIGN else None
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
            currency=BankAccount.Currency(foreign.currency).name if foreign else "",
            currency_sum=foreign.amount if foreign else None,
            currency_rate=self.rates.get(foreign.currency) if foreign else None,
            type_coefficient=self.types.get(kind),
            differentiated=differentiated,
        )

    def instalments(self, student: Student, terms: Terms, amount: Decimal) -> list[rules.Instalment]:
        """The instalments of a sum by the plan of its contract type and the dates of the student's course.

        Raises:
            rules.CannotPrice: the dates are not set.
        """
        kind = InstalmentRule.FIRST if student.current.course == FIRST_COURSE else InstalmentRule.OTHER
        usual = self.parts.get((InstalmentRule.USUAL, kind), [])
        return rules.instalments(amount, self.parts.get((plan_of(terms.contract_type), kind)) or usual)
