"""Links of the contacts of a student to orders: the dean's office hands them over; the public page of a link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hemis.access.guard import is_in_scope, page, public
from hemis.base import Request
from hemis.documents.kinds import masked_name
from hemis.pages.limits import too_many
from hemis.pages.register import Tab
from movement.kinds import kind_title
from movement.models import Order, OrderLine
from movement.parents import actions
from movement.parents.models import ParentLink
from structure.models import University
from students.models import Contact, Student
from students.pages import Students

OPENED_A_MINUTE = 20


@public
@never_cache
def parent_order(request: Request, token: str) -> HttpResponse:
    """The essence of one order, to whoever holds the link: no name in full, no number, no other person."""
    if too_many(request, "parents", a_minute=OPENED_A_MINUTE):
        return _public(request, 429, limited=True)
    link = actions.find_link(token)
    if link is None:
        return _public(request, 404, unknown=True)
    if not link.is_open:
        return _public(request, 410, revoked=True)
    order = link.order
    line = OrderLine.objects.filter(order=order, student=link.student_id).first()
    return _public(
        request,
        order=order,
        kind=kind_title(order.key),
        cancelled=order.state == Order.CANCELLED,
        undoes=bool(order.cancels_id),
        status=line.get_status_display() if line else "",
        student=masked_name(link.student.person.full_name),
    )


def _public(request: Request, code: int = 200, **context: Any) -> HttpResponse:
    context |= {"university": University.objects.first()}
    response = render(request, "movement/parents/public.html", context, status=code)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    if code == 429:
        response["Retry-After"] = "60"
    return response


# --- the dean's office


def _tab(student: Student) -> str:
    return reverse("students_students_detail", args=[student.pk]) + "?tab=parents"


def _of_link(request: Request, pk: int) -> ParentLink:
    request.access.require("student.edit")
    rows = ParentLink.objects.for_scope(request.access.scope("student.edit"))
    return get_object_or_404(rows.select_related("contact", "student"), pk=pk)


@page("student.edit")
@require_POST
def revoke(request: Request, pk: int) -> HttpResponse:
    """Revoke a link."""
    return _link_verb(request, pk, actions.revoke_link, _("The link is revoked and says so."))


@page("student.edit")
@require_POST
def handed(request: Request, pk: int) -> HttpResponse:
    """Note that a link was given by hand."""
    return _link_verb(request, pk, actions.hand_over, _("Noted: given by hand."))


def _link_verb(request: Request, pk: int, verb: Any, done: str) -> HttpResponse:
    link = _of_link(request, pk)
    try:
        verb(link, access=request.access)
    except actions.ParentError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(_tab(link.student))


def _of_student(request: Request, student: Student) -> dict[str, Any]:
    links = ParentLink.objects.filter(student=student).select_related("contact", "order")
    may = is_in_scope(student, request.access, actions.EDIT)
    contacts = reverse("students_students_detail", args=[student.pk]) + "?tab=contacts"
    return {
        "contacts": Contact.objects.filter(person=student.person_id),
        "contacts_url": contacts,
        "links": [(one, actions.address_of(one) if may and one.is_open else "") for one in links[:50]],
    }


Students.add_tab(
    Tab("parents", gettext_lazy("Links for the parents"), "movement/parents/_of_student.html", _of_student,
        "student.edit")
)  # fmt: skip
