"""What issues and annuls invoices: one function a verb, one transaction each (duty 7.1)."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from finance.common import FinanceError
from finance.invoices.documents import payload_of
from finance.models import THREE_SIDED, Contract, Invoice
from finance.papers import locked_contract, revoke
from finance.steps import figure
from hemis.access.scope import Access
from hemis.documents.actions import issue, next_number
from hemis.people.models import User

SERIES = "invoice"


def invoiced(contract: Contract) -> Decimal:
    """What the invoices of a contract that stand come to."""
    rows = Invoice.objects.filter(contract=contract, state=Invoice.ISSUED)
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def payer_of(contract: Contract) -> dict[str, str]:
    """Requisites of who pays by the contract now: its third side, else the student."""
    if contract.parties == THREE_SIDED:
        return {
            "name": contract.payer_name,
            "tin": contract.payer_tin,
            "address": contract.payer_address,
            "bank": contract.payer_bank,
        }
    person = contract.student.person
    address = [person.get_region_display(), person.get_district_display(), person.address]
    return {
        "name": person.full_name,
        "tin": person.pinfl or "",
        "address": ", ".join(filter(None, address))[:500],
        "bank": "",
    }


@transaction.atomic
def issue_invoice(
    contract: Contract, *, access: Access, amount: Decimal, on: datetime.date | None = None
) -> Invoice:
    """Issue an invoice for a part of the contract's sum, to whoever pays by it now.

    In order: locks the contract, looks whether the sum is still free, takes the next
    number of the year, issues the paper. ``on``: its date, default today.

    Raises:
        PermissionDenied: without duty 7.1.
        FinanceError: the contract is not in force, the sum is beyond what is left of it, or the day
            lies before the contract, in another year than today or in the future.
    """
    today = timezone.localdate()
    on = on or today
    found = locked_contract(
        contract, access=access, states=Contract.IN_FORCE,
        related=("student__person", "programme__speciality", "academic_year", "faculty"),
    )  # fmt: skip
    if not found.date <= on <= today or on.year != today.year:
        raise FinanceError(
            _("The date of an invoice lies between that of the contract and today, in this year.")
        )
    left = found.current_amount - invoiced(found)
    if not 0 < amount <= left:
        raise FinanceError(_("Of the contract %(left)s soʻm can still be invoiced.") % {"left": figure(left)})
    position = next_number(SERIES, on.year)
    number, payer = f"HF-{on.year % 100:02d}-{position:05d}", payer_of(found)
    document = issue(
        kind="invoice",
        payload=payload_of(found, number=number, date=on, amount=amount, payer=payer),
        series=f"{SERIES}-{on.year}",
        number=number,
        owner=found.student.person,
        faculty=found.faculty,
        issued_by=access.user,
    )
    try:
        with transaction.atomic():
            return Invoice.objects.create(
                number=number, year=on.year, position=position, date=on, contract=found, amount=amount,
                document=document, made_by=access.user,
                **{f"payer_{name}": value for name, value in payer.items()},
            )  # fmt: skip
    except IntegrityError as error:
        raise FinanceError(_("The invoice cannot be issued: the books have changed meanwhile.")) from error


@transaction.atomic
def annul(invoice: Invoice, *, access: Access, reason: str) -> Invoice:
    """Annul an invoice with a reason: its paper is revoked, its sum is free again, its number is not.

    Raises:
        FinanceError: out of scope, annulled already, or no reason.
    """
    access.require("contract.create")
    rows = Invoice.objects.for_scope(access.scope("contract.create")).select_for_update(of=("self",))
    found = rows.filter(pk=invoice.pk).select_related("document").first()
    if found is None:
        raise FinanceError(_("The contract is not in your scope."))
    if found.state != Invoice.ISSUED:
        raise FinanceError(_("The invoice is annulled already."))
    if not reason.strip():
        raise FinanceError(_("Say why the invoice is annulled."))
    _annul(found, reason=reason, by=access.user)
    return found


def keep_within(contract: Contract, amount: Decimal, *, reason: str, by: User | None) -> int:
    """Annul the latest invoices until those that stand come to no more than ``amount``; how many.

    For sums that fall because a contract, a change or an order is cancelled; who calls has the right to.
    """
    rows = list(
        Invoice.objects.filter(contract=contract, state=Invoice.ISSUED)
        .select_for_update(of=("self",))
        .select_related("document")
        .order_by("-year", "-position")
    )
    total, count = sum((one.amount for one in rows), Decimal(0)), 0
    for one in rows:
        if total <= amount:
            break
        _annul(one, reason=reason, by=by)
        total, count = total - one.amount, count + 1
    return count


def refuse_beyond(contract: Contract, amount: Decimal) -> None:
    """A sum that accounting lowers leaves no invoice beyond it.

    Raises:
        FinanceError: invoices come to more; they are annulled first.
    """
    total = invoiced(contract)
    if total > amount:
        raise FinanceError(
            _("Invoices for %(total)s soʻm are issued, the contract would come to %(sum)s: annul them first.")
            % {"total": figure(total), "sum": figure(amount)}
        )


def _annul(invoice: Invoice, *, reason: str, by: User | None) -> None:
    revoke(invoice.document, reason=reason, by=by)
    invoice.state, invoice.annul_reason = Invoice.ANNULLED, reason.strip()[:500]
    invoice.annulled_at, invoice.annulled_by = timezone.now(), by
    invoice.save(update_fields=["state", "annul_reason", "annulled_at", "annulled_by"])
