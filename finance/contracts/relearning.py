"""The fee of relearning: reckoned by the credit, added to the contract of the year (duty 7.1; VMQ 824, 41, 45)."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum import queries as plans
from curriculum import relearning as room
from curriculum.actions import CurriculumError
from curriculum.difference import plan_of
from curriculum.models import CurriculumSubject, Relearning
from finance.common import FinanceError
from finance.contracts import change_rules, rules
from finance.contracts.changes import cancel_changes, propose_fee
from finance.models import Contract, ContractChange, ContractTerms, PlanLine, RelearningPrice
from finance.payments.models import Payment
from finance.prices.queries import Prices
from hemis.explain import Explained
from hemis.people.models import User
from students.models import Student


class RelearningFees:
    """What relearning asks of the room of money."""

    def quote(
        self, student: Student, line: CurriculumSubject, year: int, on: datetime.date
    ) -> Explained[Decimal]:
        """Credits × the price of a credit: as the university has set it, else by the law's own formula.

        Raises:
            CurriculumError: the price of the contract or the credits of the year are not known.
        """
        row = RelearningPrice.objects.on(on).first()
        if row:
            return change_rules.relearning_fee(line.credit, price=row.amount, source=row.document)
        credits = _credits_of(student, year)
        if not credits:
            raise CurriculumError(_("The curriculum of the student has no credits in the academic year."))
        try:
            base = _base_contract(student, year, on)
        except rules.CannotPrice as error:
            raise CurriculumError(" ".join(error.texts())) from error
        return change_rules.relearning_fee(line.credit, year_sum=base, year_credits=credits)

    def contracted(self, students: Collection[int], year: int) -> set[int]:
        """Students with a contract in force of the year: one query."""
        return set(_in_force(year).filter(student__in=students).values_list("student", flat=True))

    def charge(self, relearning: Relearning) -> bool:
        """Propose the fee as a change of the contract in force of the year; False where there is none."""
        contract = (
            _in_force(relearning.window.academic_year_id)
            .filter(student=relearning.student_id)
            .select_related("student__person", "placement")
            .first()
        )
        if contract is None or not relearning.fee:
            return contract is not None
        propose_fee(contract, relearning, on=timezone.localdate())
        return True

    def withdraw(self, relearning: Relearning, *, reason: str, by: User | None) -> None:
        """The change falls away; a later one in force keeps it where it is.

        Raises:
            CurriculumError: a later change of the contract is in force.
        """
        change = ContractChange.objects.filter(relearning=relearning).select_related("contract").first()
        if change is None or change.state == ContractChange.CANCELLED:
            return
        later = change.contract.changes.filter(
            position__gt=change.position, state__in=ContractChange.IN_FORCE
        )
        if change.state in ContractChange.IN_FORCE and later.exists():
            raise CurriculumError(
                _("A later change of the contract is in force; accounting cancels that one first.")
            )
        try:
            cancel_changes([change], reason=reason, by=by)
        except FinanceError as error:
            raise CurriculumError(str(error)) from error

    def unpaid(self, students: Collection[int]) -> dict[tuple[int, int], Decimal]:
        """What of each fee is to be paid: four queries, whatever the number of students.

        A fee in force is paid when all that is due by its own day is. Until accounting
        puts it into force, all of it is to be paid.
        """
        found = list(
            ContractChange.objects.filter(
                relearning__student__in=students, relearning__state=Relearning.ADMITTED
            )
            .exclude(state=ContractChange.CANCELLED)
            .select_related("relearning")
        )
        contracts = {one.contract_id for one in found}
        paid = dict(
            Payment.objects.filter(contract__in=contracts)
            .order_by()
            .values_list("contract")
            .annotate(sum=Sum("amount"))
        )
        plan = list(
            PlanLine.objects.filter(contract__in=contracts).values_list("contract", "due_date", "amount")
        )
        answer: dict[tuple[int, int], Decimal] = {}
        for one in found:
            fee, by = one.relearning.fee or Decimal(0), change_rules.month_after(one.effective_on)
            if one.state != ContractChange.PROPOSED:
                due = sum(
                    (amount for pk, day, amount in plan if pk == one.contract_id and day <= by), Decimal(0)
                )
                fee = min(fee, max(Decimal(0), due - paid.get(one.contract_id, Decimal(0))))
            answer[one.relearning.student_id, one.relearning.studied_id or 0] = fee
        return answer


def _in_force(year: int) -> QuerySet[Contract]:
    """Contracts of the year to which a fee may be added."""
    return Contract.objects.filter(
        academic_year=year, state__in=Contract.IN_FORCE, brought_forward=False, ended_on=None
    )


def _credits_of(student: Student, year: int) -> Decimal:
    """Planned credits of the academic year in the plan of the student's group; an elective group counts once."""
    plan = plan_of(student)
    if plan is None:
        return Decimal(0)
    views = plans.plan_by_semester(plan)[2]
    return sum((one.credit for one in views if one.semester.academic_year_id == year), Decimal(0))


def _base_contract(student: Student, year: int, on: datetime.date) -> Decimal:
    """The price of the base contract of a whole year, without stipend, where the student studies."""
    terms = ContractTerms(contract_type=rules.BASIC, sum_type=rules.WITHOUT_STIPEND)
    inputs = Prices.read(year, on).inputs(student, terms)
    return rules.price(replace(inputs, months=change_rules.YEAR_MONTHS, discount=Decimal(0))).value


room.register_fees(RelearningFees())
