"""Long work of controls: opening the sheets of a faculty, GPA of everybody, sheets on paper."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files import File
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import actions, documents
from grading.models import GradeSheet
from hemis.access.scope import Access
from hemis.documents import batch
from hemis.documents.jobs import in_order
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from students.models import Group


@job("grading.open_sheets")
class OpenSheets(JobKind):
    """``params``: ``groups`` (keys), ``year``, ``term``, ``control``, ``attempt``. A group is a unit."""

    title = gettext_lazy("Opening of grade sheets")
    permission = "grade_sheet.open"
    chunk = 1

    def units(self, job: Job) -> list[Any]:
        """The chosen groups that lie in the scope, by name."""
        rows = Group.objects.for_scope(job.frozen_scope).filter(pk__in=job.params["groups"])
        return list(rows.order_by("name").values_list("pk", flat=True))

    def run(self, job: Job, keys: list[Any]) -> None:
        from grading.pages.lists import propose

        given = {name: job.params[name] for name in ("year", "term", "control", "attempt")}
        access = Access.for_user(job.owner)
        proposals = propose(list(Group.objects.filter(pk__in=keys)), **given)
        try:
            with transaction.atomic():
                opened = actions.open_sheets(proposals, access=access)
        except DatabaseError as error:
            raise JobError(str(error).splitlines()[0]) from error
        job.params["opened"] = job.params.get("opened", 0) + len(opened)
        Job.objects.filter(pk=job.pk).update(params=job.params)

    def label(self, job: Job, key: Any) -> str:
        return str(Group.objects.filter(pk=key).first() or key)

    def finish(self, job: Job) -> None:
        from django.urls import reverse

        job.message = _("Sheets opened: %(count)d") % {"count": job.params.get("opened", 0)}
        job.result_url = f"{reverse('grading_sheets_list')}?state={GradeSheet.OPEN}"


@job("grading.gpa")
class ComputeGpa(JobKind):
    """``params``: ``faculties`` (keys), or None for the whole university: one statement then."""

    title = gettext_lazy("GPA of the students")
    permission = "gpa.compute"
    chunk = 1

    def units(self, job: Job) -> list[Any]:
        if job.params["faculties"] is None:
            if not job.frozen_scope.everything:
                raise JobError(_("The whole university is not in your scope."))
            return [None]
        allowed = job.frozen_scope
        return [key for key in job.params["faculties"] if allowed.everything or key in allowed.faculty_ids]

    def run(self, job: Job, keys: list[Any]) -> None:
        for faculty in keys:
            actions.compute_gpa(faculty=faculty)

    def finish(self, job: Job) -> None:
        from django.urls import reverse

        from grading.models import StudentGpa

        people = StudentGpa.objects.for_scope(job.frozen_scope).filter(academic_year=None).count()
        job.message = _("GPA computed of %(count)d students.") % {"count": people}
        job.result_url = reverse("grading_gpas_list")


@job("grading.print_sheets")
class PrintSheets(JobKind):
    """``params``: ``sheets`` (keys). Issues the papers that are missing and puts all into one PDF."""

    title = gettext_lazy("Grade sheets on paper")
    permission = "grade_sheet.view"
    chunk = 5

    def units(self, job: Job) -> list[Any]:
        rows = GradeSheet.objects.for_scope(job.frozen_scope).filter(pk__in=job.params["sheets"])
        return list(rows.order_by("serial").values_list("pk", flat=True))

    def run(self, job: Job, keys: list[Any]) -> None:
        for sheet in documents.printable().filter(pk__in=keys):
            documents.issue_sheet(sheet, by=job.owner)

    def label(self, job: Job, key: Any) -> str:
        return str(GradeSheet.objects.filter(pk=key).first() or key)

    def finish(self, job: Job) -> None:
        found = [
            documents.issue_sheet(sheet, by=job.owner).pk
            for sheet in documents.printable().filter(pk__in=job.units or []).order_by("serial")
        ]
        if not found:
            job.message = _("No sheet could be printed.")
            return
        with tempfile.TemporaryFile() as out:
            batch.write_pdf(in_order(found), out)
            out.seek(0)
            job.result_file.save(f"grade-sheets-{job.pk}.pdf", File(out), save=False)
        job.message = _("Grade sheets: %(count)d") % {"count": len(found)}
