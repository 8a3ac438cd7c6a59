"""What orders change of contracts: proposed with the order, formed by accounting, withdrawn with it (duty 7.1)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from curriculum.models import Relearning
from finance.common import FEE_PAYING, STUDYING, FinanceError
from finance.contracts import change_rules, rules
from finance.contracts.documents import change_payload, university_facts
from finance.invoices.actions import keep_within, refuse_beyond
from finance.models import ChangeInstalment, Contract, ContractChange, PlanLine, RefundRule
from finance.papers import locked_agreement, revoke, sign_agreement
from finance.prices.queries import FIRST_COURSE, Prices
from finance.steps import steps_as_json
from hemis.access.scope import Access
from hemis.documents.actions import issue
from hemis.explain import Explained
from hemis.legal import cited
from hemis.people.models import User
from structure.models import University
from students.models import Placement

EXPELLED, ON_LEAVE, GRADUATED = "12", "13", "14"
NO_REFUND_RULE = "no_refund_rule"
REASONS = rules.MISSING | {NO_REFUND_RULE: gettext_noop("No rule of refund holds for this ground.")}


@dataclass(frozen=True)
class Moved:
    """A student whom an order moves: the placement that it closed, and on what ground."""

    student: int
    closed: int
    ground: str = ""


def propose_changes(moved: Collection[Moved], *, order: int, on: datetime.date) -> int:
    """Propose what an order that is being carried out changes of the contracts of those it moves; how many.

    Called inside the order's execution, after its placements: who may carry it out
    decides. Nothing is in force until accounting forms the change.
    """
    kinds = _kinds_of_changes(moved, order)
    found = []
    for contract in _contracts(list(kinds), order) if kinds else ():
        one, kind, left, entered = kinds[contract.student_id]
        if left.academic_year_id == contract.academic_year_id:
            found.append(
                ContractChange(
                    contract=contract, kind=kind, ground=one.ground if kind == ContractChange.LEFT else "",
                    effective_on=on, order_id=order, position=len(contract.changes.all()) + 1,
                    placement=entered, before=contract.current_amount,
                )
            )  # fmt: skip
    _reckon(found)
    ContractChange.objects.bulk_create(found, batch_size=1000)
    return len(found)


class PlacementFacts(Protocol):
    """What of a placement decides about a contract."""

    status: str
    payment_form: str
    academic_year_id: int
    education_form: str
    programme_id: int


FACTS = ("pk", "student_id", *PlacementFacts.__annotations__)


def _kinds_of_changes(
    moved: Collection[Moved], order: int
) -> dict[int, tuple[Moved, str, Placement, Placement | None]]:
    """By student: the move, its kind, and the placements before and after, where a contract may be concerned.

    An order that moves thousands and changes no contract reads a few figures of each and no more.
    """
    fee_paying = Placement.objects.filter(status=STUDYING, payment_form=FEE_PAYING)
    left = fee_paying.filter(closed_by=order).values_list(*FACTS, named=True)
    before = {row.pk: row for row in left}
    by_student = {one.student: one for one in moved if one.closed in before}
    entered = Placement.objects.filter(order=order).values_list(*FACTS, named=True) if by_student else ()
    after = {row.student_id: row for row in entered}
    kinds = {
        student: kind
        for student, one in by_student.items()
        if (kind := kind_of_change(before[one.closed], after.get(student)))
    }
    concerned = [by_student[student].closed for student in kinds] + [
        after[student].pk for student in kinds if student in after
    ]
    rows = Placement.objects.in_bulk(concerned)
    return {
        student: (
            by_student[student], kind, rows[by_student[student].closed],
            rows[after[student].pk] if student in after else None,
        )
        for student, kind in kinds.items()
    }  # fmt: skip


def propose_fee(contract: Contract, relearning: Relearning, *, on: datetime.date) -> ContractChange:
    """Propose the fee of a relearning as an extra agreement to the contract of the year.

    Called while the relearning is admitted, inside its transaction: who may admit decides.
    """
    change = ContractChange(
        contract=contract, kind=ContractChange.RELEARNING, relearning=relearning, effective_on=on,
        position=contract.changes.count() + 1, before=contract.current_amount,
    )  # fmt: skip
    _reckon([change])
    change.save()
    return change


def _contracts(students: Collection[int], order: int) -> QuerySet[Contract]:
    """Contracts in force of these students, those that the order has just ended among them."""
    rows = Contract.objects.filter(
        Q(ended_on=None) | Q(ended_by=order), student__in=students, brought_forward=False
    )
    return (
        rows.exclude(state=Contract.CANCELLED)
        .select_related("student__person", "placement")
        .prefetch_related("changes")
        .order_by("pk")
    )


def kind_of_change(before: PlacementFacts, after: PlacementFacts | None) -> str:
    """What a move changes of the contract; empty where it concerns it not."""
    if before.status != STUDYING or before.payment_form != FEE_PAYING:
        return ""
    if after is None or after.status == EXPELLED:
        return ContractChange.LEFT
    if after.status == ON_LEAVE:
        return ContractChange.LEAVE
    if after.status != STUDYING or after.academic_year_id != before.academic_year_id:
        return ""
    if after.payment_form != FEE_PAYING:
        return ContractChange.GRANT
    if after.education_form != before.education_form:
        return ContractChange.FORM
    return ContractChange.TRANSFER if after.programme_id != before.programme_id else ""


def _reckon(changes: Iterable[ContractChange]) -> None:
    """Fill in the sums and the steps; where something is missing, the steps say what."""
    refunds = _refund_rules()
    prices: dict[tuple[int, datetime.date], Prices] = {}
    for change in changes:
        contract = change.contract
        key = (contract.academic_year_id, contract.date)
        if change.kind not in (*ContractChange.ENDING, ContractChange.RELEARNING) and key not in prices:
            prices[key] = Prices.read(*key)
        change.before = contract.current_amount
        try:
            found = _reckoned(change, refunds, prices.get(key))
            change.amount, change.steps = found.value, steps_as_json(found.steps)
        except rules.CannotPrice as error:
            change.amount = None
            change.steps = [
                {"text": REASONS[name], "figures": {}, "value": "", "source": ""} for name in error.names
            ]


def _refund_rules() -> list[RefundRule]:
    return list(RefundRule.objects.order_by("-valid_from"))


def _reckoned(
    change: ContractChange, refunds: Sequence[RefundRule], prices: Prices | None
) -> Explained[Decimal]:
    contract, on = change.contract, change.effective_on
    if change.relearning is not None:
        owed = change.relearning.owed
        return change_rules.with_fee(
            contract.current_amount, change.relearning.fee or Decimal(0), subject=owed.subject.name,
            credits=owed.credit,
        )  # fmt: skip
    study = change_rules.Study(
        amount=contract.current_amount, year=contract.academic_year_id, months=contract.months, on=on,
        second_semester=int((change.placement or contract.placement).semester) % 2 == 0,
        first_course=contract.course == FIRST_COURSE, contract_type=contract.contract_type,
    )  # fmt: skip
    if change.kind == ContractChange.GRANT:
        return change_rules.owed(study, mode=change_rules.BY_MONTHS, source=change_rules.REG_CHANGE)
    if change.kind in ContractChange.ENDING:
        rule = next((one for one in refunds if one.ground == change.ground and one.valid_from <= on), None)
        if rule is None:
            raise rules.CannotPrice([NO_REFUND_RULE])
        return change_rules.owed(
            study, mode=rule.mode, source=cited(rule.source, confirmed=rule.is_confirmed)
        )
    if prices is None or change.placement is None:
        raise rules.CannotPrice(["mode"])
    return change_rules.repriced(study, new_year_sum=_new_price(change, prices))


def _new_price(change: ContractChange, prices: Prices) -> Decimal:
    """The price of a whole year where the student studies now, on the terms of the contract."""
    contract, place = change.contract, change.placement
    inputs = prices.inputs(contract.student, contract, place)
    without = place.education_form in rules.FORMS_WITHOUT_STIPEND
    sum_type = rules.WITHOUT_STIPEND if without else contract.sum_type
    return rules.price(replace(inputs, months=change_rules.YEAR_MONTHS, sum_type=sum_type)).value


@transaction.atomic
def recount(change: ContractChange, *, access: Access) -> ContractChange:
    """Reckon a proposed change anew, after prices or rules were set right.

    Raises:
        FinanceError: it is in force or cancelled by now.
    """
    change = _locked(change, access=access, states=[ContractChange.PROPOSED])
    _reckon([change])
    change.save(update_fields=["before", "amount", "steps"])
    return change


@transaction.atomic
def form_change(change: ContractChange, *, access: Access) -> ContractChange:
    """Proposed → in force: the sum is reckoned from what is in force now, planned and put on paper.

    In order: reckons anew where the contract's sum has changed meanwhile, writes the
    plan of what is still to be paid, issues the paper, moves the contract's sum.

    Raises:
        FinanceError: it cannot be reckoned, the contract has no paper itself, or invoices come to more.
    """
    change = _locked(change, access=access, states=[ContractChange.PROPOSED])
    contract = change.contract
    if contract.state not in Contract.IN_FORCE:
        raise FinanceError(_("The contract itself is %(state)s.") % {"state": contract.get_state_display()})
    if change.before != contract.current_amount or change.amount is None:
        _reckon([change])
        change.save(update_fields=["before", "amount", "steps"])
    if change.amount is None:
        raise FinanceError(" ".join(_(one["text"]) for one in change.steps))
    refuse_beyond(contract, change.amount)
    parts = _plan(change)
    ChangeInstalment.objects.bulk_create(parts)
    change.date, change.formed_by = timezone.localdate(), access.user
    change.document = issue(
        kind="contract_change",
        payload=change_payload(change, university_facts(University.objects.get(), change.date), parts),
        series=f"contract_change-{contract.academic_year_id}",
        number=change.number,
        owner=contract.student.person,
        faculty=contract.faculty,
        issued_by=access.user,
    )
    change.state = ContractChange.FORMED
    change.save(update_fields=["state", "date", "document", "formed_by"])
    return change


def _plan(change: ContractChange) -> list[ChangeInstalment]:
    """The plan of the contract as it holds now, come to the new sum."""
    if change.amount is None:
        return []
    plan = [
        change_rules.Due(one.due_date, one.amount)
        for one in PlanLine.objects.filter(contract=change.contract)
    ]
    found = change_rules.replanned(plan, amount=change.amount, on=change.effective_on)
    return [
        ChangeInstalment(change=change, position=position, due_date=one.day, amount=one.amount)
        for position, one in enumerate(found, start=1)
    ]


@transaction.atomic
def sign_change(
    change: ContractChange, *, access: Access, on: datetime.date, scan: ContentFile | None = None
) -> ContractChange:
    """In force → signed: the parties have signed the paper.

    Raises:
        FinanceError: not formed, or the day lies before the paper or in the future.
    """
    change = _locked(change, access=access, states=[ContractChange.FORMED])
    sign_agreement(change, on=on, scan=scan)
    return change


@transaction.atomic
def cancel_change(change: ContractChange, *, access: Access, reason: str) -> ContractChange:
    """Cancel with a reason: the sum before it holds again.

    Raises:
        FinanceError: no reason, cancelled already, or a later change is in force.
    """
    change = _locked(change, access=access, states=[ContractChange.PROPOSED, *ContractChange.IN_FORCE])
    if not reason.strip():
        raise FinanceError(_("Say why the change is cancelled."))
    later = change.contract.changes.filter(position__gt=change.position, state__in=ContractChange.IN_FORCE)
    if later.exists():
        raise FinanceError(_("A later change is in force; cancel that one first."))
    cancel_changes([change], reason=reason, by=access.user)
    return change


def cancel_changes(changes: Iterable[ContractChange], *, reason: str, by: User | None) -> int:
    """Cancel changes with their papers and invoices beyond the sum before, the latest first.

    Who calls has the right to.
    """
    count = 0
    for change in sorted(changes, key=lambda one: -one.position):
        if change.document:
            revoke(change.document, reason=reason, by=by)
        if change.state in ContractChange.IN_FORCE:
            # The sum before it holds again.
            keep_within(change.contract, change.before, reason=reason, by=by)
        change.state, change.cancel_reason = ContractChange.CANCELLED, reason.strip()[:500]
        change.save(update_fields=["state", "cancel_reason"])
        count += 1
    return count


def withdraw_changes(*, order: int, reason: str, by: User | None) -> int:
    """The changes that an order proposed fall away, because it is cancelled; how many."""
    rows = ContractChange.objects.filter(order=order).exclude(state=ContractChange.CANCELLED)
    return cancel_changes(rows.select_related("document", "contract"), reason=reason, by=by)


def _locked(change: ContractChange, *, access: Access, states: Sequence[str]) -> ContractChange:
    """The change, locked, with all that its sum and its paper are made of."""
    return locked_agreement(
        change, access=access, states=states,
        related=(
            "contract__student__person", "contract__student__current", "contract__faculty",
            "contract__academic_year", "contract__programme__speciality", "contract__placement",
            "placement__programme__speciality", "document", "order", "relearning__owed__subject",
        ),
    )  # fmt: skip
