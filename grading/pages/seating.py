"""The exam list of a control on its card, on paper and as a workbook (duties 2.3, 3.3)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from tablib import Dataset

from curriculum.models import ControlEvent
from curriculum.timetable.pages.controls import Controls
from grading import seating
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.export import attachment, cell
from hemis.pages.register import Tab

PERMISSION = "exam_list.view"


def _event(request: Request, pk: int) -> ControlEvent:
    return get_in_scope(ControlEvent, request, PERMISSION, pk=pk)


def _list(request: Request, event: ControlEvent) -> dict[str, Any]:
    return {"found": seating.exam_list(event), "event": event}


@page(PERMISSION)
@require_POST
def paper(request: Request, pk: int) -> HttpResponse:
    """The list with seats and places for signatures, as a document."""
    return redirect("document_pdf", pk=seating.issue_exam_list(_event(request, pk), by=request.user).pk)


@page(PERMISSION)
def workbook(request: Request, pk: int) -> HttpResponse:
    """The same list for Excel."""
    event = _event(request, pk)
    data = Dataset(headers=[str(one) for one in seating.HEAD])
    for line in seating.table(seating.exam_list(event)):
        data.append([cell(one) for one in line])
    return attachment(f"exam-list-{event.pk}", data, "xlsx")


Controls.add_tab(
    Tab(
        "exam_list", gettext_lazy("Exam list"), "grading/_exam_list.html", _list, PERMISSION,
        lambda event: event.state == ControlEvent.PLANNED,
    )
)  # fmt: skip
