"""Prices of the demo, set by accounting, and a handful of contracts to look at."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from finance.contracts import actions as finance
from finance.contracts.queries import Selection
from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    ContractTypeCoefficient,
    MinimumWage,
    StipendAmount,
)
from finance.prices import actions as prices
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import User
from reports.demo import YEAR
from structure.models import Unit
from students.models import Programme, Student

# Invented for the demo except the minimum wage, which stands as of its date.
MINIMUM_WAGE = (Decimal("1271000"), datetime.date(2025, 8, 1), "Prezident Farmoni, 2025-yil")
BASE_STIPEND = Decimal("545000")
TYPES = {"11": "1", "12": "1.5", "13": "2", "14": "2.5", "15": "3", "18": "1", "19": "1"}
CONTRACTS = 5


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Minimum wage, stipend, coefficients, instalment dates; then the contracts of a few students."""
    accountant = staff["accounting"]
    access = Access.for_user(accountant)
    with acting(accountant.pk, "demo"):
        amount, since, act = MINIMUM_WAGE
        MinimumWage.objects.create(amount=amount, valid_from=since, document=act)
        StipendAmount.objects.create(
            rate=StipendAmount.BASE, amount=BASE_STIPEND, valid_from=since, document=act
        )
        ContractTypeCoefficient.objects.bulk_create(
            ContractTypeCoefficient(contract_type=code, coefficient=Decimal(value), valid_from=since)
            for code, value in TYPES.items()
        )
        CalculationSetting.objects.create(academic_year_id=YEAR, mode=CalculationSetting.BY_COEFFICIENT)
        programmes = list(
            Programme.objects.select_related("speciality").order_by("speciality__code", "education_form")
        )
        BaseCoefficient.objects.bulk_create(
            BaseCoefficient(programme=programme, academic_year_id=YEAR, coefficient=_coefficient(programme))
            for programme in programmes
        )
        prices.set_law_dates(access=access, year=YEAR)
        made = _contracts(access, accountant)
    tell(f"{len(programmes)} prices, {made} contracts")


def _coefficient(programme: Programme) -> Decimal:
    """Between 6.5 and 9.4 minimum wages a year; less in the evening and by correspondence."""
    base = Decimal(65 + int(programme.speciality.code) // 100 % 30) / 10
    return (
        base * {"11": Decimal(1), "12": Decimal("0.9"), "13": Decimal("0.75")}[programme.education_form]
    ).quantize(Decimal("0.01"))


def _contracts(access: Access, accountant: User) -> int:
    """Contracts of a few students outside the first faculty, whose contracts are left to be formed."""
    faculty = Unit.objects.get(code="303-102")
    students = Student.objects.filter(current__faculty=faculty, current__payment_form="12").order_by("number")
    chosen = tuple(students.values_list("pk", flat=True)[:CONTRACTS])
    if not chosen:
        return 0
    selection = Selection(year=YEAR, faculty=faculty.pk, students=chosen)
    numbered = finance.number_contracts(access=access, chosen=selection, on=timezone.localdate())
    return finance.issue_documents(numbered.contracts, by=accountant)
