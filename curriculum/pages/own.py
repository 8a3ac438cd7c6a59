"""The student's own curriculum: what is behind, what runs, what comes (duty S)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import queries
from curriculum.models import Curriculum, GroupCurriculum, Registration, TeachingAudience
from curriculum.timetable import sitting
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from students.models import Student

DONE, CURRENT, AHEAD = "done", "current", "ahead"


def _state(semester, today: datetime.date) -> str:
    if semester.ends_on < today:
        return DONE
    return CURRENT if semester.starts_on <= today else AHEAD


def own_student(person: int | None) -> Student | None:
    """The person's latest study."""
    if not person:
        return None
    rows = Student.objects.filter(person=person).with_card()  # type: ignore[attr-defined]
    return rows.filter(current__isnull=False).order_by("-entry_year", "-pk").first()


def _semesters(plan: Curriculum, student: Student, today: datetime.date) -> list[dict[str, Any]]:
    """The plan's semesters; of an elective group only what the student takes, once it is known."""
    mine = {
        row.curriculum_subject_id: row
        for row in Registration.objects.filter(student=student, is_active=True).select_related("group")
    }
    taken = {(row.semester_id, row.elective_group) for row in mine.values() if row.elective_group}
    found = []
    _training, _controls, views = queries.plan_by_semester(plan)
    for view in views:
        rows = [
            row | {"registration": mine.get(row["subject"].pk)}
            for row in view.rows
            if not row["subject"].elective_group
            or row["subject"].pk in mine
            or (view.semester.pk, row["subject"].elective_group) not in taken
        ]
        found.append({"view": view, "rows": rows, "state": _state(view.semester, today)})
    return found


def _others(plan: Curriculum | None, student: Student) -> list[Registration]:
    """Subjects of the student that are not of the present plan, and single ones of it."""
    rows = (
        Registration.objects.active()
        .filter(student=student)
        .select_related("curriculum_subject__subject", "semester__academic_year", "group")
    )
    single = rows.filter(basis__in=[Registration.DIFFERENCE, Registration.DEBT, Registration.RELEARNED])
    return list(single.order_by("semester__number", "curriculum_subject__position"))


def _teachers(student: Student, lines: list[int]) -> dict[int, list[str]]:
    """With whom the student sits in each line, by kind of training; where no seat is known yet, the own group's."""
    group = student.current.group_id if student.current else None
    sits = {one.teaching for one in sitting.seats(students=[student.pk], now=True)}
    rows = (
        TeachingAudience.objects.filter(
            Q(group=group, subgroup=None) | Q(teaching__in=sits),
            curriculum_subject__in=lines, teaching__teacher__isnull=False,
        )
        .select_related("teaching__teacher__person")
        .order_by("teaching__training_type", "pk")
    )  # fmt: skip
    own = {(row.curriculum_subject_id, row.teaching.training_type) for row in rows if row.teaching_id in sits}
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if row.teaching_id not in sits and (row.curriculum_subject_id, row.teaching.training_type) in own:
            continue
        text = f"{row.teaching.get_training_type_display()}: {row.teaching.teacher.person}"
        if text not in found[row.curriculum_subject_id]:
            found[row.curriculum_subject_id].append(text)
    return dict(found)


@page("own.plan")
def my_plan(request: Request) -> HttpResponse:
    """The own curriculum by semesters, with who teaches the present one."""
    student = own_student(request.access.scope("own.plan").person_id)
    plan = None
    semesters: list[dict[str, Any]] = []
    if student is not None and student.current.group_id:
        given = (
            GroupCurriculum.objects.filter(group=student.current.group_id)
            .select_related("curriculum__speciality", "curriculum__start_year", "curriculum__marking_system")
            .first()
        )
        plan = given.curriculum if given else None
        semesters = _semesters(plan, student, timezone.localdate()) if plan else []
    lines = [row["subject"].pk for one in semesters if one["state"] == CURRENT for row in one["rows"]]
    teachers = _teachers(student, lines) if student and lines else {}
    for one in semesters:
        for row in one["rows"]:
            row["teachers"] = teachers.get(row["subject"].pk, [])
    context = {
        "title": _("My curriculum"),
        "student": student,
        "plan": plan,
        "semesters": semesters,
        "others": _others(plan, student) if student else [],
        "credit": sum((one["view"].credit for one in semesters), 0),
        "done_credit": sum((one["view"].credit for one in semesters if one["state"] == DONE), 0),
    }
    return render(request, "curriculum/my_plan.html", context)


register_menu(MenuItem("cabinet", gettext_lazy("My curriculum"), "my_plan", "own.plan"))
