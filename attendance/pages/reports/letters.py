"""Letters on absence: the list, and those due to one student (duty 2.4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from attendance import actions, queries
from attendance.models import AttendanceLetter
from attendance.pages.reports.students import StudentAttendance
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.register import Register
from students.models import Student


class Letters(Register):
    app, name = "attendance", "letters"
    title, title_one = gettext_lazy("Letters on absence"), gettext_lazy("letter on absence")
    model, permission, menu = AttendanceLetter, "attendance", "attendance"
    columns = [
        Column("document__number", gettext_lazy("Number"), link=True),
        Column("student__person__full_name", gettext_lazy("Student"), sort="student__person__sort_key"),
        Column("student__current__group", gettext_lazy("Group"), sort="student__current__group__name"),
        Column("kind"),
        Column("hours", numeric=True),
        Column("academic_year", sort="academic_year__year", hidden=True),
        Column("term"),
        Column("made_at"),
        Column("made_by", sort=None, hidden=True),
    ]
    filters = [
        Filter("kind"),
        RangeFilter("made_at", "date", lookup="made_at__date", label=gettext_lazy("Issued")),
    ]
    search = ("student__number", "document__number")
    search_person = "student__person"
    select_related = (
        "student__person", "student__current__group", "document", "academic_year", "made_by__person",
    )  # fmt: skip
    ordering = ("-made_at",)
    empty = gettext_lazy(
        "Issue letters from the list of students' attendance: tick those who have reached a limit."
    )
    detail_template = "attendance/letter.html"


@page("attendance.edit")
@require_POST
def letter(request: Request, pk: int) -> HttpResponse:
    """The letters that are due to one student, at once."""
    student = get_in_scope(Student, request, "attendance.edit", pk=pk)
    half = queries.half_year(request.POST.get("half", ""))
    try:
        made = actions.issue_letters(student.pk, access=request.access, half=half)
    except actions.AttendanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Letters issued: %(count)d") % {"count": len(made)})
    return redirect(reverse(StudentAttendance.url_name("detail"), args=[pk]) + f"?half={half.code}")
