"""Automatic timetabling in the background: a unit is a round, and the best so far is kept after each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.models import TimetableDraft
from curriculum.models.solver import Draft
from curriculum.solver import actions, drafts, search
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job


class ComputeDraft(JobKind):
    """Cancelling ends the search at its next better solution; what was found before stays usable.

    A kind says which drafts it computes, by which ``step``, what it tells on the way (``so_far``) and at the
    end (``placed``), and the address of the draft (``back``).
    """

    chunk = 1
    model: type[Draft]
    step: Callable[..., None]
    so_far: str | Promise
    placed: str | Promise
    back: str

    def units(self, job):
        return job.params["steps"]

    def _draft(self, job) -> Any:
        return self.model._default_manager.select_related("faculty").get(pk=job.params["draft"])

    def run(self, job, keys):
        draft = self._draft(job)
        if draft.state in (Draft.APPLIED, Draft.DROPPED):
            return
        if draft.account:
            job.note(str(self.so_far) % {name: draft.account[name] for name in ("placed", "wanted", "cost")})
        try:
            type(self).step(draft, keys[0], seed=job.cursor + 1, stop=drafts.asked_to_stop(job))
        except search.NotInstalled as error:
            raise JobError(_("Automatic timetabling is not installed.")) from error

    def finish(self, job):
        draft = self._draft(job)
        drafts.ready(draft)
        job.result_url = reverse(self.back, args=[draft.pk])
        job.message = str(self.placed) % {name: draft.account.get(name, 0) for name in ("placed", "wanted")}


@job("curriculum.timetable")
class ComputeTimetable(ComputeDraft):
    """A week for a half-year."""

    title = gettext_lazy("Computing a timetable")
    permission = actions.PERMISSION
    model, step, back = TimetableDraft, actions.step, "curriculum_timetable_drafts_detail"
    so_far = gettext_lazy("%(placed)d of %(wanted)d places, cost %(cost)d")
    placed = gettext_lazy("%(placed)d of %(wanted)d places of the week are filled.")
