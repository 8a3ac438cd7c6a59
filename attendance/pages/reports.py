"""Attendance of students, groups, subjects and faculties against the limits; letters (duties 2.4, B7, T)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Concat
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from openpyxl import Workbook

from attendance import actions, queries, rules
from attendance.models import Absence, AttendanceLetter
from attendance.pages.excuses import excuse_students, faculties
from attendance.pages.journals import XLSX
from attendance.pages.lessons import HalfFilter
from curriculum.models import Lesson, SubjectHours
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.jobs.actions import start
from hemis.pages import menu
from hemis.pages.charts import Chart, Series
from hemis.pages.columns import Column
from hemis.pages.export import cell
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.register import BulkAction, Register, Tab
from students.models import Group, Student
from students.pages import Groups, Students

LEVELS = {
    rules.WARNING: gettext_lazy("warning"),
    rules.REPRIMAND: gettext_lazy("reprimand"),
    rules.EXPULSION: gettext_lazy("expulsion"),
}
LEVEL_COLOURS = {rules.WARNING: "yellow", rules.REPRIMAND: "orange", rules.EXPULSION: "red"}
STUDYING = "11"
LONG_LIST = 2000
ROWS_OF_CUT = 300


def half_of(request: Request) -> queries.HalfYear:
    return queries.half_year(request.GET.get("half", ""))


# --- students


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
    limits = limits_of(student)
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


def limits_of(student: Student) -> list[rules.Limit]:
    """The limits of the marking system of the student's plan, in force today.

    One query where the student comes ``with_plan``, else two.
    """
    system = student.plan_system if hasattr(student, "plan_system") else (
        Student.objects.filter(pk=student.pk).values_list(queries.SYSTEM, flat=True).first()
    )  # fmt: skip
    return queries.limits_on(timezone.localdate()).get(system, []) if system else []


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


# --- groups


def matrix_of(group: Group, half: queries.HalfYear) -> dict[str, Any]:
    """Students of a group by subjects: hours without and with reason, and the totals: three queries."""
    rows = Absence.objects.filter(group=group, **half.lookup)
    cells = queries.matrix(rows)
    subjects = sorted(
        {
            (one.registration.curriculum_subject.subject_id, one.registration.curriculum_subject.subject.name)
            for one in rows.order_by().select_related("registration__curriculum_subject__subject")
            .distinct("registration__curriculum_subject__subject")
            if one.registration
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
    return _workbook(head, lines, f"attendance-{found.pk}")


def _workbook(head: list, lines: list[list], name: str) -> HttpResponse:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("HEMIS")
    sheet.append([str(one) for one in head])
    for line in lines:
        sheet.append(line)
    answer = HttpResponse(content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    book.save(answer)
    return answer


Groups.add_tab(
    Tab(
        "attendance", gettext_lazy("Attendance"), "attendance/_matrix.html",
        lambda request, obj: matrix_of(obj, half_of(request)), "attendance.view",
    )
)  # fmt: skip


# --- summaries


CUT_TITLES = {
    "group": gettext_lazy("Group"),
    "subject": gettext_lazy("Subject"),
    "speciality": gettext_lazy("Speciality"),
    "faculty": gettext_lazy("Faculty"),
    "kafedra": gettext_lazy("Kafedra"),
    "training": gettext_lazy("Kind of training"),
}


@page("attendance.view")
def overview(request: Request) -> HttpResponse:
    """Hours missed by group, subject, faculty …, and week by week: two statements over all absences in scope."""
    half, cut = half_of(request), request.GET.get("cut", "")
    cut = cut if cut in CUT_TITLES else "group"
    rows = Absence.objects.for_scope(request.access.scope("attendance.view")).filter(**half.lookup)
    chosen = request.GET.get("faculty", "")
    if chosen.isdigit():
        rows = rows.filter(group__faculty=chosen)
    table = queries.summary(rows, cut)
    if cut == "training":
        for one in table:
            one["name"] = classifiers.label("h_training_type", one["name"])
    if request.GET.get("as") == "xlsx":
        head = [
            CUT_TITLES[cut],
            _("Hours without reason"),
            _("Hours with reason"),
            _("Times late"),
            _("Students"),
        ]
        lines = [
            [cell(one["name"]), one["without"], one["with_reason"], one["late"], one["students"]]
            for one in table
        ]
        return _workbook(head, lines, f"attendance-{cut}-{half.code}")
    context = {
        "title": _("Attendance in figures"), "half": half, "halves": queries.half_year_choices(), "cut": cut,
        "cuts": CUT_TITLES, "cut_title": CUT_TITLES[cut], "table": table[:ROWS_OF_CUT],
        "more": len(table) > ROWS_OF_CUT, "faculties": faculties(request.access), "faculty": chosen,
        "chart": _by_week(rows), "sums": {
            name: sum(one[name] for one in table) for name in ("without", "with_reason", "late")
        },
        "list_url": reverse(StudentAttendance.url_name("list")),
    }  # fmt: skip
    return render(request, "attendance/overview.html", context)


def _by_week(rows: QuerySet[Absence]) -> Chart:
    weeks = queries.by_week(rows)
    return Chart(
        title=_("Hours missed by week"), heading=_("Week of"),
        rows=[f"{one['week']:%d.%m}" for one in weeks],
        series=[
            Series(_("without reason"), [one["without"] for one in weeks]),
            Series(_("with reason"), [one["with_reason"] for one in weeks]),
        ],
        unit=_("academic hours"),
    )  # fmt: skip


# --- lessons that are not recorded


MISSING_CUTS = {
    "teacher": (
        gettext_lazy("Teacher"), "teacher",
        Concat("teacher__person__last_name", Value(" "), "teacher__person__first_name"),
    ),
    "kafedra": (gettext_lazy("Kafedra"), "teaching__kafedra", F("teaching__kafedra__name")),
    "faculty": (
        gettext_lazy("Faculty"), "teaching__audience__group__faculty", F("teaching__audience__group__faculty__name"),
    ),
}  # fmt: skip


def _missing(request: Request) -> tuple[QuerySet[Lesson], datetime.date | None, datetime.date | None]:
    days: list[datetime.date | None] = []
    for name in ("from", "to"):
        try:
            days.append(datetime.date.fromisoformat(request.GET.get(name, "")))
        except ValueError:
            days.append(None)
    half = half_of(request)
    rows = Lesson.objects.for_scope(request.access.scope("attendance.view")).filter(
        teaching__academic_year=half.year, teaching__term=half.term
    )
    rows = queries.unrecorded(rows)
    if days[0]:
        rows = rows.filter(day__gte=days[0])
    if days[1]:
        rows = rows.filter(day__lte=days[1])
    return rows, days[0], days[1]


@page("attendance.view")
def missing(request: Request) -> HttpResponse:
    """Lessons that have ended and are not recorded, by teacher, kafedra or faculty."""
    rows, first, last = _missing(request)
    cut = request.GET.get("cut", "")
    cut = cut if cut in MISSING_CUTS else "teacher"
    title, key, name = MISSING_CUTS[cut]
    table = list(
        rows.order_by()
        .values(key=F(key), name=name)
        .annotate(lessons=Count("pk", distinct=True), teachers=Count("teacher", distinct=True))
        .order_by("-lessons", "name")
    )
    if request.GET.get("as") == "xlsx":
        lines = [[cell(one["name"]), one["lessons"]] for one in table]
        return _workbook([title, _("Lessons not recorded")], lines, f"unrecorded-{cut}")
    context = {
        "title": _("Lessons not recorded in time"), "half": half_of(request), "halves": queries.half_year_choices(),
        "cut": cut, "cuts": {code: one[0] for code, one in MISSING_CUTS.items()}, "cut_title": title, "table": table,
        "first": first, "last": last, "total": rows.order_by().values("pk").distinct().count(),
        "list_url": reverse("attendance_lessons_list"), "may_remind": request.access.can("attendance.edit"),
    }  # fmt: skip
    return render(request, "attendance/missing.html", context)


@page("attendance.edit")
@require_POST
def remind(request: Request) -> HttpResponse:
    """Remind every teacher with unrecorded lessons in scope."""
    rows = Lesson.objects.for_scope(request.access.scope("attendance.edit"))
    half = half_of(request)
    told = actions.remind(
        rows.filter(teaching__academic_year=half.year, teaching__term=half.term), access=request.access
    )
    messages.success(
        request,
        _("Teachers reminded: %(count)d. Who was told today already is not told twice.") % {"count": told},
    )
    return redirect("attendance_missing")


# --- letters


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


menu.register(
    menu.MenuItem(
        "attendance", gettext_lazy("Attendance in figures"), "attendance_overview", "attendance.view"
    )
)
menu.register(
    menu.MenuItem(
        "attendance", gettext_lazy("Lessons not recorded in time"), "attendance_missing", "attendance.view"
    )
)
