"""Checking and confirming as jobs."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from hemis.sheets import actions
from hemis.sheets.models import SheetImport
from hemis.sheets.reading import SheetRefused


class _OneImport(JobKind):
    chunk = 1

    def units(self, job):
        return [job.params["import"]]

    def finish(self, job):
        job.message = job.message or _("Done.")
        job.result_url = reverse("sheet_import", args=[job.params["import"]])


@job("sheets.check")
class Check(_OneImport):
    title = gettext_lazy("Checking a sheet")

    def run(self, job, keys):
        actions.check(SheetImport.objects.get(pk=keys[0]), Access.for_user(job.owner))


@job("sheets.confirm")
class Confirm(_OneImport):
    title = gettext_lazy("Importing a sheet")

    def run(self, job, keys):
        try:
            saved = actions.confirm(SheetImport.objects.get(pk=keys[0]), Access.for_user(job.owner))
        except SheetRefused as refusal:
            raise JobError(str(refusal)) from refusal
        if saved is None:
            job.message = _(
                "The data changed since the check. Nothing was saved; look at the preview once more."
            )
            return
        job.message = _("Added: %(added)d, changed: %(changed)d, already there: %(unchanged)d.") % {
            "added": saved.added,
            "changed": saved.changed,
            "unchanged": saved.unchanged,
        }
