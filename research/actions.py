"""What is done with what teachers enter: submitted by them, approved or returned by the head (duties B6.1, 8.4)."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hemis.access.guard import is_in_scope
from hemis.access.scope import Access
from research import notices, rules
from research.models import Approval, Work

Entry = TypeVar("Entry", bound=Approval)


class WorkError(Exception):
    """A reason that the user may read."""


def may_decide(entry: Approval, access: Access) -> bool:
    """Whether the person approves for the kafedra that answers for the entry.

    Who sees it for another reason (a co-author of the kafedra) does not decide.
    """
    if not is_in_scope(entry, access, "publication.approve"):
        return False
    scope = access.scope("publication.approve")
    return scope.everything or entry.kafedra_id in scope.unit_ids  # type: ignore[attr-defined]


def _locked(entry: Entry) -> Entry:
    """The entry as it stands, locked until the transaction ends."""
    rows: Any = type(entry)._default_manager.select_for_update(of=("self",))
    return rows.select_related(f"{entry.owner_path}__person", "kafedra").get(pk=entry.pk)


def _to_decide(entry: Entry, access: Access) -> Entry:
    access.require("publication.approve")
    if not may_decide(entry, access):
        raise PermissionDenied("publication.approve")
    return _locked(entry)


def _keep(entry: Approval, *, state: str, **facts) -> None:
    entry.state, entry.version = state, entry.version + 1
    for name, value in facts.items():
        setattr(entry, name, value)
    entry.save(update_fields=["state", "version", *facts])


def _lacks(entry: Approval) -> str | Promise:
    if not isinstance(entry, Work):
        return ""
    own = entry.authors.filter(employee__isnull=False).count()
    return rules.why_not_submitted(authors=own, has_file=bool(entry.scan), doi=entry.doi)


@transaction.atomic
def submit(entry: Entry, *, access: Access) -> Entry:
    """Hand it to the head of its kafedra, who is told; from now on it does not change.

    Raises:
        PermissionDenied: somebody else entered it.
        WorkError: it is not open, or lacks something.
    """
    access.require("publication.edit")
    entry = _locked(entry)
    if access.user is None or entry.owner.person_id != access.user.person_id:
        raise PermissionDenied("publication.edit")
    if entry.state not in Approval.OPEN:
        raise WorkError(_("It is submitted already."))
    if problem := _lacks(entry):
        raise WorkError(str(problem))
    _keep(entry, state=Approval.SUBMITTED, submitted_at=timezone.now())
    notices.tell_head(entry)
    return entry


@transaction.atomic
def approve(entry: Entry, *, access: Access) -> Entry:
    """Approve what is submitted; its authors are told (duty 8.4).

    Raises:
        PermissionDenied: without the duty, or of another kafedra.
        WorkError: it is not submitted.
    """
    entry = _to_decide(entry, access)
    if entry.state != Approval.SUBMITTED:
        raise WorkError(_("Only what is submitted is approved."))
    _keep(entry, state=Approval.APPROVED, decided_by=access.user, decided_at=timezone.now(), remark="")
    notices.tell_authors(entry)
    return entry


@transaction.atomic
def send_back(entry: Entry, *, remark: str, access: Access) -> Entry:
    """Return what is submitted or approved with a remark; its authors are told and may change it (duty 8.4).

    Raises:
        PermissionDenied: without the duty, or of another kafedra.
        WorkError: it is open already, or nothing is remarked.
    """
    entry = _to_decide(entry, access)
    if entry.state in Approval.OPEN:
        raise WorkError(_("It is with its authors already."))
    if not remark.strip():
        raise WorkError(_("Say what is to be corrected."))
    _keep(
        entry,
        state=Approval.RETURNED,
        decided_by=access.user,
        decided_at=timezone.now(),
        remark=remark.strip(),
    )
    notices.tell_authors(entry)
    return entry
