"""Another payer of a contract in force: one function a verb, one transaction each (duty 7.1)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from finance.common import FinanceError
from finance.contracts.documents import payer_change_payload, university_facts
from finance.models import THREE_SIDED, Contract, PayerChange
from finance.models.payers import PARTS
from finance.papers import locked_agreement, locked_contract, revoke, sign_agreement
from hemis.access.scope import Access
from hemis.documents.actions import issue
from structure.models import University


def sides_of(contract: Contract) -> dict[str, str]:
    """The sides of a contract as they are now."""
    return {name: getattr(contract, name) for name in PARTS}


@transaction.atomic
def replace_payer(contract: Contract, *, access: Access, sides: Mapping[str, str], basis: str) -> PayerChange:
    """Give a contract in force another third side, its first one, or none any more.

    In order: locks the contract, issues the extra agreement, writes it; the contract
    names the new sides from then on. Price, plan and ledger stay as they are.
    ``sides``: by the names of PARTS.

    Raises:
        PermissionDenied: without duty 7.1.
        FinanceError: the contract is not in force, the sides are the same or contradict themselves, no basis.
    """
    found = locked_contract(
        contract, access=access, states=Contract.IN_FORCE,
        related=("student__person", "academic_year", "faculty", "programme__speciality"),
    )  # fmt: skip
    before, after = sides_of(found), _tidy(sides)
    if after == before:
        raise FinanceError(_("These are the sides of the contract already."))
    if not basis.strip():
        raise FinanceError(_("Say on what basis the payer is replaced."))
    today = timezone.localdate()
    change = PayerChange(
        contract=found, position=found.payer_changes.count() + 1, date=today, basis=basis.strip()[:500],  # type: ignore[attr-defined]
        before=before, made_by=access.user, **after,
    )  # fmt: skip
    change.document = issue(
        kind="payer_change",
        payload=payer_change_payload(change, university_facts(University.objects.get(), today)),
        series=f"payer_change-{found.academic_year_id}",
        number=change.number,
        owner=found.student.person,
        faculty=found.faculty,
        issued_by=access.user,
    )
    change.save(force_insert=True)
    return change


def _tidy(sides: Mapping[str, str]) -> dict[str, str]:
    """The sides without what a two-sided contract does not have.

    Raises:
        FinanceError: a third side without a name.
    """
    found = {name: str(sides.get(name) or "").strip() for name in PARTS}
    if found["parties"] != THREE_SIDED:
        return {**dict.fromkeys(PARTS, ""), "parties": found["parties"]}
    if not found["payer_name"]:
        raise FinanceError(_("A three-sided contract names its payer."))
    return found


@transaction.atomic
def sign_payer_change(
    change: PayerChange, *, access: Access, on: datetime.date, scan: ContentFile | None = None
) -> PayerChange:
    """In force → signed: the parties have signed the paper.

    Raises:
        FinanceError: signed or cancelled already, or the day lies before the paper or in the future.
    """
    change = _locked(change, access=access, states=[PayerChange.FORMED])
    sign_agreement(change, on=on, scan=scan)
    return change


@transaction.atomic
def cancel_payer_change(change: PayerChange, *, access: Access, reason: str) -> PayerChange:
    """Cancel with a reason: the sides before it hold again, its paper is revoked.

    Raises:
        FinanceError: no reason, cancelled already, or a later change is in force.
    """
    change = _locked(change, access=access, states=PayerChange.IN_FORCE)
    if not reason.strip():
        raise FinanceError(_("Say why the change is cancelled."))
    later = PayerChange.objects.filter(contract=change.contract_id, position__gt=change.position)
    if later.filter(state__in=PayerChange.IN_FORCE).exists():
        raise FinanceError(_("A later change is in force; cancel that one first."))
    revoke(change.document, reason=reason, by=access.user)
    change.state, change.cancel_reason = PayerChange.CANCELLED, reason.strip()[:500]
    change.save(update_fields=["state", "cancel_reason"])
    return change


def _locked(change: PayerChange, *, access: Access, states: Sequence[str]) -> PayerChange:
    return locked_agreement(change, access=access, states=states, related=("document", "contract"))
