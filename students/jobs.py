"""Long work of the student base: cards of a group, long lists."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.documents import batch
from hemis.documents.jobs import in_order
from hemis.documents.models import Document
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from structure.models import University
from students.documents import StudentCard, issue_card
from students.models import Student


@job("students.cards")
class Cards(JobKind):
    """``params``: ``students`` (keys). Issues the cards that are missing and puts all into one PDF."""

    title = gettext_lazy("Student cards")
    permission = "student.edit"
    chunk = 10

    def units(self, job: Job) -> list[Any]:
        """The students that lie in the scope, in the order in which they were chosen."""
        chosen = job.params["students"]
        allowed = set(
            Student.objects.for_scope(job.frozen_scope).filter(pk__in=chosen).values_list("pk", flat=True)
        )
        return [key for key in chosen if key in allowed]

    def run(self, job: Job, keys: list[Any]) -> None:
        """Issue each card that is missing or out of date."""
        university = University.objects.get()
        for student in Student.objects.with_card().filter(pk__in=keys).order_by("pk"):
            try:
                issue_card(student, university=university, by=job.owner)
            except ValueError as error:
                raise JobError(_("%(name)s does not study now.") % {"name": student.person}) from error

    def label(self, job: Job, key: Any) -> str:
        student = Student.objects.select_related("person").filter(pk=key).first()
        return str(student or key)

    def finish(self, job: Job) -> None:
        """One PDF with all cards, each on a page of its own size."""
        keys = job.units or []
        owners = dict(Student.objects.filter(pk__in=keys).values_list("number", "pk"))
        cards = Document.objects.filter(
            kind=StudentCard.code, state=Document.ISSUED, payload__student_number__in=list(owners)
        ).values_list("payload__student_number", "pk")
        by_student = {owners[number]: pk for number, pk in cards}
        ordered = [by_student[key] for key in keys if key in by_student]
        if not ordered:
            job.message = _("No card could be issued.")
            return
        with tempfile.TemporaryFile() as out:
            batch.write_pdf(in_order(ordered), out)
            out.seek(0)
            job.result_file.save(f"student-cards-{job.pk}.pdf", File(out), save=False)
        job.message = _("Student cards: %(count)d") % {"count": len(ordered)}


@job("students.contingent")
class ContingentList(JobKind):
    """``params``: ``kind`` of the list and ``query``, the filters of the page it was asked from."""

    title = gettext_lazy("Contingent")
    permission = "student.view"

    def units(self, job: Job) -> list[Any]:
        return [job.params["kind"]]

    def run(self, job: Job, keys: list[Any]) -> None:
        """All is done at the end, where the file is kept."""

    def finish(self, job: Job) -> None:
        from students.pages.contingent import Contingent, workbook_of

        data = QueryDict(job.params["query"])
        rows: Any = Contingent.base_queryset()
        rows = rows.for_scope(job.frozen_scope).select_related(*Contingent.select_related)
        for one in Contingent.filters:
            rows = one.apply(rows, data)
        rows = Contingent.searched(rows, data.get("q", "")).order_by(*Contingent.order(data.get("sort", "")))
        content = workbook_of(job.params["kind"], rows)
        job.result_file.save(f"{job.params['kind']}-{job.pk}.xlsx", ContentFile(content), save=False)
        job.message = _("People: %(count)d") % {"count": rows.count()}
