"""Counting a rating in the background (duty 3.6)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from research.rating import actions, counting
from research.rating.models import Rating


@job("research.rating")
class CountRating(JobKind):
    """Counts one rating; a unit is a step. Killed in the middle, it goes on with the step that was undone."""

    title = gettext_lazy("Counting of the rating")
    chunk = 1
    permission = "rating.form"

    def units(self, job):
        return counting.steps_of(self._rating(job))

    def run(self, job, keys):
        rating = self._rating(job)
        for step in keys:
            counting.do_step(rating, step)

    def finish(self, job):
        rating = actions.counted(self._rating(job))
        job.message = _("Teachers in the rating: %(count)d.") % {"count": rating.lines.count()}
        job.result_url = reverse("research_ratings_detail", args=[rating.pk])

    def _rating(self, job) -> Rating:
        rating = Rating.objects.filter(pk=job.params["rating"], state=Rating.COUNTING).first()
        if rating is None:
            raise JobError(_("This rating is not being counted any more."))
        return rating
