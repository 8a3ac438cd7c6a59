"""Names that forms of research search on the server: nothing but what tells people and works apart."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse

from hemis.access.guard import page
from hemis.base import Request
from hemis.people import names
from research.models import Work
from staff.models import Employee
from students.models import Student

FOUND = 20


def _answer(rows) -> JsonResponse:
    return JsonResponse({"results": [{"value": str(row.pk), "text": str(row)} for row in rows[:FOUND]]})


def _people(request: Request, rows) -> JsonResponse:
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(person__search=names.search_query(text))
    return _answer(rows.select_related("person").order_by("person__sort_key", "pk"))


@page("publication.edit")
def colleagues(request: Request) -> HttpResponse:
    """Employees for the choice of a co-author, who may be of any kafedra."""
    return _people(request, Employee.objects.all())


@page("project.edit")
def employees(request: Request) -> HttpResponse:
    """Employees for the choice of an executor."""
    return _people(request, Employee.objects.all())


@page("project.edit")
def students(request: Request) -> HttpResponse:
    """Students for the choice of an executor."""
    return _people(request, Student.objects.all())


@page("project.edit")
def works(request: Request) -> HttpResponse:
    """Approved works for the choice of a result."""
    rows = Work.objects.filter(state=Work.APPROVED)
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(title__icontains=text)
    return _answer(rows.order_by("-issue_year", "title"))
