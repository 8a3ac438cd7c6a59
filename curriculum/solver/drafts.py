"""What every computed draft shares: who may touch it, the job that works on it, its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from curriculum.models.solver import Draft
from curriculum.solver import search
from hemis.access.scope import Access
from hemis.jobs.actions import start
from hemis.jobs.models import Job

FIRST, ROUND = "place", "improve"
# Threads of a search: two cores are what a small server has.
WORKERS = 2
AnyDraft = TypeVar("AnyDraft", bound=Draft)


class SolverError(Exception):
    """A reason that the user may read."""


def locked(draft: AnyDraft, access: Access, permission: str) -> AnyDraft:
    """The row for changing it, settled.

    Raises:
        PermissionDenied: without the duty.
        SolverError: out of scope.
    """
    access.require(permission)
    rows: Any = type(draft)._default_manager.select_for_update(of=("self",))
    found: AnyDraft | None = rows.filter(
        pk__in=type(draft).objects.for_scope(access.scope(permission)), pk=draft.pk
    ).first()
    if found is None:
        raise SolverError(_("This timetable is not in your scope."))
    settle(found)
    return found


def settle(draft: Draft) -> None:
    """A job that was cancelled or failed leaves what it had found: it may be used."""
    if draft.state == Draft.COMPUTING and not (draft.job and draft.job.unfinished):
        ready(draft)
        draft.state = Draft.READY


def ready(draft: Draft) -> None:
    """The work has ended, or was stopped: what was found may be used."""
    rows = type(draft)._default_manager.filter(pk=draft.pk, state=Draft.COMPUTING)
    rows.update(state=Draft.READY)


def rounds(count: int) -> list[str]:
    """Names of so many steps of improvement, never the same twice."""
    return [f"{ROUND}-{timezone.now():%H%M%S}-{number}" for number in range(1, count + 1)]


def send(draft: Draft, access: Access, kind: str, steps: list[str], title: str) -> None:
    """Set the job of this kind to work on the draft."""
    assert access.user is not None
    draft.state = Draft.COMPUTING
    draft.job = start(
        kind, user=access.user, access=access, params={"draft": draft.pk, "steps": steps}, title=title
    )
    draft.save(update_fields=["state", "job"])


@dataclass(frozen=True)
class Work:
    """What a solver computes: by which duty and job, under which title, and when there is nothing to do."""

    permission: str
    job: str
    title: str | Promise  # with ``%(faculty)s``
    has_work: Callable[[Any], bool]
    nothing: str | Promise

    def send(self, draft: Draft, access: Access, steps: list[str]) -> None:
        """Set the job to work on the draft."""
        send(draft, access, self.job, steps, str(self.title) % {"faculty": draft.faculty})


@transaction.atomic
def begin(draft: AnyDraft, work: Work, *, access: Access) -> AnyDraft:
    """Save a new draft and set the solver to work on it as a job.

    Raises:
        SolverError: nothing to place, or the solver is not installed.
    """
    access.require(work.permission)
    if not search.is_installed():
        raise SolverError(_("Automatic timetabling is not installed: add the extra `timetable` (OR-Tools)."))
    if not work.has_work(draft):
        raise SolverError(str(work.nothing))
    assert access.user is not None
    draft.made_by = access.user
    draft.save()
    work.send(draft, access, [FIRST, *rounds(draft.rounds)])
    return draft


@transaction.atomic
def go_on(draft: AnyDraft, work: Work, *, access: Access) -> AnyDraft:
    """More rounds of improvement on what was found.

    Raises:
        SolverError: the draft is being computed, or is applied or dropped already.
    """
    draft = locked(draft, access, work.permission)
    require_ready(draft, _("Only a timetable that is ready is improved further."))
    work.send(draft, access, rounds(draft.rounds))
    return draft


def require_ready(draft: Draft, message: str) -> None:
    """Only what is ready goes on.

    Raises:
        SolverError: with ``message``, where the draft is being computed, applied or dropped.
    """
    if draft.state != Draft.READY:
        raise SolverError(message)


@transaction.atomic
def drop(draft: Draft, *, access: Access, permission: str) -> None:
    """Put the draft aside.

    Raises:
        SolverError: it is applied already, or out of scope.
    """
    found = locked(draft, access, permission)
    if found.state == Draft.APPLIED:
        raise SolverError(_("What this timetable holds exists already."))
    found.state = Draft.DROPPED
    found.save(update_fields=["state"])


def asked_to_stop(job: Job):
    """A question that the search asks at each better solution."""

    def asked() -> bool:
        return Job.objects.filter(pk=job.pk, cancel_requested=True).exists()

    return asked
