"""One-time links by which students get their first password, from the dean's office (duty 2.1, law 11)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from hemis.access.guard import page
from hemis.access.links import accounts_of_students, sheet_of_links
from hemis.base import Request
from students.models import Student


def links_of(request: Request, rows: QuerySet) -> HttpResponse:
    """New links of the ticked students, on one sheet to cut."""
    return _sheet(request, rows, back=reverse("students_students_list"))


@page("student.edit")
@require_POST
def link_of_one(request: Request, pk: int) -> HttpResponse:
    """A new link of one student, shown once."""
    rows = Student.objects.for_scope(request.access.scope("student.edit")).filter(pk=pk)
    get_object_or_404(rows)
    return _sheet(request, rows, back=reverse("students_students_detail", args=[pk]))


def _sheet(request: Request, rows: QuerySet, *, back: str) -> HttpResponse:
    people = rows.order_by().values("person")
    found = accounts_of_students().filter(person__in=people)
    left_out = people.distinct().count() - found.count()
    return sheet_of_links(request, found, left_out=left_out, back_url=back)
