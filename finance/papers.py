"""What contracts, their agreements and invoices share as papers: locked in a state, signed, revoked."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import TypeVar

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from finance.common import FinanceError, refuse_balance
from finance.models import Contract, ContractChange, PayerChange
from hemis.access.scope import Access
from hemis.documents.actions import NotIssued
from hemis.documents.actions import revoke as revoke_document
from hemis.documents.models import Document
from hemis.people.models import User

Agreement = TypeVar("Agreement", ContractChange, PayerChange)


def locked_contract(
    contract: Contract, *, access: Access, states: Collection[str], balance: bool = False,
    related: Collection[str] = (),
) -> Contract:  # fmt: skip
    """The contract, locked, in scope and in one of the states that the verb needs; a balance only if asked.

    Raises:
        PermissionDenied: without duty 7.1.
        FinanceError: out of scope, in another state, or a balance of an earlier year.
    """
    access.require("contract.create")
    rows = Contract.objects.for_scope(access.scope("contract.create")).select_for_update(of=("self",))
    found = rows.filter(pk=contract.pk).select_related(*related).first()
    if found is None:
        raise FinanceError(_("The contract is not in your scope."))
    if found.state not in states:
        raise FinanceError(_("The contract is %(state)s by now.") % {"state": found.get_state_display()})
    if not balance:
        refuse_balance(found)
    return found


def locked_agreement(
    one: Agreement, *, access: Access, states: Collection[str], related: Collection[str]
) -> Agreement:
    """The extra agreement, locked after its contract, in scope and in one of the states that the verb needs.

    Raises:
        PermissionDenied: without duty 7.1.
        FinanceError: out of scope, or in another state.
    """
    access.require("contract.create")
    Contract.objects.select_for_update(of=("self",)).filter(pk=one.contract_id).first()
    rows = type(one).objects.for_scope(access.scope("contract.create")).select_for_update(of=("self",))
    found = rows.filter(pk=one.pk).select_related(*related).first()
    if found is None:
        raise FinanceError(_("The contract is not in your scope."))
    if found.state not in states:
        raise FinanceError(_("The change is %(state)s by now.") % {"state": found.get_state_display()})
    return found


def sign_agreement(one: ContractChange | PayerChange, *, on: datetime.date, scan: ContentFile | None) -> None:
    """In force → signed: the parties have signed the paper; the scan, if any, is kept.

    Raises:
        FinanceError: the day lies before the paper or in the future.
    """
    if one.date is None or not one.date <= on <= timezone.localdate():
        raise FinanceError(_("The day of signing lies between the date of the paper and today."))
    keep_signature(one, on=on, scan=scan)


def keep_signature(
    one: Contract | ContractChange | PayerChange, *, on: datetime.date, scan: ContentFile | None
) -> None:
    """Write that the paper is signed, on which day, with the signed copy if there is one."""
    one.state, one.signed_on = one.SIGNED, on
    if scan:
        one.scan.save(str(scan.name), scan, save=False)
    one.save(update_fields=["state", "signed_on", "scan"])


def revoke(document: Document, *, reason: str, by: User | None) -> None:
    """Revoke the paper of something of money that is cancelled.

    Raises:
        FinanceError: it is revoked or replaced already.
    """
    try:
        revoke_document(document, reason=reason, by=by)
    except NotIssued as error:
        raise FinanceError(_("The document is not in force any more.")) from error
