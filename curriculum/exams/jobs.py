"""The timetable of controls in the background: a unit is a round, and the best so far is kept after each."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.exams import actions
from curriculum.models import ExamDraft
from curriculum.solver import drafts
from curriculum.solver.engine import NotInstalled
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job


@job(actions.JOB)
class ComputeExams(JobKind):
    """Cancelling ends the search at its next better solution; what was found before stays usable."""

    title = gettext_lazy("Computing a timetable of controls")
    chunk = 1
    permission = actions.PERMISSION

    def units(self, job):
        return job.params["steps"]

    def run(self, job, keys):
        draft = ExamDraft.objects.select_related("faculty").get(pk=job.params["draft"])
        if draft.state in (ExamDraft.APPLIED, ExamDraft.DROPPED):
            return
        if account := draft.account:
            job.note(
                _("%(placed)d of %(wanted)d controls, cost %(cost)d")
                % {"placed": account["placed"], "wanted": account["wanted"], "cost": account["cost"]}
            )
        try:
            actions.step(draft, keys[0], seed=job.cursor + 1, stop=drafts.asked_to_stop(job))
        except NotInstalled as error:
            raise JobError(_("Automatic timetabling is not installed.")) from error

    def finish(self, job):
        draft = ExamDraft.objects.get(pk=job.params["draft"])
        drafts.ready(draft)
        job.result_url = reverse("curriculum_exam_drafts_detail", args=[draft.pk])
        job.message = _("%(placed)d of %(wanted)d controls have a place.") % {
            "placed": draft.account.get("placed", 0),
            "wanted": draft.account.get("wanted", 0),
        }
