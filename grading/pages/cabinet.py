"""The student's own results, GPA, debts, personal schedule and appeals (duty S)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import actions, forms, queries, rules
from grading.actions.appeals import appeal_ends
from grading.models import GradeSheet, PersonalSchedule, SheetLine, StudentGpa, SubjectResult
from grading.pages.schedules import lines_of
from grading.rulebook import Rulebook
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import menu
from hemis.pages.menu import MenuItem
from students.models import Student


def _me(request: Request, permission: str) -> Student | None:
    """The study that goes on, else the newest."""
    own = Student.objects.filter(person=request.access.scope(permission).person_id).select_related(
        "person", "current__group", "current__programme"
    )
    return own.order_by("-entry_year", "-pk").first()


@page("own.performance")
def my_results(request: Request) -> HttpResponse:
    """Marks by semester as they appear, the GPA, what is owed, the personal schedule."""
    student = _me(request, "own.performance")
    context: dict[str, Any] = {"title": _("My results"), "student": student}
    if student:
        book, now = Rulebook(), timezone.now()
        semesters = queries.results_of(student)
        for view in semesters:
            for one in view["subjects"]:
                for line in one["lines"]:
                    ends = appeal_ends(line.sheet, book)
                    open_now = line.sheet.state == GradeSheet.CLOSED and ends is not None and ends > now
                    line.appeal_until = ends if open_now and not line.appeals.all() else None
        owed = [one for view in semesters for one in view["subjects"] if one["owed"]]
        gpas = StudentGpa.objects.filter(student=student).select_related("academic_year")
        schedules = PersonalSchedule.objects.filter(
            student=student, state=PersonalSchedule.APPROVED
        ).select_related("student")
        context |= {
            "semesters": list(reversed(semesters)),
            "gpas": sorted(gpas, key=lambda one: one.academic_year_id or 0),
            "owed": owed,
            "says": rules.debts_say(len(owed), book.limits()),
            "schedules": [{"schedule": one, "lines": lines_of(one)} for one in schedules],
        }
    return render(request, "grading/my_results.html", context)


@page("own.performance")
def my_result(request: Request, pk: int) -> HttpResponse:
    """Why a result is what it is, step by step."""
    person = request.access.scope("own.performance").person_id
    result = get_object_or_404(
        SubjectResult.objects.select_related(
            "curriculum_subject__subject", "curriculum_subject__curriculum", "sheet"
        ),
        pk=pk, student__person=person,
    )  # fmt: skip
    context = {
        "title": result.curriculum_subject.subject.get_name_display(), "result": result,
        "explained": queries.explain(result),
    }  # fmt: skip
    return render(request, "grading/my_steps.html", context)


@page("own.performance")
def my_gpa(request: Request, pk: int) -> HttpResponse:
    """How the own GPA was found."""
    person = request.access.scope("own.performance").person_id
    row = get_object_or_404(StudentGpa.objects.select_related("academic_year"), pk=pk, student__person=person)
    year = row.academic_year or _("whole study")
    context = {
        "title": _("GPA, %(year)s") % {"year": year}, "gpa": row,
        "explained": queries.gpa_steps(row.student_id, row.academic_year_id),
    }  # fmt: skip
    return render(request, "grading/my_steps.html", context)


@page("own.appeal")
def lodge_appeal(request: Request, pk: int) -> HttpResponse:
    """An appeal against one own result."""
    person = request.access.scope("own.appeal").person_id
    line = get_object_or_404(
        SheetLine.objects.select_related("sheet__curriculum_subject__subject", "sheet__group"),
        pk=pk, student__person=person, sheet__state=GradeSheet.CLOSED,
    )  # fmt: skip
    form = forms.AppealForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.lodge_appeal(line, access=request.access, **form.cleaned_data)
        except actions.GradingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your appeal is lodged; you are told of the decision."))
            return redirect("my_results")
    context = {
        "title": _("Appeal: %(subject)s") % {"subject": line.sheet.curriculum_subject.subject.get_name_display()},
        "form": form, "line": line, "ends": appeal_ends(line.sheet),
    }  # fmt: skip
    return render(request, "grading/lodge_appeal.html", context, status=422 if form.errors else 200)


menu.register(MenuItem("cabinet", gettext_lazy("My results"), "my_results", "own.performance"))
