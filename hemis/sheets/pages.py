"""Upload → check → preview → confirm, the same for every sheet."""

from __future__ import annotations

import io
from collections.abc import Callable

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import page, signed_in
from hemis.base import Request
from hemis.jobs.actions import start
from hemis.jobs.models import Job
from hemis.sheets import actions, writing
from hemis.sheets.declaration import SHEETS, Fault, Sheet
from hemis.sheets.models import SheetImport
from hemis.sheets.reading import SheetRefused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("entry year"), min_value=2000, max_value=2100)
    file = forms.FileField(label=gettext_lazy("file (XLSX, XLS or CSV)"))

    def __init__(self, *args, asks_year: bool = True, accepts: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        if not asks_year:
            del self.fields["year"]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
        self.fields["file"].widget.attrs["accept"] = accepts
        if accepts not in ("", Sheet.accepts):
            kinds = accepts.replace(".", "").replace(",", ", ").upper()
            self.fields["file"].label = _("file (%(kinds)s)") % {"kinds": kinds}

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.SHEETS_MAX_BYTES:
            size = settings.SHEETS_MAX_BYTES // 2**20
            raise forms.ValidationError(_("The file is larger than %(size)d MB.") % {"size": size})
        return file


def _declared(request: Request, code: str) -> type[Sheet]:
    declared = SHEETS.get(code)
    if declared is None:
        raise Http404(code)
    request.access.require(declared.permission)
    return declared


def way_to(code: str, *, permission: str) -> Callable[[Request], HttpResponse]:
    """A view that leads to the upload of a sheet: what buttons of registers, which know no codes, point to."""

    @page(permission)
    def lead(request: Request) -> HttpResponse:
        return redirect("sheet_upload", code=code)

    return lead


@signed_in
def upload(request: Request, code: str) -> HttpResponse:
    """Take a file and hand it to the check."""
    declared = _declared(request, code)
    if declared.own_upload:
        messages.info(request, _("Open the one it is for and import there."))
        return redirect(declared.own_upload)
    return upload_for(request, declared, {}, back_url=reverse(declared.result_url_name))


def upload_for(request: Request, declared: type[Sheet], params: dict, *, back_url: str = "") -> HttpResponse:
    """The upload of a sheet whose further ``params`` are known: for pages of one row, which guard themselves."""
    code = declared.code
    asked = declared(request.access, {"year": declared.default_year(), **params})
    initial = {"year": declared.default_year()}
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        initial=initial,
        asks_year=declared.asks_year,
        accepts=declared.accepts,
    )
    if request.method == "POST" and form.is_valid():
        if declared.asks_year:
            params = params | {"year": form.cleaned_data["year"]}
        _found, job = actions.upload(
            access=request.access, code=code, file=form.cleaned_data["file"], params=params
        )
        return redirect("job", pk=job.pk)
    context = {
        "title": declared.title,
        "form": form,
        "code": code,
        "back_url": back_url,
        "columns": asked.fields.values(),
        "recent": SheetImport.objects.filter(sheet=code, owner=request.user)[:10],
    }
    return render(request, "sheets/upload.html", context, status=422 if form.errors else 200)


@signed_in
def template(request: Request, code: str) -> FileResponse:
    """The sheet to fill, with drop-downs."""
    declared = _declared(request, code)
    year = request.GET.get("year", "")
    params = {"year": int(year) if year.isdigit() else declared.default_year()}
    return workbook(
        writing.template(declared(request.access, params)), f"{code.replace('.', '-')}-template.xlsx"
    )


def workbook(content: bytes, name: str) -> FileResponse:
    """A workbook to be saved under a name."""
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=XLSX)


def _own(request: Request, pk: int) -> SheetImport:
    found = get_object_or_404(SheetImport, pk=pk, owner=request.user)
    request.access.require(SHEETS[found.sheet].permission)
    return found


def _job(found: SheetImport) -> Job | None:
    """The job that checks or saves this file, while there is something to say about it."""
    jobs = Job.objects.filter(owner=found.owner_id, kind__startswith="sheets.", params__import=found.pk)
    last = jobs.order_by("-pk").first()
    return last if last and (last.unfinished or last.state == Job.FAILED) else None


@signed_in
def preview(request: Request, pk: int) -> HttpResponse:
    """What was found: good rows, every bad cell, what was tidied."""
    found = _own(request, pk)
    faults = found.faults.all()
    columns = faults.values_list("column").annotate(count=Count("pk")).order_by("-count", "column")
    wanted = request.GET.get("column", "")
    if wanted:
        faults = faults.filter(column=wanted)
    context = {
        "title": found.name,
        "found": found,
        "faults": Paginator(faults, 50).get_page(request.GET.get("page")),
        "columns": list(columns),
        "notices_title": SHEETS[found.sheet].notices_title,
        "preview": _preview_page(found, request.GET.get("rows")),
        "wanted": wanted,
        "fault_rows": found.total - found.good,
        "fault_count": sum(count for _column, count in columns),
        "changes": found.added + found.changed,
        "job": _job(found),
        "upload_url": reverse("sheet_upload", args=[found.sheet]),
        "result_url": reverse(SHEETS[found.sheet].result_url_name),
    }
    return render(request, "sheets/preview.html", context)


def _preview_page(found: SheetImport, number: str | None):
    """A page of the good rows, each cell with its header; None where there are none to look at."""
    if not found.preview.get("rows"):
        return None
    rows = Paginator(found.preview["rows"], 50).get_page(number)
    rows.object_list = [list(zip(found.preview["headers"], row, strict=True)) for row in rows.object_list]
    return rows


@signed_in
@require_POST
def confirm(request: Request, pk: int) -> HttpResponse:
    """Save the good rows."""
    found = _own(request, pk)
    if found.state != SheetImport.CHECKED:
        messages.warning(request, _("This file is confirmed already, or was refused."))
        return redirect("sheet_import", pk=pk)
    title = _("Importing: %(file)s") % {"file": found.name}
    job = start("sheets.confirm", user=request.user, params={"import": found.pk}, title=title)
    return redirect("job", pk=job.pk)


@signed_in
def faulty(request: Request, pk: int) -> FileResponse:
    """The faulty rows as a workbook with the cells marked and commented."""
    found = _own(request, pk)
    try:
        _sheet, checked = actions.read_and_check(found, request.access)
    except SheetRefused as refusal:
        raise Http404 from refusal
    faults = [
        Fault(one.row, one.column, one.fault, one.message, one.value, one.hint) for one in found.faults.all()
    ]
    return workbook(
        writing.faulty_rows(checked.table, faults), f"{found.name.rsplit('.', 1)[0][:80]}-faults.xlsx"
    )
