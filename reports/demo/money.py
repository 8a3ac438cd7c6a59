"""Money of the demo: prices of two years, contracts of all faculties but the first, changes, stipends."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from random import Random

from django.db.models import F
from django.utils import timezone

from finance.contracts import actions as contracts
from finance.contracts import changes
from finance.contracts.queries import Offer, Selection, propose, usual_terms
from finance.models import (
    THREE_SIDED,
    AidFund,
    BaseAmount,
    BaseCoefficient,
    Benefit,
    CalculationSetting,
    Contract,
    ContractChange,
    ContractTypeCoefficient,
    CurrencyRate,
    ForeignPrice,
    MinimumWage,
    PayoutAccount,
    StipendAmount,
    StipendAppointment,
    StipendList,
)
from finance.prices import actions as prices
from finance.prices.queries import Prices
from finance.stipends import actions as stipends
from finance.stipends import payouts
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import User
from reports.demo import YEAR
from reports.demo.movement import Offices
from structure.models import BankAccount, Unit
from students.models import Placement, Programme, Student

# Invented for the demo except the minimum wage, which stands as of its date.
MINIMUM_WAGE = (Decimal("1271000"), datetime.date(2025, 8, 1), "Prezident Farmoni, 2025-yil")
BASE_AMOUNT = Decimal("412000")
BASE_STIPEND = Decimal("545000")
# Kinds of stipends beside the base one, as shares of it.
STIPENDS = {"14": "1.2", "15": "1.2", "16": "0.2", "17": "1.5", "18": "1.5"}
TYPES = {"11": "1", "12": "1.5", "13": "2", "14": "2.5", "15": "3", "18": "1", "19": "1"}
DATED = datetime.date(YEAR, 9, 10)
FORMED_LATER = "303-101"
RENEWED = 12
STIPENDS_OF, STIPEND_PEOPLE = "303-102", 60
STIPENDS_FROM, STIPENDS_UNTIL = datetime.date(YEAR, 9, 2), datetime.date(YEAR + 1, 1, 31)
MONTH = datetime.date(YEAR, 10, 1)
# Who studies beside the work, at the cost of the employer.
EMPLOYED_IN = "303-102"
EMPLOYER = {
    "parties": THREE_SIDED, "payer_name": "“TOSHSHAHARTRANSXIZMAT” AJ", "payer_tin": "202345678",
    "payer_address": "Toshkent shahri, Amir Temur koʻchasi, 6", "payer_bank": "20210000300654321001, MFO 00401",
    "basis": "Ish beruvchining 2026-yil 25-avgustdagi 48-sonli kafolat xati",
}  # fmt: skip
SEED = 7


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Prices with their dates, contracts formed in bulk, what orders change of them, one month's stipends."""
    accountant = staff["accounting"]
    access = Access.for_user(accountant)
    with acting(accountant.pk, "demo"):
        programmes = _prices(access)
        made = _last_year(access) + _contracts(access, accountant)
    tell(f"{programmes} prices, {made} contracts")
    faculties = sorted(Unit.objects.faculties(), key=lambda unit: unit.code)
    offices = Offices(staff, faculties)
    changed = _changes(offices, access)
    appointed = _appoint(offices)
    with acting(accountant.pk, "demo"):
        _accounts()
        paid = _month(access)
    tell(f"{changed} changes of contracts, {appointed} stipends, {paid} paid in a month")


def _prices(access: Access) -> int:
    """Reference tables of this and last year; how many programmes are priced."""
    amount, since, act = MINIMUM_WAGE
    MinimumWage.objects.create(amount=amount, valid_from=since, document=act)
    BaseAmount.objects.create(amount=BASE_AMOUNT, valid_from=since, document=act)
    StipendAmount.objects.bulk_create(
        StipendAmount(rate=rate, amount=BASE_STIPEND * Decimal(share), valid_from=since, document=act)
        for rate, share in {StipendAmount.BASE: "1", **STIPENDS}.items()
    )
    ContractTypeCoefficient.objects.bulk_create(
        ContractTypeCoefficient(contract_type=code, coefficient=Decimal(value), valid_from=since)
        for code, value in TYPES.items()
    )
    dollar = BankAccount.Currency.USD
    CurrencyRate.objects.create(currency=dollar, rate=Decimal("12650.5"), valid_from=since, source="cbu.uz")
    Benefit.objects.create(
        name="Toʻliq davlat taʼminotidagilar",
        percent=35,
        valid_from=since,
        document="Universitet kengashi qarori № 2",
    )
    programmes = list(
        Programme.objects.select_related("speciality").order_by("speciality__code", "education_form")
    )
    ForeignPrice.objects.create(
        programme=programmes[0], academic_year_id=YEAR, currency=dollar, amount=Decimal(1500)
    )
    for year in (YEAR - 1, YEAR):
        CalculationSetting.objects.create(academic_year_id=year, mode=CalculationSetting.BY_COEFFICIENT)
        # Last year a tenth less.
        share = Decimal(1) if year == YEAR else Decimal("0.9")
        BaseCoefficient.objects.bulk_create(
            BaseCoefficient(programme=one, academic_year_id=year, coefficient=_coefficient(one) * share)
            for one in programmes
        )
        prices.set_law_dates(access=access, year=year)
    return len(programmes)


def _coefficient(programme: Programme) -> Decimal:
    """Between 6.5 and 9.4 minimum wages a year; less in the evening and by correspondence."""
    base = Decimal(65 + int(programme.speciality.code) // 100 % 30) / 10
    return (
        base * {"11": Decimal(1), "12": Decimal("0.9"), "13": Decimal("0.75")}[programme.education_form]
    ).quantize(Decimal("0.01"))


def _contracts(access: Access, accountant: User) -> int:
    """Contracts of all faculties but the first, whose contracts are left to be formed."""
    _employed()
    day = min(DATED, timezone.localdate())
    numbered: list[int] = []
    for faculty in Unit.objects.faculties().exclude(code=FORMED_LATER).order_by("code"):
        selection = Selection(year=YEAR, faculty=faculty.pk)
        numbered += contracts.number_contracts(access=access, chosen=selection, on=day).contracts
    return contracts.issue_documents(numbered, by=accountant)


def _employed() -> None:
    """The terms of one whose employer pays: who studies by correspondence, else in the evening, else by day."""
    paying = Student.objects.filter(
        current__faculty__code=EMPLOYED_IN, current__status="11", current__payment_form="12",
        current__academic_year=YEAR, person__citizenship="11",
    )  # fmt: skip
    student = paying.order_by("-current__education_form", "number").first()
    if student is not None:
        terms = usual_terms(student, YEAR, offer=Offer())
        for name, value in EMPLOYER.items():
            setattr(terms, name, value)
        terms.save(force_insert=True)


def _last_year(access: Access) -> int:
    """Contracts of last year in the faculty whose contracts of this year are left to be formed: to be renewed."""
    year = YEAR - 1
    rows = Placement.objects.filter(
        academic_year=year, faculty__code=FORMED_LATER, status="11", payment_form="12",
        student__current__status="11", student__current__payment_form="12",
        student__current__academic_year=YEAR,
    ).select_related("student__person", "programme__speciality", "faculty", "group")  # fmt: skip
    by_student = {one.student_id: one for one in rows.order_by("valid_from")}
    day = datetime.date(year, 9, 10)
    known = Prices.read(year, day)
    found = []
    for place in sorted(by_student.values(), key=lambda one: one.student.number)[:RENEWED]:
        # As the student stood then: the contract repeats that placement.
        place.student.current = place
        terms = usual_terms(place.student, year, offer=Offer())
        found.append(propose(known, place.student, terms))
    made = contracts.write_contracts([one for one in found if one.price], year=year, on=day, by=access.user)
    return contracts.issue_documents([one.pk for one in made], by=access.user)


def _changes(offices: Offices, access: Access) -> int:
    """One takes leave, which accounting has put into force and signed; one leaves at the own wish: a proposal."""
    day = offices.today
    count = 0
    for kind, choices in (
        ("12", {"reason": "12", "ends_on": day.replace(year=YEAR + 1), "applied_on": day}),
        ("11", {"reason": "11"}),
    ):
        contract = _one_contract()
        if contract is None:
            break
        people = Student.objects.filter(pk=contract.student_id)
        order = offices.form(kind, contract.faculty, people, day, "Talaba arizasi", **choices)
        offices.excuse(order, "Ariza koʻrib chiqildi")
        offices.carry_out(order, day)
        count += 1
    with acting(access.user.pk, "demo"):
        first = ContractChange.objects.order_by("pk").first()
        if first and first.amount is not None:
            changes.sign_change(changes.form_change(first, access=access), access=access, on=day)
    return count


def _one_contract() -> Contract | None:
    """A contract of somebody who studies and is on no order that is still on its way."""
    rows = Contract.objects.filter(
        ended_on=None, student__current__status="11", student__current=F("placement")
    )
    rows = rows.exclude(student__order_lines__order__state__in=("draft", "submitted", "agreed", "signed"))
    return rows.select_related("faculty").order_by("-number").first()


def _appoint(offices: Offices) -> int:
    """The stipends of the autumn, of one faculty, by marks and rule."""
    faculty = Unit.objects.get(code=STIPENDS_OF)
    people = Student.objects.filter(
        current__faculty=faculty, current__status="11", current__education_form="11"
    )
    chosen = people.filter(current__valid_from__lte=STIPENDS_FROM, current__payment_form="11").order_by(
        "number"
    )
    keys = list(chosen.values_list("pk", flat=True)[:STIPEND_PEOPLE])
    if not keys or offices.today < STIPENDS_FROM:
        return 0
    order = offices.form(
        "18", faculty, Student.objects.filter(pk__in=keys), STIPENDS_FROM, "Stipendiya komissiyasining bayonnomasi",
        stipend_until=STIPENDS_UNTIL,
    )  # fmt: skip
    if not order.lines.exists():
        return 0
    offices.carry_out(order, STIPENDS_FROM)
    return order.stipends.count()


def _accounts() -> None:
    """Cards of nearly all who have a stipend."""
    random = Random(SEED)  # noqa: S311
    students = StipendAppointment.objects.order_by("pk").values_list("student", flat=True)
    PayoutAccount.objects.bulk_create(
        PayoutAccount(student_id=key, number=f"860012{random.randrange(10**10):010d}", bank="Xalq banki")
        for key in list(dict.fromkeys(students))[:-2]
    )


def _month(access: Access) -> int:
    """The list of a month, approved; how many it pays."""
    faculty = Unit.objects.get(code=STIPENDS_OF)
    if not StipendAppointment.objects.filter(faculty=faculty).exists():
        return 0
    sheet = stipends.form_list(access=access, faculty=faculty, month=MONTH)
    sheet = stipends.approve(sheet, access=access)
    _paid_out(access, sheet)
    return sheet.lines.filter(amount__gt=0).count()


def _paid_out(access: Access, sheet: StipendList) -> None:
    """The list paid by the bank, which returned one stipend; help that waits to be paid."""
    day = timezone.localdate()
    payout, _without = payouts.pay(access=access, sheet=sheet, date=day, number="1204")
    back = payout.lines.order_by("pk").first()
    if back is not None:
        payouts.take_return(back, access=access, on=day, reason="Karta muddati tugagan")
    AidFund.objects.create(year=day.year, stipend_budget=4_000_000_000, source="VMQ 59, 31.01.2020")
    for line in sheet.lines.order_by("pk").select_related("student")[1:3]:
        payouts.give(
            access=access, student=line.student, kind="help", amount=BASE_STIPEND * 2, reason="Davolanish uchun",
            decision="12", decided_on=day,
        )  # fmt: skip
