"""Long work: the record compared with the closed sheets, many groups accredited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from records import actions
from records.conditions import STUDYING
from structure.models import Unit
from students.models import Group, Student


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
        job.message = _("New lines of the academic record: %(count)d") % {"count": job.params.get("lines", 0)}
        job.result_url = reverse("records_lines_list")


@job("records.accredit")
class AccreditGroups(JobKind):
    """``params``: ``groups`` (keys), ``reason``. A group is a unit; who lacks something stays as before."""

    title = gettext_lazy("Accreditation of graduates")
    permission = "accreditation.check"
    chunk = 1

    def units(self, job: Job) -> list[Any]:
        """The chosen groups that lie in the scope, by name."""
        rows = Group.objects.for_scope(job.frozen_scope).filter(pk__in=job.params["groups"])
        return list(rows.order_by("name").values_list("pk", flat=True))

    def run(self, job: Job, keys: list[Any]) -> None:
        access = Access.for_user(job.owner)
        people = Student.objects.filter(current__group__in=keys, current__status=STUDYING)
        counts = actions.accredit(
            list(people.values_list("pk", flat=True)), access=access, reason=job.params["reason"]
        )
        for name in ("accepted", "held", "refused"):
            job.params[name] = job.params.get(name, 0) + counts[name]
        Job.objects.filter(pk=job.pk).update(params=job.params)

    def label(self, job: Job, key: Any) -> str:
        return str(Group.objects.filter(pk=key).first() or key)

    def finish(self, job: Job) -> None:
        job.message = counted(job.params)
        job.result_url = reverse("records_accreditation_groups")


def counted(counts: Mapping[str, int]) -> str:
    """What accrediting has brought, in words."""
    return _("Accredited: %(accepted)d, before: %(held)d, conditions not met: %(refused)d") % {
        name: counts.get(name, 0) for name in ("accepted", "held", "refused")
    }
