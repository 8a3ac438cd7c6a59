"""Debts and credits of years before this program: entered with a basis, taken back by reversal only (duty 7.1)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from finance.common import FinanceError
from finance.contracts import actions as contracts
from finance.models import Contract, ContractInstalment
from finance.payments.models import Payment
from hemis.access.scope import Access
from hemis.documents.actions import reserve_numbers
from structure.models import University
from students.models import Student

SERIES = "brought-forward"


@dataclass(frozen=True)
class Balance:
    """What a student owed (above zero) or had paid too much (below) at the end of a year, and what says so."""

    student: int
    year: int
    amount: Decimal
    basis: str


@transaction.atomic
def bring_forward(
    balances: Sequence[Balance], *, access: Access, on: datetime.date | None = None
) -> list[Contract]:
    """Take balances of earlier years into the books.

    In order: takes the numbers, writes each as a contract of its year that has no
    paper, with its one date of payment, and puts it into force, which posts it against
    the account of opening balances. From then on it is owed, reminded of and paid like
    any contract.

    Raises:
        PermissionDenied: without duty 7.1.
        FinanceError: out of scope, nothing owed, no basis, not an earlier year, or the year has a contract.
    """
    access.require("contract.create")
    on = on or timezone.localdate()
    if on > timezone.localdate():
        raise FinanceError(_("A contract is not dated in the future."))
    students = {
        one.pk: one
        for one in Student.objects.for_scope(access.scope("contract.create"))
        .filter(pk__in={one.student for one in balances}, current__isnull=False)
        .select_related("current")
    }
    for one in balances:
        _check(one, students.get(one.student))
    code, made = University.objects.get().code, []
    for year in sorted({one.year for one in balances}):
        rows = [one for one in balances if one.year == year]
        numbers = reserve_numbers(SERIES, year, len(rows))
        made += [
            _contract(one, students[one.student], f"{code}{year % 100:02d}Q{number:05d}", on, access)
            for one, number in zip(rows, numbers, strict=True)
        ]
    try:
        with transaction.atomic():
            found = Contract.objects.bulk_create(made, batch_size=1000)
    except IntegrityError as error:
        raise FinanceError(_("A student has a contract of that academic year already.")) from error
    ContractInstalment.objects.bulk_create(
        [
            ContractInstalment(contract=one, position=1, due_date=on, share=100, amount=one.amount)
            for one in found
            if one.amount > 0
        ],
        batch_size=4000,
    )
    Contract.objects.filter(pk__in=[one.pk for one in found]).update(state=Contract.FORMED)
    return list(Contract.objects.filter(pk__in=[one.pk for one in found]).order_by("number"))


def _check(one: Balance, student: Student | None) -> None:
    if student is None or student.current is None:
        raise FinanceError(_("No student with this number studies here."))
    if not one.amount:
        raise FinanceError(_("A balance of nothing is not brought forward."))
    if not one.basis.strip():
        raise FinanceError(_("Say what the balance rests on."))
    if one.year >= student.current.academic_year_id:
        raise FinanceError(_("Only balances of years before the student's present year are brought forward."))


def _contract(one: Balance, student: Student, number: str, on: datetime.date, access: Access) -> Contract:
    place = student.current
    return Contract(
        number=number,
        date=on,
        student=student,
        academic_year_id=one.year,
        placement=place,
        faculty_id=place.faculty_id,
        programme_id=place.programme_id,
        group_id=place.group_id,
        course=place.course,
        education_form=place.education_form,
        amount=one.amount,
        current_amount=one.amount,
        price_steps=[],
        brought_forward=True,
        basis=one.basis.strip()[:500],
        created_by=access.user,
    )


@transaction.atomic
def reverse(contract: Contract, *, access: Access, reason: str) -> Contract:
    """Take a balance back with a reason: the journal gets the opposite posting, the right one is entered anew.

    Raises:
        FinanceError: it is none, or payments for it stand.
    """
    paid = Payment.objects.filter(contract=contract).aggregate(total=Sum("amount"))["total"]
    if not contract.brought_forward:
        raise FinanceError(_("This is no balance of an earlier year."))
    if paid:
        raise FinanceError(_("Payments for it stand; take them back first."))
    return contracts.cancel(contract, access=access, reason=reason, balance=True)
