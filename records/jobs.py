"""Long work: the record of the whole university compared with the closed sheets."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from records import actions
from structure.models import Unit


@job("records.feed")
class FeedRecord(JobKind):
    """Faculty by faculty, one statement each; what is recorded already stays."""

    title = gettext_lazy("Academic record from the grade sheets")
    permission = "academic_record.confirm"
    chunk = 1

    def units(self, job: Job) -> list[Any]:
        return list(Unit.objects.faculties().order_by("code").values_list("pk", flat=True))

    def run(self, job: Job, keys: list[Any]) -> None:
        for faculty in keys:
            job.params["lines"] = job.params.get("lines", 0) + actions.feed(faculty=faculty)
        Job.objects.filter(pk=job.pk).update(params=job.params)

    def label(self, job: Job, key: Any) -> str:
        return str(Unit.objects.filter(pk=key).first() or key)

    def finish(self, job: Job) -> None:
        from django.urls import reverse

        job.message = _("New lines of the academic record: %(count)d") % {"count": job.params.get("lines", 0)}
        job.result_url = reverse("records_lines_list")
