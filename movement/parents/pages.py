"""The parents' contact: entered in the cabinet or by the dean's office; the public page of a link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page, public
from hemis.base import Request
from hemis.documents.kinds import masked_name
from hemis.pages.limits import too_many
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import Tab
from movement.kinds import kind_title
from movement.models import Order, OrderLine
from movement.parents import actions
from movement.parents.forms import ContactForm
from movement.parents.models import ParentContact, ParentLink
from structure.models import University
from students.models import Student
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
    if link.revoked_at:
        return _public(request, 410, revoked=True)
    order = link.order
    line = OrderLine.objects.filter(order=order, student=link.contact.student_id).first()
    return _public(
        request,
        order=order,
        kind=kind_title(order.key),
        cancelled=order.state == Order.CANCELLED,
        undoes=bool(order.cancels_id),
        status=line.get_status_display() if line else "",
        student=masked_name(link.contact.student.person.full_name),
    )


def _public(request: Request, code: int = 200, **context: Any) -> HttpResponse:
    context |= {"university": University.objects.first()}
    response = render(request, "movement/parents/public.html", context, status=code)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    if code == 429:
        response["Retry-After"] = "60"
    return response


# --- the student's cabinet


def _study(request: Request) -> Student:
    rows = Student.objects.filter(person=request.access.scope("own.card").person_id)
    student = rows.order_by("-entry_year", "-pk").first()
    if student is None:
        raise Http404
    return student


@page("own.card")
def my_parents(request: Request) -> HttpResponse:
    """Whom the university may tell of orders on oneself."""
    student = _study(request)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_contact(
                form.save(commit=False), access=request.access, student=student, permission="own.card"
            )
        except actions.ParentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The contact is kept."))
            return redirect("my_parents")
    context = {
        "title": _("My parents' contact"), "form": form,
        "contacts": ParentContact.objects.in_use().filter(student=student),
    }  # fmt: skip
    return render(request, "movement/parents/mine.html", context, status=422 if form.errors else 200)


@page("own.card")
@require_POST
def end_own(request: Request, pk: int) -> HttpResponse:
    """The student takes a contact back."""
    rows = ParentContact.objects.filter(student__person=request.access.scope("own.card").person_id)
    return _end(request, get_object_or_404(rows, pk=pk), "own.card", reverse("my_parents"))


def _end(request: Request, contact: ParentContact, permission: str, back: str) -> HttpResponse:
    try:
        actions.end_contact(contact, access=request.access, permission=permission)
    except actions.ParentError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The contact is told nothing from now on; its links are revoked."))
    return redirect(back)


# --- the dean's office


def _tab(student: Student) -> str:
    return reverse("students_students_detail", args=[student.pk]) + "?tab=parents"


@page("student.edit")
def add(request: Request, pk: int) -> HttpResponse:
    """A contact entered by the dean's office on the student's wish."""
    student = get_in_scope(Student, request, "student.edit", pk=pk)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_contact(
                form.save(commit=False), access=request.access, student=student, permission="student.edit"
            )
        except actions.ParentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The contact is kept."))
            return redirect(_tab(student))
    context = {
        "title": _("Contact of the parents") + f" · {student}", "form": form, "button": _("Save"), "note": "",
        "back_url": _tab(student),
    }  # fmt: skip
    return render(request, "movement/clearance/open.html", context, status=422 if form.errors else 200)


@page("student.edit")
@require_POST
def end(request: Request, pk: int) -> HttpResponse:
    """End a contact."""
    contact = get_in_scope(ParentContact, request, "student.edit", pk=pk)
    return _end(request, contact, "student.edit", _tab(contact.student))


def _of_link(request: Request, pk: int) -> ParentLink:
    request.access.require("student.edit")
    seen = ParentContact.objects.for_scope(request.access.scope("student.edit"))
    rows = ParentLink.objects.filter(contact__in=seen.values("pk")).select_related("contact__student")
    return get_object_or_404(rows, pk=pk)


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
    return redirect(_tab(link.contact.student))


def _of_student(request: Request, student: Student) -> dict[str, Any]:
    links = ParentLink.objects.filter(contact__student=student).select_related("contact", "order")
    may = Student.objects.for_scope(request.access.scope("student.edit")).filter(pk=student.pk).exists()
    return {
        "contacts": ParentContact.objects.filter(student=student),
        "links": [(one, actions.address_of(one) if may and not one.revoked_at else "") for one in links[:50]],
        "may": may,
    }  # fmt: skip


Students.add_tab(
    Tab("parents", gettext_lazy("Parents' contact"), "movement/parents/_of_student.html", _of_student,
        "student.edit")
)  # fmt: skip
register_menu(MenuItem("cabinet", gettext_lazy("My parents' contact"), "my_parents", "own.card"))
