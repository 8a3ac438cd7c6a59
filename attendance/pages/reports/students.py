"""Attendance of students against the limits; the same on their cards (duties 2.4, B7, T)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import actions, queries, rules
from attendance.models import Absence, AttendanceLetter
from attendance.pages.excuses import excuse_students, faculties
from attendance.pages.lessons import HalfFilter
from attendance.pages.reports.common import STUDYING, half_of
from curriculum.models import SubjectHours
from hemis.base import Request
from hemis.jobs.actions import start
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.register import BulkAction, Register, Tab
from students.models import Group, Student
from students.pages import Students

LEVELS = {
    rules.WARNING: gettext_lazy("warning"),
    rules.REPRIMAND: gettext_lazy("reprimand"),
    rules.EXPULSION: gettext_lazy("expulsion"),
}
LEVEL_COLOURS = {rules.WARNING: "yellow", rules.REPRIMAND: "orange", rules.EXPULSION: "red"}
LONG_LIST = 2000


class StudentHalfFilter(HalfFilter):
    """Besides choosing, it counts: hours, lates and the level of each student in the half-year."""

    def apply(self, rows, data):
        half = self.half(data)
        rows = queries.with_level(queries.of_students(rows, half), timezone.localdate())
        load = (
            SubjectHours.objects.filter(
                curriculum_subject__registrations__student=OuterRef("pk"),
                curriculum_subject__registrations__is_active=True,
                curriculum_subject__semester__academic_year=half.year,
                curriculum_subject__semester__number__in=range(
                    1 if half.term == queries.AUTUMN else 2, 13, 2
                ),
            )
            .exclude(training_type__in=rules.OUTSIDE_THE_ROOM)
            .order_by()
            .values("curriculum_subject__registrations__student")
            .annotate(n=Sum("hours"))
            .values("n")
        )
        letters = (
            AttendanceLetter.objects.filter(student=OuterRef("pk"), **half.lookup)
            .order_by()
            .values("student")
        )
        return rows.annotate(
            load=Subquery(load, output_field=IntegerField()),
            letters=Subquery(letters.annotate(n=Count("pk")).values("n"), output_field=IntegerField()),
        )


class LevelFilter(Filter):
    """Who has reached a level, or any of them."""

    def __init__(self) -> None:
        super().__init__(
            "level", "level", gettext_lazy("Limit reached"),
            lambda access: [(code, str(label)) for code, label in LEVELS.items()],
        )  # fmt: skip


def _share(row: Any) -> str:
    return f"{Decimal(row.without * 100) / row.load:.1f} %" if row.load else ""


def _letters(request: Request, rows: QuerySet) -> HttpResponse | str:
    """Letters that are due to the ticked students: as a job."""
    keys = list(rows.order_by("person__sort_key", "pk").values_list("pk", flat=True)[: LONG_LIST + 1])
    if len(keys) > LONG_LIST:
        messages.error(request, _("At most %(count)d students at once.") % {"count": LONG_LIST})
        return ""
    job = start(
        "attendance.letters", user=request.user, params={"students": keys, "half": half_of(request).code}
    )
    return redirect("job", job.pk)


class StudentAttendance(Register):
    app, name = "attendance", "students"
    title, title_one = gettext_lazy("Attendance of students"), gettext_lazy("attendance of a student")
    model, permission, menu = Student, "attendance", "attendance"
    columns = [
        Column("person__full_name", gettext_lazy("Student"), sort="person__sort_key", link=True),
        Column("number"),
        Column("current__group", sort="current__group__name", label=gettext_lazy("Group")),
        Column("current__course", hidden=True),
        Column("current__faculty__name", gettext_lazy("Faculty"), hidden=True),
        Column("without", gettext_lazy("Hours without reason"), sort="without", numeric=True),
        Column("with_reason", gettext_lazy("Hours with reason"), sort="with_reason", numeric=True),
        Column("late", gettext_lazy("Times late"), sort="late", numeric=True),
        Column("share", gettext_lazy("Of hours in the room"), sort=None, value=_share, numeric=True),
        Column("level", gettext_lazy("Limit reached"), sort="level",
               value=lambda row: LEVELS.get(row.level, ""), badge=LEVEL_COLOURS),
        Column("letters", gettext_lazy("Letters issued"), sort="letters", numeric=True),
    ]  # fmt: skip
    filters = [
        StudentHalfFilter(),
        LevelFilter(),
        RelatedFilter("faculty", faculties, lookup="current__faculty", label=gettext_lazy("Faculty")),
        RelatedFilter(
            "group", lambda access: Group.objects.for_scope(access.scope("attendance.view")).filter(is_active=True),
            lookup="current__group", label=gettext_lazy("Group"),
        ),
        Filter("course", lookup="current__course", label=gettext_lazy("Course")),
        RangeFilter("without", lookup="without", label=gettext_lazy("Hours without reason")),
    ]  # fmt: skip
    search = ("number",)
    search_person = "person"
    select_related = ("person", "current__group", "current__faculty", "current__programme__speciality")
    fields = (
        "number", "person__full_name", "current__faculty__name", "current__group", "current__course",
        "current__programme__speciality",
    )  # fmt: skip
    ordering = ("person__sort_key",)
    actions = [
        BulkAction(
            "letters",
            gettext_lazy("Issue the letters that are due"),
            "attendance.edit",
            _letters,
            icon="mail",
        ),
        BulkAction(
            "excuse", gettext_lazy("Excuse by document"), "attendance.edit", excuse_students, icon="file-text"
        ),
    ]
    detail_template = "attendance/student.html"

    @classmethod
    def base_queryset(cls):
        return Student.objects.filter(current__status=STUDYING)

    @classmethod
    def detail_context(cls, request, obj):
        found = attendance_of(obj, half_of(request))
        due = actions.letters_due(found["standing"], found["limits"], {one.kind for one in found["letters"]})
        return found | {"letters_due": due if request.access.can("attendance.edit") else []}


def attendance_of(student: Student, half: queries.HalfYear) -> dict[str, Any]:
    """A student's half-year: where one stands, by subject, every absence, letters: eight queries at most."""
    limits = queries.limits_of(student.pk, timezone.localdate())
    subjects = queries.subjects_of(student, half, limits)
    absences = list(
        Absence.objects.filter(student=student, **half.lookup)
        .select_related(
            "registration__curriculum_subject__subject", "record__lesson__teaching", "record__lesson__teacher__person",
            "record__topic", "excuse",
        )
        .order_by("-day", "-record__lesson__starts_at")
    )  # fmt: skip
    without = sum(one.without for one in subjects)
    return {
        "half": half, "halves": queries.half_years_since(student.entry_year), "subjects": subjects,
        "absences": absences,
        "limits": limits,
        "standing": rules.standing(without, limits), "levels": LEVELS, "without": without,
        "with_reason": sum(one.with_reason for one in subjects), "late": sum(one.late for one in subjects),
        "letters": list(
            AttendanceLetter.objects.filter(student=student, **half.lookup).select_related("document")
        ),
        "level_name": LEVELS.get(rules.standing(without, limits).level, ""),
        "level_colour": LEVEL_COLOURS.get(rules.standing(without, limits).level, "green"),
    }  # fmt: skip


Students.add_action(
    BulkAction(
        "excuse",
        gettext_lazy("Excuse absences by document"),
        "attendance.edit",
        excuse_students,
        icon="file-text",
    )
)
Students.add_tab(
    Tab(
        "attendance", gettext_lazy("Attendance"), "attendance/_student.html",
        lambda request, student: attendance_of(student, half_of(request)), "attendance.view",
    )
)  # fmt: skip
