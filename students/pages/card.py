"""Parts of the student's card: each is shown on a tab and edited by a form of its own (duty 2.1).

A part belongs to the person or to the student; some are one row, some are many.
The addresses are made here, one by one: none takes the name of a model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, ProtectedError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.pages import files
from hemis.pages.columns import Column
from hemis.pages.forms import RegisterForm, StaleRow
from hemis.pages.register import Tab
from hemis.people.models import Person
from students import actions
from students.forms import card as forms
from students.models import (
    Contact,
    Education,
    MilitaryRecord,
    PassportCorrection,
    Scan,
    SocialFact,
    Student,
)


@dataclass(frozen=True)
class Part:
    """One part of the card: where its rows are, what is shown of them, and the form that changes them."""

    code: str
    title: str | Promise
    tab: str
    model: type[Model]
    form: type[RegisterForm]
    fields: tuple[str, ...]
    many: bool = False
    empty: str | Promise = ""

    def rows(self, student: Student) -> list[Any]:
        """The rows of this part: one or none, or many."""
        if self.model is Student:
            return [student]
        if self.model is Person:
            return [student.person]
        return list(self.model._default_manager.filter(person=student.person_id))

    def blank(self, student: Student) -> Any:
        """A new row of the part, not saved yet."""
        return self.model(person_id=student.person_id)

    def url(self, verb: str, student: Student, *args: int) -> str:
        return reverse(f"student_{self.code}_{verb}", args=[student.pk, *args])


PARTS: dict[str, Part] = {
    part.code: part
    for part in (
        Part(
            "personal", gettext_lazy("Personal"), "person", Person, forms.PersonalForm,
            ("phone", "email", "nationality"),
        ),
        Part(
            "education", gettext_lazy("Previous education"), "education", Education, forms.EducationForm,
            ("kind", "number", "issued_on", "school", "country", "region", "graduation_year", "foreign_language",
             "with_honours"),
            many=True, empty=gettext_lazy("Enter the document with which the student came."),
        ),
        Part(
            "family", gettext_lazy("Family and category"), "family", Student, forms.FamilyForm,
            ("social_category", "student_type", "is_targeted", "marital_status", "children"),
        ),
        Part(
            "social", gettext_lazy("Proofs of the social category"), "family", SocialFact, forms.SocialForm,
            ("category", "document", "issued_on", "valid_to"),
            many=True, empty=gettext_lazy("A category other than the usual one needs a document that proves it."),
        ),
        Part(
            "permanent", gettext_lazy("Permanent address"), "residence", Person, forms.PermanentForm,
            ("region", "district", "address"),
        ),
        Part(
            "living", gettext_lazy("Place of living while studying"), "residence", Student, forms.LivingForm,
            ("accommodation", "current_region", "current_district", "current_address", "living_status",
             "roommate_type", "roommate_count", "landlord", "latitude", "longitude"),
        ),
        Part(
            "contacts", gettext_lazy("Parents and contact persons"), "contacts", Contact, forms.ContactForm,
            ("relation", "full_name", "phone", "email", "workplace", "address", "is_first", "agreed_at"),
            many=True, empty=gettext_lazy("Enter a parent or guardian first: whom to call."),
        ),
        Part(
            "military", gettext_lazy("Military service"), "military", MilitaryRecord, forms.MilitaryForm,
            ("status", "document", "office", "deferred_to", "served_from", "served_to"),
            empty=gettext_lazy("Nothing is entered about military service."),
        ),
        Part(
            "scans", gettext_lazy("Scanned documents"), "scans", Scan, forms.ScanForm,
            ("kind", "title", "added_at"),
            many=True, empty=gettext_lazy("Add the passport and the document of previous education."),
        ),
    )
}  # fmt: skip


# --- showing


def _shown(part: Part, student: Student, may_edit: bool) -> dict[str, Any]:
    columns = [Column(name).bind(part.model) for name in part.fields]
    rows = [
        {
            "cells": [(str(column.label), column.text(row)) for column in columns],
            "edit_url": part.url("edit", student, *([row.pk] if part.many else [])) if may_edit else "",
            "delete_url": part.url("delete", student, row.pk) if may_edit and part.many else "",
            "scan_url": part.url("scan", student, row.pk) if getattr(row, "scan", None) else "",
        }
        for row in part.rows(student)
    ]
    verb = "new" if part.many else "edit"
    return {
        "part": part,
        "labels": [str(column.label) for column in columns],
        "rows": rows,
        "new_url": part.url(verb, student) if may_edit and (part.many or not rows) else "",
    }


def _tab(code: str) -> Callable[[Request, Student], dict[str, Any]]:
    def context(request: Request, student: Student) -> dict[str, Any]:
        may_edit = _may_edit(request, student)
        parts = [_shown(part, student, may_edit) for part in PARTS.values() if part.tab == code]
        found: dict[str, Any] = {"parts": parts}
        if code == "residence" and student.latitude is not None:
            at = f"{student.latitude}/{student.longitude}"
            found["map_url"] = (
                f"https://www.openstreetmap.org/?mlat={student.latitude}&mlon={student.longitude}#map=17/{at}"
            )
        if code == "person":
            found["corrections"] = student.person.corrections.select_related("made_by__person")
            found["may_correct"] = may_edit
        return found

    return context


def _may_edit(request: Request, student: Student) -> bool:
    return is_in_scope(student, request.access, "student.edit")


TABS = [
    Tab(code, title, "students/_parts.html", _tab(code))
    for code, title in (
        ("person", gettext_lazy("Person")),
        ("education", gettext_lazy("Previous education")),
        ("family", gettext_lazy("Family")),
        ("residence", gettext_lazy("Residence")),
        ("contacts", gettext_lazy("Contacts")),
        ("military", gettext_lazy("Military")),
        ("scans", gettext_lazy("Scans")),
    )
]


# --- changing


def _student(request: Request, pk: int, permission: str = "student.edit") -> Student:
    request.access.require(permission)
    rows = Student.objects.for_scope(request.access.scope(permission)).with_card()
    return get_object_or_404(rows, pk=pk)


def _tab_url(student: Student, tab: str) -> str:
    return f"{reverse('students_students_detail', args=[student.pk])}?tab={tab}"


def _answer(request: Request, form, *, obj, title: str, back: str, status: int) -> HttpResponse:
    context = {"form": form, "object": obj, "title": title, "back_url": back, "list_url": back}
    return render(request, "pages/form.html", context, status=status)


def edit_form(request: Request, form_class: type[RegisterForm], obj: Any, *, title: str, back: str):
    """Show or save a form of one row; a stale one shows both versions."""
    unbound = form_class(instance=obj, access=request.access)
    if request.method != "POST":
        return _answer(request, unbound, obj=obj, title=title, back=back, status=200)
    data = form_class.taking_theirs(request.POST, unbound)
    form = form_class(data, request.FILES or None, instance=obj, access=request.access)
    if not form.is_valid():
        return _answer(request, form, obj=obj, title=title, back=back, status=422)
    try:
        form.save()
    except StaleRow as stale:
        typed = form.data.copy()  # type: ignore[attr-defined]
        typed["row_version"] = str(stale.version)
        form.data = typed
        return _answer(request, form, obj=obj, title=title, back=back, status=409)
    messages.success(request, _("Saved."))
    return redirect(back)


def _edit_one(part: Part):
    @page("student.edit")
    def view(request: Request, pk: int) -> HttpResponse:
        student = _student(request, pk)
        rows = part.rows(student)
        obj = rows[0] if rows else part.blank(student)
        title = f"{part.title}: {student.person}"
        return edit_form(request, part.form, obj, title=title, back=_tab_url(student, part.tab))

    return view


def _new(part: Part):
    @page("student.edit")
    def view(request: Request, pk: int) -> HttpResponse:
        student = _student(request, pk)
        title = f"{part.title}: {student.person}"
        return edit_form(
            request, part.form, part.blank(student), title=title, back=_tab_url(student, part.tab)
        )

    return view


def _edit(part: Part):
    @page("student.edit")
    def view(request: Request, pk: int, item: int) -> HttpResponse:
        student = _student(request, pk)
        obj = get_object_or_404(part.model, pk=item, person=student.person_id)
        title = f"{part.title}: {student.person}"
        return edit_form(request, part.form, obj, title=title, back=_tab_url(student, part.tab))

    return view


def _delete(part: Part):
    @page("student.edit")
    @require_POST
    def view(request: Request, pk: int, item: int) -> HttpResponse:
        student = _student(request, pk)
        try:
            get_object_or_404(part.model, pk=item, person=student.person_id).delete()
        except ProtectedError:
            messages.error(
                request,
                _("Links were given to this person, so the contact stays: take the agreement back instead."),
            )
        else:
            messages.success(request, _("Deleted."))
        return redirect(_tab_url(student, part.tab))

    return view


def _scan(part: Part):
    @page("student.view")
    def view(request: Request, pk: int, item: int) -> FileResponse:
        student = _student(request, pk, "student.view")
        row: Any = get_object_or_404(part.model, pk=item, person=student.person_id)
        return files.response(row.scan, name=f"{student.number}-{part.code}-{item}")

    return view


def urls() -> list[URLPattern]:
    """The addresses of all parts."""
    found = []
    for part in PARTS.values():
        base = f"students/<int:pk>/{part.code}"
        if not part.many:
            found.append(path(f"{base}/edit/", _edit_one(part), name=f"student_{part.code}_edit"))
            continue
        found += [
            path(f"{base}/new/", _new(part), name=f"student_{part.code}_new"),
            path(f"{base}/<int:item>/edit/", _edit(part), name=f"student_{part.code}_edit"),
            path(f"{base}/<int:item>/delete/", _delete(part), name=f"student_{part.code}_delete"),
        ]
        if any(field.name == "scan" for field in part.model._meta.get_fields()):
            found.append(path(f"{base}/<int:item>/scan/", _scan(part), name=f"student_{part.code}_scan"))
    return found


# --- photo and passport data


@page("student.view")
def photo(request: Request, pk: int) -> FileResponse:
    """The photo, for whoever sees the student."""
    student = _student(request, pk, "student.view")
    return files.response(student.person.photo, name=student.number)


@page("own.card")
def my_photo(request: Request) -> FileResponse:
    """One's own photo."""
    person = get_object_or_404(Person, pk=request.access.scope("own.card").person_id)
    return files.response(person.photo, name="photo")


@page("student.edit")
def edit_photo(request: Request, pk: int) -> HttpResponse:
    """A new photo."""
    student = _student(request, pk)
    form = forms.PhotoForm(request.POST or None, request.FILES or None)
    back = reverse("students_students_detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        actions.set_photo(student, access=request.access, photo=form.cleaned_data["photo"])
        messages.success(request, _("Saved."))
        return redirect(back)
    title = _("Photo: %(name)s") % {"name": student.person}
    return _answer(
        request, form, obj=student, title=title, back=back, status=422 if request.method == "POST" else 200
    )


@page("student.edit")
def correct_passport(request: Request, pk: int) -> HttpResponse:
    """Correct passport data, with a reason and a document; old and new are kept."""
    student = _student(request, pk)
    back = _tab_url(student, "person")
    title = _("Correct passport data: %(name)s") % {"name": student.person}
    data = request.POST or None
    form = forms.PassportCorrectionForm(
        data, request.FILES or None, instance=student.person, access=request.access
    )
    if request.method != "POST":
        return _answer(request, form, obj=student, title=title, back=back, status=200)
    if form.is_valid():
        if form.cleaned_data["row_version"] != student.person.version:
            form.add_error(None, _("Somebody else changed this person meanwhile; look at the card again."))
        else:
            try:
                actions.correct_passport(
                    student,
                    access=request.access,
                    data=form.identity(),
                    reason=form.cleaned_data["reason"],
                    basis=form.cleaned_data["basis"],
                    scan=form.cleaned_data["scan"] or None,
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Corrected; both versions are kept."))
                return redirect(back)
    return _answer(request, form, obj=student, title=title, back=back, status=422)


@page("student.view")
def correction_scan(request: Request, pk: int) -> FileResponse:
    """The document behind a correction."""
    found = get_in_scope(PassportCorrection, request, "student.view", pk=pk)
    return files.response(found.scan, name=f"correction-{pk}")
