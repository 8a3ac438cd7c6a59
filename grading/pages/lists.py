"""Opening sheets in bulk, lists of the admitted, summary sheets and lateness (duties 2.3, 2.4, 3.3)."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.models import CurriculumSemester, CurriculumSubject
from grading import actions, documents, forms, queries, rules
from grading.models import GradeSheet
from grading.rulebook import Rulebook
from hemis.access.guard import page
from hemis.base import Request
from hemis.jobs.actions import start
from hemis.pages import menu
from hemis.pages.export import cell
from hemis.pages.menu import MenuItem
from students.models import Group, Student

AUTUMN = "11"
PREVIEW_GROUPS = 40


def subjects_of(groups: list[Group], year: int, term: str):
    """Subjects that the groups' students are registered for in a half-year."""
    students = Student.objects.filter(current__group__in=groups).values("pk")
    return (
        CurriculumSubject.objects.filter(semester__academic_year=year)
        .filter(Q(curriculum__groups__group__in=groups) | Q(registrations__student__in=students))
        .filter(semester__number__in=[n for n in range(1, 13) if (n % 2 == 1) == (term == AUTUMN)])
        .select_related("subject", "curriculum", "semester")
        .distinct()
    )


def propose(
    groups: list[Group], year: int, term: str, control: str, attempt: str
) -> list[actions.opening.Proposal]:
    """What would be opened for these groups."""
    return actions.propose_sheets(subjects_of(groups, year, term), groups, control=control, attempt=attempt)


@page("grade_sheet.open")
def open_sheets(request: Request) -> HttpResponse:
    """Choose, look at what would be opened, open it as a job."""
    data = request.POST if request.method == "POST" else (request.GET or None)
    form = forms.OpenForm(data, access=request.access, permission="grade_sheet.open")
    context: dict[str, Any] = {"title": _("Open grade sheets"), "form": form}
    if form.is_bound and form.is_valid():
        chosen, groups = form.cleaned_data, form.chosen_groups()
        if request.method == "POST":
            params = {
                "groups": [one.pk for one in groups], "year": chosen["academic_year"].pk, "term": chosen["term"],
                "control": chosen["control"], "attempt": chosen["attempt"],
            }  # fmt: skip
            job = start(
                "grading.open_sheets", user=request.user, params=params,
                title=_("Grade sheets: %(faculty)s") % {"faculty": chosen["faculty"]}, access=request.access,
            )  # fmt: skip
            return redirect("job", pk=job.pk)
        found = propose(
            groups[:PREVIEW_GROUPS],
            chosen["academic_year"].pk,
            chosen["term"],
            chosen["control"],
            chosen["attempt"],
        )
        context |= {
            "previewed": True, "proposals": found, "groups": len(groups),
            "shown_groups": min(len(groups), PREVIEW_GROUPS),
            "can_start": any(one.can_be_opened for one in found) or len(groups) > PREVIEW_GROUPS,
        }  # fmt: skip
    return render(request, "grading/open_sheets.html", context, status=422 if form.errors else 200)


# --- who is admitted


def _groups(request: Request, permission: str):
    return (
        Group.objects.for_scope(request.access.scope(permission))
        .filter(is_active=True, plan__isnull=False)
        .order_by("name")
    )


def _chosen(
    request: Request, permission: str
) -> tuple[Group | None, CurriculumSemester | None, dict[str, Any]]:
    """The group and semester of the address, and what there is to choose from."""
    rows = _groups(request, permission)
    asked = request.GET.get("group", "")
    group = get_object_or_404(rows, pk=asked) if asked.isdigit() else None
    context: dict[str, Any] = {"groups": rows, "group": group}
    if group is None:
        return None, None, context
    semesters = list(queries.semesters_of(group))
    wanted = request.GET.get("semester", "")
    semester = next((one for one in semesters if str(one.number) == wanted), None) or _present(semesters)
    return group, semester, context | {"semesters": semesters, "semester": semester}


def _present(semesters: list[CurriculumSemester]) -> CurriculumSemester | None:
    """The semester of today, else the last that has begun."""
    from django.utils import timezone

    begun = [one for one in semesters if one.starts_on <= timezone.localdate()]
    return begun[-1] if begun else (semesters[0] if semesters else None)


@page("exam_list.view")
def exam_lists(request: Request) -> HttpResponse:
    """Ruxsat: students of a group × subjects of a semester, admitted or why not; a fixed number of queries."""
    group, semester, context = _chosen(request, "exam_list.view")
    attempt = request.GET.get("attempt", "11")
    attempt = attempt if attempt in forms.ATTEMPTS else "11"
    context |= {"title": _("Who is admitted to the final controls"), "attempt": attempt}
    if group and semester:
        context |= _admission_matrix(group, semester, attempt)
    return render(request, "grading/exam_lists.html", context)


def _admission_matrix(group: Group, semester: CurriculumSemester, attempt: str) -> dict[str, Any]:
    subjects = list(
        CurriculumSubject.objects.filter(semester=semester, controls__control=rules.FINAL)
        .select_related("subject", "curriculum")
        .order_by("position", "pk")
    )
    found = queries.admissions(subjects, [group.pk], attempt=attempt, book=Rulebook())
    by_student: dict[int, dict[str, Any]] = {}
    counts = {one.pk: [0, 0] for one in subjects}
    for (subject, _group), candidates in found.items():
        for one in candidates:
            row = by_student.setdefault(one.student.pk, {"student": one.student, "cells": {}})
            row["cells"][subject] = one
            counts[subject][0 if one.admitted else 1] += 1
    subjects = [one for one in subjects if sum(counts[one.pk])]
    sheets = dict(
        GradeSheet.objects.valid()
        .filter(
            curriculum_subject__in=subjects, group=group, control=rules.FINAL, attempt=attempt, schedule=None
        )
        .values_list("curriculum_subject", "pk")
    )
    rows = sorted(by_student.values(), key=lambda row: (row["student"].person.sort_key, row["student"].pk))
    return {
        "subjects": [
            {"subject": one, "admitted": counts[one.pk][0], "refused": counts[one.pk][1], "sheet": sheets.get(one.pk)}
            for one in subjects
        ],
        "rows": [
            {"student": row["student"], "cells": [row["cells"].get(one.pk) for one in subjects]} for row in rows
        ],
    }  # fmt: skip


@page("exam_list.view")
@require_POST
def print_exam_list(request: Request, pk: int) -> HttpResponse:
    """The list of one subject and group as a document."""
    group = get_object_or_404(_groups(request, "exam_list.view"), pk=pk)
    asked = request.POST.get("subject", "")
    subject = (
        CurriculumSubject.objects.select_related(
            "subject", "curriculum", "semester__academic_year", "kafedra"
        )
        .filter(pk=asked if asked.isdigit() else 0, controls__control=rules.FINAL)
        .first()
    )
    if subject is None:
        messages.warning(request, _("Choose a subject with a final control."))
        return redirect(f"{reverse('grading_exam_lists')}?{urlencode({'group': group.pk})}")
    attempt = request.POST.get("attempt", "11")
    attempt = attempt if attempt in forms.ATTEMPTS else "11"
    document = documents.issue_exam_list(subject, group, attempt=attempt, by=request.user)
    if document is None:
        messages.warning(request, _("Nobody of the group is registered for the subject."))
        query = urlencode({"group": group.pk, "semester": subject.semester.number})
        return redirect(f"{reverse('grading_exam_lists')}?{query}")
    return redirect("document_pdf", pk=document.pk)


# --- the summary sheet


@page("performance.view")
def summary(request: Request) -> HttpResponse:
    """Jamlanma qaydnoma: group × subject, marks with their retakes."""
    group, semester, context = _chosen(request, "performance.view")
    context["title"] = _("Summary sheet")
    if group and semester:
        matrix = queries.summary(group, semester)
        context |= {"matrix": matrix, "totals": _totals(matrix)}
    return render(request, "grading/summary.html", context)


def _totals(matrix: queries.Matrix) -> list[tuple[str, list[int]]]:
    """Counts of 5, 4, 3, 2 and of what is not known, by subject."""
    columns = [[row["cells"][at] for row in matrix.rows] for at in range(len(matrix.subjects))]
    marks = [[one["result"].mark for one in column if one["result"]] for column in columns]
    found = [(f"“{mark}”", [column.count(mark) for column in marks]) for mark in (5, 4, 3)]
    found.append(("“2”", [column.count(2) + column.count(0) for column in marks]))
    unknown = [sum(one["registered"] and one["result"] is None for one in column) for column in columns]
    return [*found, (_("no result"), unknown)]


@page("performance.view")
def summary_xlsx(request: Request) -> HttpResponse:
    """The same matrix as a workbook."""
    group, semester, _context = _chosen(request, "performance.view")
    if group is None or semester is None:
        return redirect("grading_summary")
    matrix = queries.summary(group, semester)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet, bold = (
        book.add_worksheet(_("Summary sheet")[:31]),
        book.add_format({"bold": True, "text_wrap": True}),
    )
    sheet.write(0, 0, f"{group} · {semester} · {semester.academic_year}", bold)
    head = [
        "№",
        _("Student"),
        _("Student number"),
        *(one.subject.get_name_display() for one in matrix.subjects),
        _("GPA"),
        _("Debts"),
    ]
    for at, text in enumerate(head):
        sheet.write_string(2, at, text, bold)
    for number, row in enumerate(matrix.rows, start=1):
        values = [number, row["student"].person.full_name, row["student"].number]
        values += [one["result"].overall if one["result"] else "" for one in row["cells"]]
        values += [row["gpa"] if row["gpa"] is not None else "", row["debts"]]
        for at, value in enumerate(values):
            written = cell(value)
            if isinstance(written, str):
                sheet.write_string(number + 2, at, written)
            else:
                sheet.write_number(number + 2, at, float(written))
    sheet.set_column(1, 1, 40)
    sheet.freeze_panes(3, 2)
    book.close()
    answer = HttpResponse(
        out.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer["Content-Disposition"] = f'attachment; filename="summary-{group.pk}-{semester.number}.xlsx"'
    return answer


@page("performance.view")
@require_POST
def print_summary(request: Request, pk: int) -> HttpResponse:
    """The summary sheet of a group and semester as a document with QR."""
    group = get_object_or_404(_groups(request, "performance.view"), pk=pk)
    asked = request.POST.get("semester", "")
    semester = queries.semesters_of(group).filter(number=asked if asked.isdigit() else 0).first()
    if semester is None:
        messages.warning(request, _("Choose a semester."))
        return redirect(f"{reverse('grading_summary')}?{urlencode({'group': group.pk})}")
    return redirect("document_pdf", pk=documents.issue_summary(group, semester, by=request.user).pk)


# --- lateness


@page("performance.view")
def lateness(request: Request) -> HttpResponse:
    """Sheets not filled or not closed in time, by kafedra and by examiner."""
    scope = request.access.scope("performance.view")
    sheets = GradeSheet.objects.for_scope(scope).filter(academic_year__is_current=True)
    context = {
        "title": _("Sheets in time"),
        "lists": request.access.can("grade_sheet.view"),
        "kafedras": queries.lateness(sheets, "kafedra"),
        "examiners": queries.lateness(sheets.filter(examiner__isnull=False), "examiner")[:50],
    }
    return render(request, "grading/lateness.html", context)


menu.register(MenuItem("performance", gettext_lazy("Open grade sheets"), "grading_open", "grade_sheet.open"))
menu.register(
    MenuItem("curriculum", gettext_lazy("Lists of the admitted"), "grading_exam_lists", "exam_list.view")
)
menu.register(MenuItem("performance", gettext_lazy("Summary sheet"), "grading_summary", "performance.view"))
menu.register(MenuItem("performance", gettext_lazy("Sheets in time"), "grading_lateness", "performance.view"))
