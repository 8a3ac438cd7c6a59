"""Automatic timetabling in the background: a unit is a round, and the best so far is kept after each."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.models import TimetableDraft
from curriculum.solver import actions, drafts, engine
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job


@job("curriculum.timetable")
class ComputeTimetable(JobKind):
    """Cancelling ends the search at its next better solution; what was found before stays usable."""

    title = gettext_lazy("Computing a timetable")
    chunk = 1
    permission = actions.PERMISSION

    def units(self, job):
        return job.params["steps"]

    def run(self, job, keys):
        draft = TimetableDraft.objects.select_related("faculty").get(pk=job.params["draft"])
        if draft.state in (TimetableDraft.APPLIED, TimetableDraft.DROPPED):
            return
        account = draft.account
        if account:
            job.note(
                _("%(placed)d of %(wanted)d places, cost %(cost)d")
                % {"placed": account["placed"], "wanted": account["wanted"], "cost": account["cost"]}
            )
        try:
            actions.step(draft, keys[0], seed=job.cursor + 1, stop=drafts.asked_to_stop(job))
        except engine.NotInstalled as error:
            raise JobError(_("Automatic timetabling is not installed.")) from error

    def finish(self, job):
        draft = TimetableDraft.objects.get(pk=job.params["draft"])
        drafts.ready(draft)
        job.result_url = reverse("curriculum_timetable_drafts_detail", args=[draft.pk])
        job.message = _("%(placed)d of %(wanted)d places of the week are filled.") % {
            "placed": draft.account.get("placed", 0),
            "wanted": draft.account.get("wanted", 0),
        }
