"""What changes contracts: one function a verb, one transaction each (duty 7.1)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from finance.common import FinanceError
from finance.contracts.changes import cancel_changes
from finance.contracts.documents import payload_of, university_facts
from finance.contracts.queries import Offer, Proposal, Selection, fee_paying, proposals, without_contract
from finance.invoices.actions import keep_within
from finance.models import Contract, ContractChange, ContractInstalment, Terms
from finance.papers import keep_signature, locked_contract, revoke
from finance.steps import steps_as_json
from hemis.access.scope import Access
from hemis.documents.actions import Paper, issue_many, reserve_numbers
from hemis.people.models import User
from structure.models import BankAccount, University

SERIES = "contract"
LOCK_FORMING = 730_071
# The academic year turns on 1 July, as placements do.
NEW_YEAR_MONTH = 7
# What is told of contracts when they get their papers; rooms above contracts add themselves.
WHEN_FORMED: list[Callable[[Sequence[Contract]], None]] = []
TERMS = [field.name for field in Terms._meta.get_fields()]


@dataclass(frozen=True)
class Numbered:
    """What a run of forming found: contracts that await their PDF, and students set aside."""

    contracts: list[int]
    refused: list[Proposal]


@transaction.atomic
def number_contracts(
    *,
    access: Access,
    chosen: Selection,
    on: datetime.date,
    offer: Offer | None = None,
) -> Numbered:
    """Price and number the contracts of all chosen students who have none this year.

    In order: locks out a second run, prices, takes the numbers without gaps under
    one lock, writes contracts and instalments. Contracts numbered before whose PDF
    is not made yet are handed out again, so running twice changes nothing.

    Raises:
        PermissionDenied: without duty 7.1.
    """
    access.require("contract.create")
    scope = access.scope("contract.create")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_FORMING])
    rows = fee_paying(scope, chosen)
    found = list(
        proposals(
            without_contract(rows, chosen.year),
            year=chosen.year,
            on=on,
            offer=offer or Offer(),
        )
    )
    write_contracts([one for one in found if one.price], year=chosen.year, on=on, by=access.user)
    waiting = Contract.objects.filter(academic_year=chosen.year, state=Contract.DRAFT, student__in=rows)
    return Numbered(
        list(waiting.order_by("number").values_list("pk", flat=True)), [one for one in found if not one.price]
    )


def write_contracts(
    found: Sequence[Proposal], *, year: int, on: datetime.date, by: User | None
) -> list[Contract]:
    """Contracts and instalments of priced proposals, with numbers in the order of the list.

    Called inside a transaction by a verb that has asked for the right.
    """
    if not found:
        return []
    prefix = f"{University.objects.get().code}{year % 100:02d}"
    numbers = reserve_numbers(SERIES, year, len(found))
    contracts = Contract.objects.bulk_create(
        [
            _contract(one, f"{prefix}{number:05d}", year=year, on=on, by=by)
            for one, number in zip(found, numbers, strict=True)
        ],
        batch_size=1000,
    )
    ContractInstalment.objects.bulk_create(
        [
            ContractInstalment(
                contract=contract, position=x.position, due_date=x.due, share=x.share, amount=x.amount
            )
            for contract, one in zip(contracts, found, strict=True)
            for x in one.instalments
        ],
        batch_size=4000,
    )
    return contracts


def _contract(one: Proposal, number: str, *, year: int, on: datetime.date, by: User | None) -> Contract:
    place = one.student.current
    if one.price is None or one.inputs is None:
        raise FinanceError(_("The price is not known."))
    inputs = one.inputs
    return Contract(
        number=number,
        date=on,
        student=one.student,
        academic_year_id=year,
        placement=place,
        faculty=place.faculty,
        programme=place.programme,
        group=place.group,
        course=place.course,
        education_form=place.education_form,
        amount=one.price.value,
        current_amount=one.price.value,
        currency=BankAccount.Currency[inputs.currency].value if inputs.currency else None,
        currency_amount=inputs.currency_sum,
        currency_rate=inputs.currency_rate if inputs.currency else None,
        renews=one.renews,
        price_steps=steps_as_json(one.price.steps),
        created_by=by,
        **{name: getattr(one.terms, name) for name in TERMS},
    )


@transaction.atomic
def issue_documents(contract_ids: Sequence[int], *, by: User | None) -> int:
    """Issue the PDFs of numbered contracts; those that have one already are passed over."""
    rows = (
        Contract.objects.select_for_update(of=("self",))
        .filter(pk__in=contract_ids, state=Contract.DRAFT)
        .select_related("student__person", "programme__speciality", "faculty", "group", "academic_year")
        .prefetch_related("instalments")
        .order_by("number")
    )
    university = University.objects.get()
    facts: dict[datetime.date, dict[str, str]] = {}
    found = list(rows)
    papers = []
    for contract in found:
        # Who signs and which account is printed is asked once for each date.
        if contract.date not in facts:
            facts[contract.date] = university_facts(university, contract.date)
        papers.append(
            Paper(
                payload=payload_of(contract, facts[contract.date], list(contract.instalments.all())),
                series=f"{SERIES}-{contract.academic_year_id}",
                number=contract.number,
                owner=contract.student.person,
                faculty=contract.faculty,
            )
        )
    documents = issue_many("contract", papers, issued_by=by)
    for contract, document in zip(found, documents, strict=True):
        contract.document, contract.state = document, Contract.FORMED
    Contract.objects.bulk_update(found, ["document", "state"], batch_size=500)
    for tell in WHEN_FORMED:
        tell(found)
    return len(found)


@transaction.atomic
def mark_signed(
    contract: Contract, *, access: Access, on: datetime.date, scan: ContentFile | None = None
) -> Contract:
    """Formed → signed: the parties have signed the paper; its scan may come at once or later.

    Raises:
        FinanceError: not formed, or the day lies before the contract or in the future.
    """
    contract = locked_contract(contract, access=access, states=[Contract.FORMED])
    if not contract.date <= on <= timezone.localdate():
        raise FinanceError(_("The day of signing lies between the date of the contract and today."))
    keep_signature(contract, on=on, scan=scan)
    return contract


@transaction.atomic
def add_scan(contract: Contract, *, access: Access, scan: ContentFile) -> Contract:
    """Keep the signed copy of a contract that was marked as signed without one; it is not exchanged.

    Raises:
        FinanceError: not signed, or the copy is there.
    """
    contract = locked_contract(contract, access=access, states=[Contract.SIGNED])
    if contract.scan:
        raise FinanceError(_("The signed copy is kept already."))
    contract.scan.save(str(scan.name), scan, save=False)
    contract.save(update_fields=["scan"])
    return contract


@transaction.atomic
def cancel(contract: Contract, *, access: Access, reason: str, balance: bool = False) -> Contract:
    """Cancel with a reason; the document is revoked, invoices are annulled, the number is not used again.

    ``balance``: the reversal of a balance of an earlier year asks for it.

    Raises:
        FinanceError: no reason, or cancelled already.
    """
    contract = locked_contract(
        contract, access=access, states=[Contract.DRAFT, *Contract.IN_FORCE], balance=balance
    )
    if not reason.strip():
        raise FinanceError(_("Say why the contract is cancelled."))
    keep_within(contract, Decimal(0), reason=reason, by=access.user)
    cancel_changes(contract.changes.exclude(state=ContractChange.CANCELLED), reason=reason, by=access.user)
    if contract.document:
        revoke(contract.document, reason=reason, by=access.user)
    contract.state, contract.cancel_reason = Contract.CANCELLED, reason.strip()[:500]
    contract.cancelled_at, contract.cancelled_by = timezone.now(), access.user
    contract.save(update_fields=["state", "cancel_reason", "cancelled_at", "cancelled_by"])
    return contract


def end_contracts(students: Sequence[int], *, order: int, on: datetime.date) -> int:
    """Mark the contracts in force of ``students`` as ended from a day on; how many.

    Called while the order (its key) is carried out, inside its transaction: who may
    carry it out decides. A contract of an academic year that began after the day
    ends too; one of an earlier year stays as it was fulfilled.
    """
    rows = Contract.objects.filter(
        student__in=students, academic_year__gte=on.year - (on.month < NEW_YEAR_MONTH), ended_on=None
    ).exclude(state=Contract.CANCELLED)
    return rows.update(ended_on=on, ended_by=order)


def resume_contracts(*, order: int) -> int:
    """The contracts that an order ended go on, because it is cancelled; how many."""
    return Contract.objects.filter(ended_by=order).update(ended_on=None, ended_by=None)
