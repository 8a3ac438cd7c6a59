"""Long work of the staff: cards of many employees in one PDF."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.documents import batch
from hemis.documents.jobs import in_order
from hemis.documents.models import Document
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from staff.documents import EmployeeCard, issue_card
from staff.models import Employee
from structure.models import University


@job("staff.cards")
class Cards(JobKind):
    """``params``: ``employees`` (keys). Issues the cards that are missing and puts all into one PDF."""

    title = gettext_lazy("Employee cards")
    permission = "employee.edit"
    chunk = 10

    def units(self, job: Job) -> list[Any]:
        """The employees that lie in the scope, in the order in which they were chosen."""
        chosen = job.params["employees"]
        allowed = set(
            Employee.objects.for_scope(job.frozen_scope).filter(pk__in=chosen).values_list("pk", flat=True)
        )
        return [key for key in chosen if key in allowed]

    def run(self, job: Job, keys: list[Any]) -> None:
        """Issue each card that is missing or out of date."""
        university = University.objects.get()
        for employee in Employee.objects.select_related("person").filter(pk__in=keys).order_by("pk"):
            try:
                issue_card(employee, university=university, by=job.owner)
            except ValueError as error:
                raise JobError(_("%(name)s holds no post now.") % {"name": employee.person}) from error

    def label(self, job: Job, key: Any) -> str:
        employee = Employee.objects.select_related("person").filter(pk=key).first()
        return str(employee or key)

    def finish(self, job: Job) -> None:
        """One PDF with all cards, each on a page of its own size."""
        keys = job.units or []
        people = dict(Employee.objects.filter(pk__in=keys).values_list("pk", "person"))
        cards = dict(
            Document.objects.filter(
                kind=EmployeeCard.code, state=Document.ISSUED, owner__in=people.values()
            ).values_list("owner", "pk")
        )
        ordered = [cards[people[key]] for key in keys if people.get(key) in cards]
        if not ordered:
            job.message = _("No card could be issued.")
            return
        with tempfile.TemporaryFile() as out:
            batch.write_pdf(in_order(ordered), out)
            out.seek(0)
            job.result_file.save(f"employee-cards-{job.pk}.pdf", File(out), save=False)
        job.message = _("Employee cards: %(count)d") % {"count": len(ordered)}
