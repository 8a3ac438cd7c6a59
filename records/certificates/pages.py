"""The register of transcripts and certificates, and the student's own (duties 2.7, S)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grading.pages.choices import faculties
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.documents.pages import STATE_COLOURS
from hemis.jobs.actions import start
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import Register, Tab
from records.certificates import actions, forms
from records.certificates.actions import PRINT
from records.models import Certificate
from students.models import Student
from students.pages import Students

OWN_SHOWN = 50


class Certificates(Register):
    app, name = "records", "certificates"
    title, title_one = gettext_lazy("Transcripts and certificates"), gettext_lazy("transcript or certificate")
    model, permission, menu, menu_place = Certificate, "transcript", "record", 40
    columns = [
        Column("document__number", gettext_lazy("Number"), link=True, sort="document__number"),
        Column("kind"),
        Column("student__person__full_name", gettext_lazy("Student"), sort="student__person__sort_key"),
        Column("student__number", gettext_lazy("Student number"), hidden=True),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("language"),
        Column("purpose"),
        Column("issued_at"),
        Column("issued_by", sort=None),
        Column("handed_on"),
        Column("document__state", gettext_lazy("State"), badge=STATE_COLOURS),
    ]
    filters = [
        Filter("kind"),
        Filter("language"),
        RelatedFilter("faculty", faculties("transcript.view")),
        RangeFilter("issued_at", "date", lookup="issued_at__date", label=gettext_lazy("Issued")),
    ]
    search = ("document__number", "student__number", "purpose")
    search_person = "student__person"
    select_related = ("student__person", "faculty", "document", "blank", "issued_by__person")
    fields = (
        "document__number", "kind", "student", "faculty", "language", "up_to", "purpose", "issued_at", "issued_by",
        "blank", "printed_at", "handed_on", "recipient", "recipient_document", "document__state", "document__reason",
    )  # fmt: skip
    header_actions = [
        MenuItem("record", gettext_lazy("For whole groups"), "records_certificates_groups", PRINT)
    ]
    empty = gettext_lazy("Papers are issued from a student's card; students order theirs in the cabinet.")
    detail_template = "records/certificate.html"

    @classmethod
    def detail_context(cls, request, obj):
        may = request.access.can(PRINT) and (
            Certificate.objects.for_scope(request.access.scope(PRINT)).filter(pk=obj.pk).exists()
        )
        return {
            "may_mark": may and obj.blank_id and not obj.printed_at,
            "may_hand": may and not obj.handed_on and (not obj.blank_id or obj.printed_at),
            "hand_form": forms.HandForm(initial={"recipient": obj.student.person.full_name}),
        }


@page("transcript.print")
def issue(request: Request, pk: int) -> HttpResponse:
    """One paper for one student."""
    student = get_in_scope(Student, request, PRINT, pk=pk)
    form = forms.IssueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.issue(student, access=request.access, **form.cleaned_data)
        except actions.CertificateError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Issued: № %(number)s.") % {"number": made.document.number})
            return redirect("records_certificates_detail", pk=made.pk)
    context = {
        "title": _("Transcript or certificate") + f" · {student}", "form": form, "button": _("Issue"),
        "note": _("The paper gets the next number of its kind and a QR code; it is never changed afterwards."),
        "back": Students.url_of(student) + "?tab=papers",
    }  # fmt: skip
    return render(request, "records/form.html", context, status=422 if form.errors else 200)


@page("transcript.print")
def for_groups(request: Request) -> HttpResponse:
    """The same paper for whole groups, as a job."""
    form = forms.GroupsForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        params = {**data, "groups": [one.pk for one in data["groups"]]}
        return redirect("job", start("records.certificates", user=request.user, params=params).pk)
    context = {
        "title": _("Transcripts and certificates of groups"), "form": form, "button": _("Issue"),
        "note": _("One PDF with all papers comes out; each is registered by itself."),
        "back": reverse("records_certificates_list"),
    }  # fmt: skip
    return render(request, "records/form.html", context, status=422 if form.errors else 200)


@page("transcript.print")
@require_POST
def printed(request: Request, pk: int) -> HttpResponse:
    """The blank came out well."""
    found = get_in_scope(Certificate, request, PRINT, pk=pk)
    try:
        actions.mark_printed(found, access=request.access)
    except actions.CertificateError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Noted: printed."))
    return redirect("records_certificates_detail", pk=pk)


@page("transcript.print")
@require_POST
def hand_over(request: Request, pk: int) -> HttpResponse:
    """To whom and by which document."""
    found = get_in_scope(Certificate, request, PRINT, pk=pk)
    form = forms.HandForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Name who received it and by which document."))
        return redirect("records_certificates_detail", pk=pk)
    try:
        actions.hand_over(found, access=request.access, **form.cleaned_data)
    except actions.CertificateError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Noted: handed over."))
    return redirect("records_certificates_detail", pk=pk)


# --- the student's cabinet


@page("own.document")
def mine(request: Request) -> HttpResponse:
    """One's own papers, and the way to order one: issued at once."""
    form = forms.OwnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.order_own(access=request.access, **form.cleaned_data)
        except actions.CertificateError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Issued: № %(number)s.") % {"number": made.document.number})
            return redirect("my_certificates")
    person = request.access.scope("own.document").person_id
    rows = Certificate.objects.filter(student__person=person).select_related("document")[:OWN_SHOWN]
    context = {
        "title": _("My certificates"), "form": form,
        "papers": [(one, STATE_COLOURS[one.document.state]) for one in rows],
    }  # fmt: skip
    return render(request, "records/my_certificates.html", context, status=422 if form.errors else 200)


def _of_student(request: Request, student: Student) -> dict[str, Any]:
    seen = Certificate.objects.for_scope(request.access.scope("transcript.view")).filter(student=student)
    return {
        "papers": [(one, STATE_COLOURS[one.document.state]) for one in seen.select_related("document")[:OWN_SHOWN]],
        "may_issue": request.access.can(PRINT)
        and Student.objects.for_scope(request.access.scope(PRINT)).filter(pk=student.pk).exists(),
        "student": student,
    }  # fmt: skip


Students.add_tab(
    Tab(
        "papers",
        gettext_lazy("Transcripts and certificates"),
        "records/_papers.html",
        _of_student,
        "transcript.view",
    )
)
register_menu(MenuItem("cabinet", gettext_lazy("My certificates"), "my_certificates", "own.document"))
