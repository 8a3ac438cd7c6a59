"""What is done with works: submitted by who entered them, approved or returned by the head (duties B6.1, 8.4)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from research import notices, rules
from research.models import Work


class WorkError(Exception):
    """A reason that the user may read."""


def _locked(work: Work, access: Access, permission: str) -> Work:
    """The work as it stands, locked until the transaction ends.

    Raises:
        PermissionDenied: without the duty, or out of scope.
    """
    access.require(permission)
    found = Work.objects.for_scope(access.scope(permission)).filter(pk=work.pk)
    if not found.exists():
        raise PermissionDenied(permission)
    return Work.objects.select_for_update(of=("self",)).select_related("entered_by__person").get(pk=work.pk)


def _address(work: Work) -> str:
    return reverse(f"research_{work.sort}_detail", args=[work.pk])


def _keep(work: Work, *, state: str, **facts) -> None:
    work.state, work.version = state, work.version + 1
    for name, value in facts.items():
        setattr(work, name, value)
    work.save(update_fields=["state", "version", *facts])


@transaction.atomic
def submit(work: Work, *, access: Access) -> Work:
    """Hand the work to the head of its kafedra, who is told; from now on it does not change.

    Raises:
        PermissionDenied: somebody else entered it.
        WorkError: it is not open, or lacks an author, a file or a DOI.
    """
    work = _locked(work, access, "publication.edit")
    if access.user is None or work.entered_by.person_id != access.user.person_id:
        raise PermissionDenied("publication.edit")
    if work.state not in Work.OPEN:
        raise WorkError(_("The work is submitted already."))
    own = work.authors.filter(employee__isnull=False).count()
    problem = rules.why_not_submitted(authors=own, has_file=bool(work.scan), doi=work.doi)
    if problem:
        raise WorkError(str(problem))
    _keep(work, state=Work.SUBMITTED, submitted_at=timezone.now())
    notices.tell_head(work, _address(work))
    return work


@transaction.atomic
def approve(work: Work, *, access: Access) -> Work:
    """Approve a submitted work; its authors are told (duty 8.4).

    Raises:
        PermissionDenied: without the duty, or of another kafedra.
        WorkError: it is not submitted.
    """
    work = _locked(work, access, "publication.approve")
    if work.state != Work.SUBMITTED:
        raise WorkError(_("Only what is submitted is approved."))
    _keep(work, state=Work.APPROVED, decided_by=access.user, decided_at=timezone.now(), remark="")
    notices.tell_authors(work, _address(work))
    return work


@transaction.atomic
def send_back(work: Work, *, remark: str, access: Access) -> Work:
    """Return a submitted or approved work with a remark; its authors are told and may change it (duty 8.4).

    Raises:
        PermissionDenied: without the duty, or of another kafedra.
        WorkError: it is open already, or nothing is remarked.
    """
    work = _locked(work, access, "publication.approve")
    if work.state in Work.OPEN:
        raise WorkError(_("The work is with its authors already."))
    if not remark.strip():
        raise WorkError(_("Say what is to be corrected."))
    _keep(work, state=Work.RETURNED, decided_by=access.user, decided_at=timezone.now(), remark=remark.strip())
    notices.tell_authors(work, _address(work))
    return work
