"""Long work of the staff: cards of many employees in one PDF."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.documents.jobs import CardsJob
from hemis.documents.models import Document
from hemis.jobs.kinds import job
from hemis.jobs.models import Job
from staff.documents import EmployeeCard, issue_card
from staff.models import Employee
from structure.models import University


@job("staff.cards")
class Cards(CardsJob):
    """Cards of the chosen employees."""

    title = gettext_lazy("Employee cards")
    permission = "employee.edit"
    chosen = "employees"
    people = Employee
    file = "employee-cards"

    def issuer(self, job: Job) -> Callable[[Any], object]:
        return partial(issue_card, university=University.objects.get(), by=job.owner)

    def refusal(self, one: Employee) -> str:
        return _("%(name)s holds no post now.") % {"name": one.person}

    def cards(self, keys: list[Any]) -> dict[Any, int]:
        employees = dict(Employee.objects.filter(pk__in=keys).values_list("person", "pk"))
        found = Document.objects.filter(kind=EmployeeCard.code, state=Document.ISSUED, owner__in=employees)
        return {employees[owner]: pk for owner, pk in found.values_list("owner", "pk")}
