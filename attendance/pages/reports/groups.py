"""Attendance of a group by subjects (duties 2.4, B7, T)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import queries
from attendance.models import Absence
from attendance.pages.reports.common import STUDYING, half_of, workbook
from curriculum.models import Subject
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.export import cell
from hemis.pages.register import Tab
from students.models import Group, Student
from students.pages import Groups


def matrix_of(group: Group, half: queries.HalfYear) -> dict[str, Any]:
    """Students of a group by subjects: hours without and with reason, and the totals: three queries."""
    rows = Absence.objects.filter(group=group, **half.lookup)
    cells = queries.matrix(rows)
    subjects = sorted(
        {
            (subject.pk, subject.get_name_display())
            for subject in Subject.objects.filter(
                pk__in=rows.order_by().values("registration__curriculum_subject__subject")
            )
        },
        key=lambda one: one[1],
    )  # fmt: skip
    present = Student.objects.filter(current__group=group, current__status=STUDYING)
    found = Student.objects.filter(pk__in={student for student, _subject in cells}) | present
    table = []
    for student in found.select_related("person").order_by("person__sort_key", "pk"):
        line = [cells.get((student.pk, key)) for key, _name in subjects]
        known = [one for one in line if one]
        table.append(
            {
                "student": student, "cells": line, "without": sum(one["without"] for one in known),
                "with_reason": sum(one["with_reason"] for one in known), "late": sum(one["late"] for one in known),
            }
        )  # fmt: skip
    return {
        "half": half,
        "halves": queries.half_year_choices(),
        "subjects": subjects,
        "table": table,
        "group": group,
    }


@page("attendance.view")
def group(request: Request, pk: int) -> HttpResponse:
    """A group's matrix, on the page or as a workbook."""
    rows = Group.objects.for_scope(request.access.scope("attendance.view"))
    found = get_object_or_404(rows, pk=pk)
    context = matrix_of(found, half_of(request))
    if request.GET.get("as") == "xlsx":
        return _matrix_file(found, context)
    context |= {"title": _("Attendance of the group %(group)s") % {"group": found}}
    return render(request, "attendance/group.html", context)


def _matrix_file(found: Group, context: dict[str, Any]) -> HttpResponse:
    head = [
        _("Student"),
        *(name for _key, name in context["subjects"]),
        _("Hours without reason"),
        _("Hours with reason"),
    ]
    lines = [
        [
            cell(row["student"].person.full_name),
            *(f"{one['without']} / {one['with_reason']}" if one else "" for one in row["cells"]),
            row["without"], row["with_reason"],
        ]
        for row in context["table"]
    ]  # fmt: skip
    return workbook(head, lines, f"attendance-{found.pk}")


Groups.add_tab(
    Tab(
        "attendance", gettext_lazy("Attendance"), "attendance/_matrix.html",
        lambda request, obj: matrix_of(obj, half_of(request)), "attendance.view",
    )
)  # fmt: skip
