"""My jobs: progress, failures, cancel and retry; each sees only the own ones."""

from __future__ import annotations

import io

import xlsxwriter
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemis.access.guard import signed_in
from hemis.base import Request
from hemis.jobs import actions
from hemis.jobs.models import Job


@signed_in
def my_jobs(request: Request) -> HttpResponse:
    """All jobs of the user, newest first; opening the page empties the bell."""
    rows = Job.objects.filter(owner=request.user)
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    rows.filter(seen=False).exclude(state__in=Job.UNFINISHED).update(seen=True)
    context = {"title": _("My jobs"), "page": page, "worker": actions.worker_is_alive()}
    return render(request, "jobs/my_jobs.html", context)


def _own(request: Request, pk: int) -> Job:
    return get_object_or_404(Job, pk=pk, owner=request.user)


@signed_in
def job_page(request: Request, pk: int) -> HttpResponse:
    """Progress while it runs, then the result and what was set aside."""
    job = _own(request, pk)
    if not job.unfinished and not job.seen:
        Job.objects.filter(pk=pk).update(seen=True)
    failures = Paginator(job.failures.all(), 50).get_page(request.GET.get("page"))
    context = {
        "title": job.title,
        "job": job,
        "failures": failures,
        "failed": failures.paginator.count,
        "worker": actions.worker_is_alive(),
    }
    if not request.htmx:
        return render(request, "jobs/job.html", context)
    response = render(request, "jobs/_progress.html", context)
    if not job.unfinished:
        response["HX-Trigger"] = "jobEnded"
    return response


@signed_in
@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    """Stop the job after the present chunk."""
    actions.cancel(_own(request, pk))
    return redirect("job", pk=pk)


@signed_in
@require_POST
def retry(request: Request, pk: int) -> HttpResponse:
    """A new job for what this one did not do."""
    try:
        again = actions.retry(_own(request, pk))
    except actions.JobError as error:
        messages.warning(request, str(error))
        return redirect("job", pk=pk)
    return redirect("job", pk=again.pk)


@signed_in
def failures(request: Request, pk: int) -> FileResponse:
    """All that was set aside, as a workbook."""
    job = _own(request, pk)
    out = io.BytesIO()
    # Text is written as text: a cell that begins with "=" never becomes a formula.
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, [_("What"), _("Reason")], bold)
        for row, one in enumerate(job.failures.iterator(), start=1):
            sheet.write_string(row, 0, one.label or one.key)
            sheet.write_string(row, 1, one.message)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 1, 90)
        sheet.freeze_panes(1, 0)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"job-{job.pk}-failures.xlsx")


@signed_in
def result(request: Request, pk: int) -> FileResponse:
    """The file that the job made."""
    job = _own(request, pk)
    if not job.result_file:
        raise Http404
    return FileResponse(
        job.result_file.open("rb"), as_attachment=True, filename=job.result_file.name.rsplit("/", 1)[-1]
    )


@signed_in
def bell(request: Request) -> HttpResponse:
    """How many finished jobs have not been looked at."""
    count = Job.objects.filter(owner=request.user, seen=False).exclude(state__in=Job.UNFINISHED).count()
    return render(request, "jobs/_bell.html", {"unseen": count})
