"""Naming the examiners of many sheets at once (duty 2.4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from grading import actions
from grading.models import GradeSheet
from hemis.access.guard import page
from hemis.base import Request

CHOSEN = "grading.chosen_sheets"
MOST = 300


@page("grade_sheet.open")
def name_examiners(request: Request) -> HttpResponse:
    """The ticked sheets that are still open, each with who may hold it; suggestions are chosen beforehand."""
    rows = (
        GradeSheet.objects.for_scope(request.access.scope("grade_sheet.open"))
        .filter(pk__in=request.session.get(CHOSEN, []), state=GradeSheet.OPEN)
        .select_related("curriculum_subject__subject", "group")
        .order_by("curriculum_subject__subject__name", "group__name", "control", "pk")
    )
    if request.method == "POST":
        chosen = {
            int(name.removeprefix("sheet_")): int(str(value))
            for name, value in request.POST.items()
            if name.startswith("sheet_") and name[6:].isdecimal() and str(value).isdecimal()
        }
        try:
            count = actions.name_examiners(rows.order_by(), chosen, access=request.access)
        except actions.GradingError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Examiners named: %(count)d") % {"count": count})
            return redirect("grading_sheets_list")
    found = actions.examiner_choices(rows[:MOST])
    context = {
        "title": _("Name examiners"),
        "rows": found,
        "left": max(0, rows.count() - len(found)) if len(found) == MOST else 0,
        "back": reverse("grading_sheets_list"),
    }
    return render(request, "grading/examiners.html", context)
