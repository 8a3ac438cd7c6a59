"""The teacher's controls: own sheets, and a sheet filled like a spreadsheet (duty B7.1)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grading import actions, queries, rules
from grading.actions.filling import may_fill
from grading.models import GradeSheet, SheetLine
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import menu
from hemis.pages.menu import MenuItem

SHOWN = 100


def _own(request: Request):
    """Sheets that the person holds; a tutor's groups are not meant."""
    return (
        GradeSheet.objects.valid()
        .filter(examiner__person=request.user.person_id)
        .select_related("curriculum_subject__subject", "curriculum_subject__curriculum", "group", "examiner",
                        "academic_year")
    )  # fmt: skip


@page("grade_sheet.fill")
def my_sheets(request: Request) -> HttpResponse:
    """What is to be filled first, the nearest term on top; then what is under way and done."""
    from django.db.models import Count, Q

    rows = list(
        _own(request).annotate(
            total=Count("lines"), filled=Count("lines", filter=~Q(lines__status=SheetLine.EMPTY))
        ).order_by("due_on", "group__name")[: SHOWN * 3]
    )  # fmt: skip
    context = {
        "title": _("My controls"),
        "to_fill": [one for one in rows if one.state == GradeSheet.OPEN],
        "under_way": [one for one in rows if one.state in (GradeSheet.SIGNED, GradeSheet.CHECKED)],
        "closed": [one for one in rows if one.state == GradeSheet.CLOSED][-SHOWN:],
        "today": timezone.localdate(),
    }
    return render(request, "grading/my_sheets.html", context)


@page("grade_sheet.fill")
def fill(request: Request, pk: int) -> HttpResponse:
    """The grid. Each cell is saved as it is left; without JavaScript the whole sheet by a button."""
    sheet = get_object_or_404(_own(request), pk=pk)
    if request.method == "POST":
        return _save(request, sheet)
    return _grid(request, sheet)


def _cells(request: Request) -> dict[int, tuple[str | None, str]]:
    """``cell-<line>`` and ``was-<line>`` of the form."""
    found = {}
    for name, typed in request.POST.items():
        kind, _dash, key = name.partition("-")
        if kind == "cell" and key.isdigit():
            found[int(key)] = (request.POST.get(f"was-{key}"), str(typed)[:16])
    return found


def _save(request: Request, sheet: GradeSheet) -> HttpResponse:
    cells = _cells(request)
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        outcome = actions.fill(sheet, cells, access=request.access)
    except actions.GradingError as error:
        if wants_json:
            return JsonResponse({"refused": str(error)}, status=409)
        messages.error(request, str(error))
        return redirect("grading_fill", pk=sheet.pk)
    if wants_json:
        told = {"saved": outcome.saved, "errors": outcome.errors, "conflicts": outcome.conflicts}
        return JsonResponse(told | {"left": outcome.left})
    if not outcome.good:
        typed = {
            pk: text for pk, (_was, text) in cells.items() if pk in outcome.errors or pk in outcome.conflicts
        }
        return _grid(request, sheet, typed=typed, outcome=outcome, status=422)
    messages.success(request, _("Saved."))
    return redirect("grading_fill", pk=sheet.pk)


def _grid(
    request: Request, sheet: GradeSheet, *, typed: dict[int, str] | None = None, outcome: Any = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    lines = list(sheet.lines.select_related("student__person"))
    before = _before(sheet, lines) if sheet.control == rules.FINAL else {}
    reason = may_fill(sheet, request.access)
    rows = []
    for line in lines:
        shown = (typed or {}).get(line.pk, line.text)
        rows.append(
            {
                "line": line, "text": shown, "was": line.text, "before": before.get(line.student_id),
                "error": outcome.errors.get(line.pk, "") if outcome else "",
                "theirs": outcome.conflicts.get(line.pk) if outcome else None,
                "is_fixed": bool(reason) or line.status == SheetLine.NOT_ADMITTED,
            }
        )  # fmt: skip
    context = {
        "title": f"{sheet.curriculum_subject.subject.get_name_display()} · {sheet.group}",
        "sheet": sheet, "rows": rows, "reason": reason, "shows_before": bool(before),
        "left": sum(line.status == SheetLine.EMPTY for line in lines),
        "can_prefill": not reason and sheet.control not in (rules.FINAL, rules.OVERALL),
        "save_url": reverse("grading_fill", args=[sheet.pk]),
    }  # fmt: skip
    return render(request, "grading/fill.html", context, status=status)


def _before(sheet: GradeSheet, lines: list[SheetLine]) -> dict[int, dict[str, Any]]:
    """JN, ON and their sum beside each student of a final control."""
    from grading.rulebook import Rulebook

    subject = sheet.curriculum_subject
    scale, maxima = (
        Rulebook(sheet.held_on).scale(subject.curriculum.marking_system_id),
        queries.maxima_of([subject.pk])[subject.pk],
    )
    got = queries.lines_of([subject.pk], [one.student_id for one in lines], states=GradeSheet.ANNOUNCED)
    found = {}
    for line in lines:
        counted = queries.counted(scale, maxima, got.get((line.student_id, subject.pk), {}), sheet.attempt)
        found[line.student_id] = {
            "current": rules.part(scale, counted, rules.CURRENT_ALL),
            "midterm": rules.part(scale, counted, rules.MIDTERM_ALL),
            "sum": rules.before_final(scale, counted),
        }
    return found


def _own_verb(do):
    """A button of the teacher's grid."""

    @page("grade_sheet.fill")
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        sheet = get_object_or_404(_own(request), pk=pk)
        try:
            messages.success(request, do(request, sheet))
        except actions.GradingError as error:
            messages.error(request, str(error))
        return redirect("grading_fill", pk=pk)

    return view


def _prefill(request: Request, sheet: GradeSheet) -> str:
    outcome = actions.prefill(sheet, access=request.access)
    return _("Loaded from the journal and the tasks: %(count)d. Look through them before you sign.") % {
        "count": len(outcome.saved)
    }


def _sign(request: Request, sheet: GradeSheet) -> str:
    if request.POST:
        cells = _cells(request)
        if cells and not actions.fill(sheet, cells, access=request.access).good:
            raise actions.GradingError(_("Some cells are wrong; save the sheet and mend them first."))
    actions.sign(sheet, access=request.access)
    return _("You have signed the sheet; the kafedra checks it now.")


prefill = _own_verb(_prefill)
sign = _own_verb(_sign)

menu.register(MenuItem("controls", gettext_lazy("My controls"), "grading_my_sheets", "grade_sheet.fill"))
