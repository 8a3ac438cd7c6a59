"""Long work of diplomas: forming those of whole groups, the sheets of many for the printer."""

from __future__ import annotations

import tempfile
import zipfile
from typing import Any

from django.core.files import File
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from records.diplomas import actions, documents
from records.models import Diploma, PrintProfile
from students.models import Group, Student


@job("records.form_diplomas")
class FormDiplomas(JobKind):
    """``params``: ``groups`` (keys). A student is a unit; who may not have a diploma is set aside with the reasons."""

    title = gettext_lazy("Forming of diplomas")
    permission = actions.FORM
    chunk = 50

    def units(self, job: Job) -> list[Any]:
        """Students of the chosen groups who have no diploma yet, by name."""
        groups = Group.objects.for_scope(job.frozen_scope).filter(pk__in=job.params["groups"])
        live = Diploma.objects.live().filter(student=OuterRef("pk"))
        rows = Student.objects.for_scope(job.frozen_scope).filter(
            ~Exists(live), current__group__in=groups, current__status__in=("11", "14")
        )
        return list(rows.order_by("person__sort_key", "pk").values_list("pk", flat=True))

    def run(self, job: Job, keys: list[Any]) -> None:
        outcome = actions.form(keys, access=Access.for_user(job.owner))
        for one in outcome.refused:
            job.fail_row(one.key, one.reason, one.name)

    def label(self, job: Job, key: Any) -> str:
        return str(Student.objects.select_related("person").filter(pk=key).first() or key)

    def finish(self, job: Job) -> None:
        done = len(job.units or []) - job.failures.count()
        job.message = _("Diplomas formed: %(count)d") % {"count": done}
        job.result_url = f"{reverse('records_diplomas_list')}?state={Diploma.FORMED}"


@job("records.print_diplomas")
class PrintDiplomas(JobKind):
    """``params``: ``diplomas`` (keys), ``diploma_printer``, ``supplement_printer`` (keys or None).

    Assigns blanks, issues the papers with QR codes, and puts the sheets for both printers into a ZIP.
    """

    title = gettext_lazy("Sheets of diplomas for the printer")
    permission = actions.PRINT
    chunk = 5

    def units(self, job: Job) -> list[Any]:
        """Approved diplomas in scope, in the order of the book."""
        rows = Diploma.objects.for_scope(job.frozen_scope).filter(
            pk__in=job.params["diplomas"], state=Diploma.APPROVED
        )
        return list(rows.order_by("year", "serial").values_list("pk", flat=True))

    def run(self, job: Job, keys: list[Any]) -> None:
        access = Access.for_user(job.owner)
        found = list(Diploma.objects.filter(pk__in=keys).order_by("year", "serial"))
        try:
            outcome = actions.assign_blanks(found, access=access)
        except actions.DiplomaError as error:
            raise JobError(str(error)) from error
        for one in outcome.refused:
            job.fail_row(one.key, one.reason, one.name)
        for diploma in outcome.done:
            actions.issue_papers(diploma, access=access)

    def label(self, job: Job, key: Any) -> str:
        return str(Diploma.objects.select_related("student__person").filter(pk=key).first() or key)

    def finish(self, job: Job) -> None:
        failed = set(job.failures.values_list("key", flat=True))
        keys = [key for key in job.units or [] if str(key) not in failed]
        rows = Diploma.objects.filter(pk__in=keys).select_related(*documents.NEEDED)
        found = list(rows.order_by("year", "serial"))
        if not found:
            job.message = _("There is nothing to print.")
            return
        with tempfile.TemporaryFile() as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
                for kind, make in documents.SHEETS.items():
                    profile = PrintProfile.objects.filter(pk=job.params.get(f"{kind}_printer"), kind=kind)
                    archive.writestr(f"{kind}s.pdf", make(found, profile.first()))
            out.seek(0)
            job.result_file.save(f"diplomas-{job.pk}.zip", File(out), save=False)
        job.message = _("Sheets of diplomas: %(count)d") % {"count": len(found)}
