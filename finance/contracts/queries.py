"""Reading the students whom contracts concern: a fixed number of queries for any number of students."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from django.db.models import Count, Q, QuerySet, Sum

from finance.common import FEE_PAYING, STUDYING
from finance.contracts import rules
from finance.contracts.change_rules import months_left
from finance.models import Benefit, Contract, ContractTerms
from finance.prices.queries import Prices
from hemis.access.scope import Scope
from hemis.explain import Explained
from students.models import Placement, Student

FOREIGN_CITIZEN = "12"


@dataclass(frozen=True)
class Selection:
    """Whose contracts: fee-paying students, of all faculties or one, narrowed as wished."""

    year: int
    faculty: int | None
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
    )
    narrowing = {
        "current__faculty": chosen.faculty,
        "current__programme": chosen.programme,
        "current__education_form": chosen.form,
        "current__course": chosen.course,
        "current__group": chosen.group,
    }
    rows = rows.filter(**{name: value for name, value in narrowing.items() if value})
    return rows.filter(pk__in=chosen.students) if chosen.students else rows


def without_contract(rows: QuerySet[Student], year: int) -> QuerySet[Student]:
    """Those who have no contract of the year, or only cancelled ones and those whose study has ended."""
    have = Contract.objects.filter(academic_year=year, ended_on=None).exclude(state=Contract.CANCELLED)
    return rows.exclude(pk__in=have.values("student"))


@dataclass
class Proposal:
    """What a student's contract would be: a priced one, or the reasons why there can be none."""

    student: Student
    terms: ContractTerms
    price: Explained[Decimal] | None = None
    instalments: list[rules.Instalment] = field(default_factory=list)
    inputs: rules.PriceInputs | None = None
    renews: Contract | None = None
    lacks: tuple[str, ...] = ()

    @property
    def reasons(self) -> list[str]:
        return rules.CannotPrice(self.lacks).texts()


@dataclass(frozen=True)
class Offer:
    """On what terms contracts are formed whose students have no individual ones.

    ``renew`` goes on with the terms of last year's contracts; ``keep_increased`` says
    whether increased contracts (types 12–17) stay so, or are basic from the second year on.
    """

    contract_type: str = rules.BASIC
    sum_type: str = rules.WITHOUT_STIPEND
    renew: bool = False
    keep_increased: bool = False


def usual_terms(student: Student, year: int, *, offer: Offer, months: int = 12) -> ContractTerms:
    """Terms of a student who has no individual ones.

    Foreign citizens pay the foreign sum; no stipend where the form or the type has none;
    who begins late pays for the months that remain, on a differentiated contract for all.
    """
    place = student.current
    contract_type, sum_type = offer.contract_type, offer.sum_type
    if student.person.citizenship == FOREIGN_CITIZEN:
        contract_type = rules.FOREIGN
    return ContractTerms(
        student=student,
        academic_year_id=year,
        contract_type=contract_type,
        sum_type=_possible(sum_type, contract_type, place.education_form),
        months=12 if contract_type in rules.DIFFERENTIATED else months,
        graduating=_graduating(student),
    )


def renewed_terms(
    student: Student, year: int, last: Contract, *, offer: Offer, months: int = 12
) -> ContractTerms:
    """The terms of last year's contract for another year: type, kind of sum, sides and payer.

    A discount is given for a year: it goes on only as a benefit that holds.
    """
    kind = last.contract_type
    if kind in rules.INCREASED and not offer.keep_increased:
        kind = rules.BASIC
    benefit = last.benefit if last.benefit and _holds(last.benefit, year) else None
    return ContractTerms(
        student=student,
        academic_year_id=year,
        contract_type=kind,
        sum_type=_possible(last.sum_type, kind, student.current.education_form),
        months=12 if kind in rules.DIFFERENTIATED else months,
        graduating=_graduating(student),
        benefit=benefit,
        discount=benefit.percent if benefit else 0,
        parties=last.parties,
        payer_name=last.payer_name,
        payer_tin=last.payer_tin,
        payer_address=last.payer_address,
        payer_bank=last.payer_bank,
    )


def _possible(sum_type: str, contract_type: str, education_form: str) -> str:
    """Without stipend where the type or the form has none."""
    if contract_type in (rules.RECOMMENDED, rules.FOREIGN) or education_form in rules.FORMS_WITHOUT_STIPEND:
        return rules.WITHOUT_STIPEND
    return sum_type


def _holds(benefit: Benefit, year: int) -> bool:
    """Whether a benefit holds when the academic year begins."""
    first = datetime.date(year, 9, 1)
    return benefit.valid_from <= first and (benefit.valid_to is None or benefit.valid_to >= first)


def _graduating(student: Student) -> bool:
    courses = int(student.current.programme.years.to_integral_value(ROUND_CEILING))
    return int(student.current.course) - 10 >= courses


def began_late(rows: QuerySet[Student], year: int) -> dict[int, datetime.date]:
    """From which day those study for a fee who did not when the year began: two queries.

    Who came back in the same year is counted from the return: the contract before has ended.
    """
    first, last = datetime.date(year, 9, 1), datetime.date(year, 9, 30)
    paying = Placement.objects.filter(
        student__in=rows, academic_year=year, status=STUDYING, payment_form=FEE_PAYING
    )
    in_time = paying.filter(valid_from__lte=last).filter(Q(valid_to=None) | Q(valid_to__gt=first))
    before = Placement.objects.filter(
        student__in=rows, status=STUDYING, payment_form=FEE_PAYING, valid_from__lte=last
    ).filter(Q(valid_to=None) | Q(valid_to__gt=first))
    ended = dict(
        Contract.objects.filter(student__in=rows, academic_year=year, ended_on__isnull=False)
        .exclude(state=Contract.CANCELLED)
        .order_by("ended_on")
        .values_list("student", "ended_on")
    )
    known = set(in_time.values_list("student", flat=True)) | set(before.values_list("student", flat=True))
    found: dict[int, datetime.date] = {}
    for student, day in paying.order_by("valid_from").values_list("student", "valid_from"):
        since = ended.get(student)
        if since is None and student in known or since is not None and day < since:
            continue
        found.setdefault(student, day)
    return found


def last_contracts(rows: QuerySet[Student], year: int) -> dict[int, Contract]:
    """The contracts of the academic year before, by student."""
    found = Contract.objects.filter(academic_year=year - 1, student__in=rows, brought_forward=False)
    found = found.exclude(state=Contract.CANCELLED)
    return {one.student_id: one for one in found.select_related("benefit").order_by("pk")}


def proposals(rows: QuerySet[Student], *, year: int, on: datetime.date, offer: Offer) -> Iterable[Proposal]:
    """A proposal for every student of ``rows``, in the order of the names."""
    prices = Prices.read(year, on)
    individual = {
        row.student_id: row
        for row in ContractTerms.objects.filter(academic_year=year, student__in=rows).select_related(
            "benefit"
        )
    }
    last = last_contracts(rows, year) if offer.renew else {}
    late = began_late(rows, year)
    wanted = rows.select_related(
        "person", "current__programme__speciality", "current__group", "current__faculty"
    )
    for student in wanted.order_by("current__group__name", "person__sort_key", "pk"):
        before = last.get(student.pk)
        months = months_left(year, late[student.pk]) if student.pk in late else 12
        terms = individual.get(student.pk)
        if terms is None and before:
            terms = renewed_terms(student, year, before, offer=offer, months=months)
        if terms is None:
            terms = usual_terms(student, year, offer=offer, months=months)
        found = propose(prices, student, terms)
        found.renews = before
        yield found


def propose(prices: Prices, student: Student, terms: ContractTerms) -> Proposal:
    """The price and the instalments, or what is missing for them."""
    try:
        inputs = prices.inputs(student, terms)
        found = rules.price(inputs)
        return Proposal(student, terms, found, prices.instalments(student, terms, found.value), inputs=inputs)
    except rules.CannotPrice as error:
        return Proposal(student, terms, lacks=error.names)


def totals(rows: QuerySet[Contract]) -> dict:
    """Number and sum of contracts that are in force."""
    live = ~Q(state=Contract.CANCELLED) & Q(brought_forward=False)
    return rows.order_by().aggregate(count=Count("pk", filter=live), total=Sum("current_amount", filter=live))
