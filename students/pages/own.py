"""What students keep themselves in the cabinet: phones, place of living, whom to call (duty S).

Own data only; the dean's office and the tutor see it on the card, its history names who typed it.
Nobody deletes a contact here: that stays with the faculty, who calls these people.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import page
from hemis.access.scope import Access
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.home import Todo, register_todo
from students.forms import own as forms
from students.models import Contact, Student
from students.pages.card import edit_form

STUDYING, ON_LEAVE = "11", "13"
PHONES = ("phone", "email")
LIVING = (
    "accommodation", "current_region", "current_district", "current_address", "roommate_type", "roommate_count",
    "landlord", "latitude", "longitude",
)  # fmt: skip


def own_study(access: Access) -> Student:
    """The latest study of whoever asks.

    Raises:
        Http404: the person has never studied here.
    """
    person = access.scope("own.card").person_id
    # One's own only: whoever is a tutor besides reaches others' cards by another way.
    own = Student.objects.filter(person=person)
    student = own.with_card().order_by("-entry_year", "-pk").first() if person else None
    if student is None:
        raise Http404
    return student


def may_change(student: Student) -> bool:
    """Whoever has left changes nothing any more."""
    return bool(student.current and student.current.status in (STUDYING, ON_LEAVE))


def _part(code: str, title: Any, row: Any, fields: tuple[str, ...], url: str) -> dict[str, Any]:
    columns = [Column(name).bind(type(row)) for name in fields]
    cells = [(str(column.label), column.text(row)) for column in columns]
    return {"code": code, "title": title, "cells": cells, "url": url}


def own_parts(student: Student) -> dict[str, Any]:
    """What the cabinet shows of the student's own data, with the addresses of the forms."""
    change = may_change(student)
    parts = [
        _part(
            "phones", _("Phone and e-mail"), student.person, PHONES, reverse("my_phones") if change else ""
        ),
        _part(
            "living",
            _("Place of living while studying"),
            student,
            LIVING,
            reverse("my_living") if change else "",
        ),
    ]
    contacts = [
        {"contact": one, "url": reverse("my_contact", args=[one.pk]) if change else ""}
        for one in Contact.objects.filter(person=student.person_id)
    ]
    return {"own_parts": parts, "contacts": contacts, "may_change": change}


def _changeable(request: Request) -> Student:
    student = own_study(request.access)
    if not may_change(student):
        raise Http404
    return student


def _back(part: str) -> str:
    return f"{reverse('my_card')}#own-{part}"


@page("own.card")
def phones(request: Request) -> HttpResponse:
    """One's own phone and e-mail."""
    person = _changeable(request).person
    return edit_form(request, forms.OwnPhonesForm, person, title=_("Phone and e-mail"), back=_back("phones"))


@page("own.card")
def living(request: Request) -> HttpResponse:
    """Where, with whom and how one lives."""
    student = _changeable(request)
    title = _("Place of living while studying")
    return edit_form(request, forms.OwnLivingForm, student, title=title, back=_back("living"))


@page("own.card")
def new_contact(request: Request) -> HttpResponse:
    """One more person to call."""
    student = _changeable(request)
    blank = Contact(person_id=student.person_id)
    return edit_form(
        request, forms.OwnContactForm, blank, title=_("New contact person"), back=_back("contacts")
    )


@page("own.card")
def contact(request: Request, pk: int) -> HttpResponse:
    """A parent or another contact person of one's own."""
    student = _changeable(request)
    found = get_object_or_404(Contact, pk=pk, person=student.person_id)
    return edit_form(request, forms.OwnContactForm, found, title=str(found), back=_back("contacts"))


@page("own.card")
@require_POST
def take_back(request: Request, pk: int) -> HttpResponse:
    """The person is told nothing from now on; whoever has left may do that, too."""
    person = request.access.scope("own.card").person_id
    with transaction.atomic():
        rows = Contact.objects.filter(person=person).select_for_update(of=("self",), no_key=True)
        found = get_object_or_404(rows, pk=pk)
        found.set_agreed(False)
        found.version += 1
        found.save(update_fields=["agreed_at", "version"])
    messages.success(request, _("This person is told nothing from now on; links given before open no more."))
    return redirect(_back("contacts"))


def _lacks(access: Access) -> int:
    """How much of what the student keeps is not filled in."""
    try:
        student = own_study(access)
    except Http404:
        return 0
    if not may_change(student):
        return 0
    return (
        (not student.person.phone)
        + (not (student.accommodation and student.current_address))
        + (not Contact.objects.filter(person=student.person_id).exists())
    )


register_todo(
    Todo(
        gettext_lazy("Fill in your phone, place of living and contact persons"),
        "own.card",
        _lacks,
        lambda: reverse("my_card") + "#own-phones",
        icon="home",
    )
)
