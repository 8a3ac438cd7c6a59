"""Long work of the student base: cards of a group, long lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.documents.jobs import CardsJob
from hemis.documents.models import Document
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from structure.models import University
from students.documents import StudentCard, issue_card
from students.models import Student


@job("students.cards")
class Cards(CardsJob):
    """Cards of the chosen students."""

    title = gettext_lazy("Student cards")
    permission = "student.edit"
    chosen = "students"
    people = Student
    file = "student-cards"

    def rows(self) -> Any:
        return Student.objects.with_card()

    def issuer(self, job: Job) -> Callable[[Any], object]:
        return partial(issue_card, university=University.objects.get(), by=job.owner)

    def refusal(self, one: Student) -> str:
        return _("%(name)s does not study now.") % {"name": one.person}

    def cards(self, keys: list[Any]) -> dict[Any, int]:
        students = dict(Student.objects.filter(pk__in=keys).values_list("number", "pk"))
        found = Document.objects.filter(
            kind=StudentCard.code, state=Document.ISSUED, payload__student_number__in=list(students)
        )
        return {students[number]: pk for number, pk in found.values_list("payload__student_number", "pk")}


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
