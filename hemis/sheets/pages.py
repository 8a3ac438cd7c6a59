"""Upload → check → preview → confirm, the same for every sheet."""

from __future__ import annotations

import datetime

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import signed_in
from hemis.jobs.actions import start
from hemis.sheets import actions, writing
from hemis.sheets.declaration import SHEETS, Sheet
from hemis.sheets.models import SheetImport
from hemis.sheets.reading import MAX_BYTES, SheetRefused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("entry year"), min_value=2000, max_value=2100)
    file = forms.FileField(label=gettext_lazy("file (XLSX, XLS or CSV)"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = datetime.date.today().year
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.xls,.csv"

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 1024 // 1024})
        return file


def _declared(request: HttpRequest, code: str) -> type[Sheet]:
    declared = SHEETS.get(code)
    if declared is None:
        raise Http404(code)
    request.access.require(declared.permission)
    return declared


@signed_in
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """Take a file and hand it to the check."""
    declared = _declared(request, code)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        found = SheetImport.objects.create(
            sheet=code, owner=request.user, name=file.name[:255], file=file, params={"year": form.cleaned_data["year"]}
        )
        job = start("sheets.check", user=request.user, params={"import": found.pk}, title=_("Checking: %(file)s") % {"file": found.name})
        return redirect("job", pk=job.pk)
    context = {
        "title": declared.title, "form": form, "code": code,
        "recent": SheetImport.objects.filter(sheet=code, owner=request.user)[:10],
    }
    return render(request, "sheets/upload.html", context, status=422 if form.errors else 200)


@signed_in
def template(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet to fill, with drop-downs."""
    declared = _declared(request, code)
    year = request.GET.get("year", "")
    params = {"year": int(year) if year.isdigit() else datetime.date.today().year}
    return _file(writing.template(declared(request.access, params)), f"{code}-template.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _own(request: HttpRequest, pk: int) -> SheetImport:
    found = get_object_or_404(SheetImport, pk=pk, owner=request.user)
    request.access.require(SHEETS[found.sheet].permission)
    return found


@signed_in
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found: good rows, every bad cell, what was tidied."""
    found = _own(request, pk)
    faults = found.faults.all()
    wanted = request.GET.get("fault", "")
    if wanted:
        faults = faults.filter(fault=wanted)
    context = {
        "title": found.name, "found": found, "faults": Paginator(faults, 50).get_page(request.GET.get("page")),
        "fault_rows": found.total - found.good, "fault_count": found.faults.count(),
        "upload_url": reverse("sheet_upload", args=[found.sheet]),
        "result_url": reverse(SHEETS[found.sheet].result_url_name),
    }
    return render(request, "sheets/preview.html", context)


@signed_in
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the good rows."""
    found = _own(request, pk)
    if found.state != SheetImport.CHECKED:
        messages.warning(request, _("This file is confirmed already, or was refused."))
        return redirect("sheet_import", pk=pk)
    job = start("sheets.confirm", user=request.user, params={"import": found.pk}, title=_("Importing: %(file)s") % {"file": found.name})
    return redirect("job", pk=job.pk)


@signed_in
def faulty(request: HttpRequest, pk: int) -> HttpResponse:
    """The faulty rows as a workbook with the cells marked and commented."""
    found = _own(request, pk)
    try:
        table, checked = actions.read_and_check(found, request.access)
    except SheetRefused as refusal:
        raise Http404 from refusal
    return _file(writing.faulty_rows(table, checked.faults), "faults.xlsx")
