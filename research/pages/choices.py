"""Names that forms of research search on the server: nothing but what tells people and works apart."""

from __future__ import annotations

from django.http import HttpResponse

from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import choices
from research.models import Work
from staff.models import Employee
from students.models import Student


@page("publication.edit")
def colleagues(request: Request) -> HttpResponse:
    """Employees for the choice of a co-author, who may be of any kafedra."""
    return choices.people(request, Employee.objects.all())


@page("project.edit")
def employees(request: Request) -> HttpResponse:
    """Employees for the choice of an executor."""
    return choices.people(request, Employee.objects.all())


@page("project.edit")
def students(request: Request) -> HttpResponse:
    """Students for the choice of an executor."""
    return choices.people(request, Student.objects.all())


@page("project.edit")
def works(request: Request) -> HttpResponse:
    """Approved works for the choice of a result."""
    rows = Work.objects.filter(state=Work.APPROVED)
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(title__icontains=text)
    return choices.found(rows.order_by("-issue_year", "title"))
