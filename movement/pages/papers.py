"""Basis documents of an order: uploading, reading and taking away scans; the export of people set aside."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from import_export.formats.base_formats import XLSX
from tablib import Dataset

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages import files
from movement import actions
from movement.documents import preview_of
from movement.forms import FileForm
from movement.models import Order


def _papers_of(pk: int) -> str:
    return reverse("movement_orders_detail", args=[pk]) + "?tab=papers"


@page("order.view")
def preview(request: Request, pk: int) -> HttpResponse:
    """What the order will say on paper, before it is signed."""
    order = get_in_scope(Order, request, "order.view", pk=pk)
    if order.document_id:
        return redirect("document_pdf", pk=order.document_id)
    response = HttpResponse(preview_of(order), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="loyiha.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@page("order.create")
@require_POST
def add_file(request: Request, pk: int) -> HttpResponse:
    """Put a scan on a draft."""
    order = get_in_scope(Order, request, "order.create", pk=pk)
    form = FileForm(request.POST, request.FILES, order=order)
    if not form.is_valid():
        for name, found in form.errors.items():
            messages.error(request, f"{form.fields[name].label}: {' '.join(str(one) for one in found)}")
        return redirect(_papers_of(pk))
    data = form.cleaned_data
    try:
        actions.add_file(
            order, access=request.access, kind=data["kind"], number=data["number"], date=data["date"],
            upload=data["file"], line=data["line"],
        )  # fmt: skip
    except actions.OrderError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The document is on the order."))
    return redirect(_papers_of(pk))


@page("order.create")
@require_POST
def remove_file(request: Request, pk: int, file: int) -> HttpResponse:
    """Take a scan off a draft."""
    order = get_in_scope(Order, request, "order.create", pk=pk)
    try:
        actions.remove_file(order, access=request.access, file_id=file)
    except actions.OrderError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The document is taken off the order."))
    return redirect(_papers_of(pk))


@page("order.view")
def read_file(request: Request, pk: int, file: int) -> FileResponse:
    """The scan, to those of the staff who see the order."""
    order = get_in_scope(Order, request, "order.view", pk=pk)
    found = get_object_or_404(order.files, pk=file)
    return files.response(found.file, name=f"{found.kind}-{found.pk}")


@page("order.view")
def aside_sheet(request: Request, pk: int) -> HttpResponse:
    """People set aside and why, as a workbook."""
    order = get_in_scope(Order, request, "order.view", pk=pk)
    data = Dataset(headers=[_("Student number"), _("Full name"), _("Group"), _("Course"), _("Why")])
    rows = order.aside.select_related("student__person", "student__current__group")
    for row in rows.iterator(chunk_size=2000):
        now = row.student.current
        group, course = (str(now.group or ""), now.get_course_display()) if now else ("", "")
        why = "; ".join(one["text"] for one in row.why)
        data.append([row.student.number, row.student.person.full_name, group, course, why])
    made = XLSX()
    answer = HttpResponse(made.export_data(data), content_type=made.get_content_type())
    answer["Content-Disposition"] = f'attachment; filename="order-{order.pk}-aside.xlsx"'
    return answer
