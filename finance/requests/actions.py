"""What students ask for and accounting answers: one function a verb, one transaction each (duties S, 7.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from finance.common import FEE_PAYING, STUDYING, FinanceError
from finance.contracts import actions as contracts
from finance.contracts import rules
from finance.contracts.queries import Offer, Selection, propose, usual_terms, without_contract
from finance.models import Contract, ContractRequest
from finance.prices.queries import Prices
from finance.steps import figure
from hemis.access.scope import Access
from hemis.notices.actions import notify
from students.models import AcademicYear, Student


@dataclass(frozen=True)
class Choice:
    """A kind of sum that a student may ask for, and what it would cost by today's prices (None: not known)."""

    code: str
    amount: Decimal | None


def may_ask(student: Student | None) -> str:
    """Why the student cannot ask for a contract now, in words; empty where nothing hinders."""
    place = student.current if student else None
    if student is None or place is None or place.status != STUDYING or place.payment_form != FEE_PAYING:
        return _("Only who studies for a fee asks for a contract.")
    if not AcademicYear.objects.filter(pk=place.academic_year_id, is_current=True).exists():
        return _("A contract is asked for in the current academic year.")
    if not without_contract(Student.objects.filter(pk=student.pk), place.academic_year_id).exists():
        return _("There is a contract of this academic year already.")
    if _sent(student).exists():
        return _("The request is sent already.")
    return ""


def _sent(student: Student):
    return ContractRequest.objects.filter(student=student, state=ContractRequest.SENT)


def choices_of(student: Student) -> list[Choice]:
    """Kinds of sums that the form of education has, each with its price."""
    place = student.current
    codes = [rules.WITHOUT_STIPEND]
    if place.education_form not in rules.FORMS_WITHOUT_STIPEND:
        codes.append(rules.WITH_STIPEND)
    prices = Prices.read(place.academic_year_id, timezone.localdate())
    found = []
    for code in codes:
        terms = usual_terms(student, place.academic_year_id, offer=Offer(sum_type=code))
        if terms.sum_type != code:
            continue
        price = propose(prices, student, terms).price
        found.append(Choice(code, price.value if price else None))
    return found


@transaction.atomic
def ask(student: Student, *, access: Access, sum_type: str, comment: str = "") -> ContractRequest:
    """A student asks for the own two-sided contract of the current year.

    Raises:
        PermissionDenied: without the student's own duty.
        FinanceError: not for a fee, not this year, a contract or a request is there, or no such kind of sum.
    """
    access.require("own.contract")
    rows = Student.objects.filter(person=access.scope("own.contract").person_id)
    found = rows.select_for_update(of=("self",)).filter(pk=student.pk).first()
    hindrance = may_ask(found)
    if found is None or hindrance:
        raise FinanceError(hindrance)
    if sum_type not in [one.code for one in choices_of(found)]:
        raise FinanceError(_("This kind of sum is not offered for your form of education."))
    place = found.current
    return ContractRequest.objects.create(
        student=found, academic_year_id=place.academic_year_id, faculty_id=place.faculty_id, sum_type=sum_type,
        comment=comment.strip()[:500],
    )  # fmt: skip


@transaction.atomic
def withdraw(request: ContractRequest, *, access: Access) -> ContractRequest:
    """The student takes the request back while nobody has answered.

    Raises:
        FinanceError: it is another's, or answered by now.
    """
    access.require("own.contract")
    rows = ContractRequest.objects.filter(student__person=access.scope("own.contract").person_id)
    found = rows.select_for_update(of=("self",)).filter(pk=request.pk, state=ContractRequest.SENT).first()
    if found is None:
        raise FinanceError(_("The request is answered already."))
    found.state, found.decided_at = ContractRequest.WITHDRAWN, timezone.now()
    found.save(update_fields=["state", "decided_at"])
    return found


@transaction.atomic
def accept(request: ContractRequest, *, access: Access) -> Contract:
    """Form the contract that is asked for: priced, numbered, with its paper; the student is told.

    Individual terms of the student, where accounting has set them, go before the wish.

    Raises:
        FinanceError: answered by now, the student studies no more for a fee, or the price cannot be found.
    """
    found = _locked(request, access)
    year = found.academic_year_id
    numbered = contracts.number_contracts(
        access=access,
        chosen=Selection(year=year, faculty=None, students=(found.student_id,)),
        on=timezone.localdate(),
        offer=Offer(sum_type=found.sum_type),
    )
    if numbered.refused:
        raise FinanceError(" ".join(numbered.refused[0].reasons))
    if not numbered.contracts:
        raise FinanceError(_("The student does not study for a fee any more, or has a contract."))
    contracts.issue_documents(numbered.contracts, by=access.user)
    return Contract.objects.get(pk=numbered.contracts[0])


@transaction.atomic
def refuse(request: ContractRequest, *, access: Access, reason: str) -> ContractRequest:
    """Refuse with a reason; the student is told.

    Raises:
        FinanceError: no reason, or answered by now.
    """
    found = _locked(request, access)
    if not reason.strip():
        raise FinanceError(_("Say why the request is refused."))
    found.state, found.refuse_reason = ContractRequest.REFUSED, reason.strip()[:500]
    found.decided_at, found.decided_by = timezone.now(), access.user
    found.save(update_fields=["state", "refuse_reason", "decided_at", "decided_by"])
    _tell(found, "contract_refused", {"reason": found.refuse_reason})
    return found


def contracts_formed(made: Sequence[Contract]) -> None:
    """Requests whose contracts are formed, singly or by a job over thousands, are answered by them."""
    by_key = {(one.student_id, one.academic_year_id): one for one in made}
    waiting = ContractRequest.objects.filter(
        state=ContractRequest.SENT, student__in={student for student, _year in by_key}
    ).select_related("student__person__user")
    for request in waiting.select_for_update(of=("self",)):
        contract = by_key.get((request.student_id, request.academic_year_id))
        if contract is None:
            continue
        request.state, request.contract = ContractRequest.ACCEPTED, contract
        request.decided_at, request.decided_by = timezone.now(), contract.created_by
        request.save(update_fields=["state", "contract", "decided_at", "decided_by"])
        _tell(request, "contract_formed", {"contract": contract.number, "amount": figure(contract.amount)})


contracts.WHEN_FORMED.append(contracts_formed)


def _tell(request: ContractRequest, kind: str, facts: dict[str, str]) -> None:
    user = getattr(request.student.person, "user", None)
    if user is not None:
        notify([user], kind, facts, url=reverse("my_contracts"))


def _locked(request: ContractRequest, access: Access) -> ContractRequest:
    access.require("contract.create")
    rows = ContractRequest.objects.for_scope(access.scope("contract.create"))
    found = rows.select_for_update(of=("self",)).select_related("student__person__user")
    one = found.filter(pk=request.pk).first()
    if one is None:
        raise FinanceError(_("The request is not in your scope."))
    if one.state != ContractRequest.SENT:
        raise FinanceError(_("The request is %(state)s by now.") % {"state": one.get_state_display()})
    return one
