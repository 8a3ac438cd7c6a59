"""Papers of whole groups at once."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.documents import batch
from hemis.documents.jobs import in_order
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from records.certificates import actions
from records.models import Certificate
from students.models import Group, Student


@job("records.certificates")
class IssueCertificates(JobKind):
    """``params``: ``groups`` (keys), ``kind``, ``language``, ``purpose``. A student is a unit."""

    title = gettext_lazy("Transcripts and certificates of groups")
    permission = actions.PRINT
    chunk = 5

    def units(self, job: Job) -> list[Any]:
        """Students of the groups, by group and name."""
        groups = Group.objects.for_scope(job.frozen_scope).filter(pk__in=job.params["groups"])
        rows = Student.objects.for_scope(job.frozen_scope).filter(current__group__in=groups)
        return list(
            rows.order_by("current__group__name", "person__sort_key", "pk").values_list("pk", flat=True)
        )

    def run(self, job: Job, keys: list[Any]) -> None:
        access = Access.for_user(job.owner)
        made = []
        for student in Student.objects.filter(pk__in=keys):
            try:
                paper = actions.issue(
                    student, access=access, kind=job.params["kind"], language=job.params["language"],
                    purpose=job.params["purpose"],
                )  # fmt: skip
            except actions.CertificateError as error:
                raise JobError(str(error)) from error
            made.append(paper.document_id)
        job.params["documents"] = job.params.get("documents", []) + made
        Job.objects.filter(pk=job.pk).update(params=job.params)

    def label(self, job: Job, key: Any) -> str:
        return str(Student.objects.select_related("person").filter(pk=key).first() or key)

    def finish(self, job: Job) -> None:
        found = job.params.get("documents", [])
        if not found:
            job.message = _("No paper could be issued.")
            return
        with tempfile.TemporaryFile() as out:
            batch.write_pdf(in_order(found), out)
            out.seek(0)
            job.result_file.save(f"certificates-{job.pk}.pdf", File(out), save=False)
        job.message = _("Papers issued: %(count)d") % {"count": len(found)}


KINDS_FOR_GROUPS = [one for one in actions.OF_THE_OFFICE if one[0] != Certificate.ACADEMIC]
