"""Printing many documents: as a job, with what could not be printed named one by one."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.documents import batch
from hemis.documents.models import Document
from hemis.documents.rendering import LostBytes, render
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job


@job("documents.batch")
class Batch(JobKind):
    """``params``: ``documents`` (keys, already narrowed to the user's scope) and ``form`` (pdf or zip)."""

    title = gettext_lazy("Documents for printing")
    chunk = 20

    def units(self, job: Job) -> list[Any]:
        """The documents, in the order in which they were chosen."""
        return job.params["documents"]

    def run(self, job: Job, keys: list[Any]) -> None:
        """See that every file is there, so that the end only puts them together."""
        for document in Document.objects.filter(pk__in=keys):
            try:
                render(document)
            except LostBytes as error:
                message = _("The file of document %(number)s is lost.") % {"number": document.number}
                raise JobError(message) from error

    def finish(self, job: Job) -> None:
        """Put the files together, without those that failed."""
        failed = set(job.failures.values_list("key", flat=True))
        keys = [key for key in job.units or [] if str(key) not in failed]
        form = job.params["form"]
        write = batch.write_zip if form == batch.ZIP else batch.write_pdf
        with tempfile.TemporaryFile() as out:
            write(in_order(keys), out)
            out.seek(0)
            job.result_file.save(f"documents-{job.pk}.{form}", File(out), save=False)
        job.message = _("Documents: %(count)s") % {"count": len(keys)}


def in_order(keys: list[int]):
    """The documents in the order of their keys, a few at a time."""
    for start in range(0, len(keys), 100):
        part = keys[start : start + 100]
        found = Document.objects.in_bulk(part)
        yield from (found[key] for key in part if key in found)
