"""Hours missed and lessons given over a period, from the journals (duties 2.4, B7, B7.5)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from attendance import queries
from attendance.models import Absence, LessonRecord
from curriculum.models import Lesson, Subject
from hemis.access.scope import Access, Scope
from hemis.pages.columns import Column
from reports.statistics.declaration import PERIOD, Asked, Dimension, Measure, Statistic, register
from reports.statistics.dimensions import (
    YES_NO,
    coded,
    faculty,
    group,
    kafedra,
    month,
    names_of,
    of_person,
    speciality,
)
from staff.models import Employee
from structure.models import Unit

ATTENDANCE, JOURNAL = "attendance.view", "journal.view"
HOURS = "coalesce(sum({{hours}}) FILTER (WHERE {{kind}} = '{kind}'), 0)"
INPUTS = {"hours": "hours", "kind": "kind"}
WEEKDAYS = (
    ("1", _("Monday")), ("2", _("Tuesday")), ("3", _("Wednesday")), ("4", _("Thursday")), ("5", _("Friday")),
    ("6", _("Saturday")), ("7", _("Sunday")),
)  # fmt: skip
PAIRS = tuple((str(number), str(number)) for number in range(1, 13))
NAME = ("person__last_name", "person__first_name")


def kafedras(permission: str):
    """Kafedras in the scope of a permission."""

    def choose(access: Access) -> QuerySet:
        return Unit.objects.for_scope(access.scope(permission)).filter(kind=Unit.KAFEDRA)

    return choose


def teachers(access: Access) -> QuerySet:
    """Teachers of lessons in the scope."""
    lessons = Lesson.objects.for_scope(access.scope(JOURNAL)).filter(teacher=OuterRef("pk"))
    return Employee.objects.filter(Exists(lessons)).select_related("person").order_by("person__sort_key")


def missed(scope: Scope, asked: Asked) -> QuerySet:
    """Rows of journals of the period: who was not there, or came late."""
    return Absence.objects.for_scope(scope).filter(day__range=(asked.since, asked.until))


ABSENCES = register(
    Statistic(
        "attendance",
        _("Attendance"),
        ATTENDANCE,
        missed,
        Absence,
        PERIOD,
        dimensions=(
            faculty("group__faculty", ATTENDANCE),
            speciality("group__speciality", ATTENDANCE),
            group("group", ATTENDANCE),
            coded("course", _("Course (now)"), "student__current__course", "h_course"),
            coded("form", _("Education form (now)"), "student__current__education_form", "h_education_form"),
            coded("payment", _("Payment form (now)"), "student__current__payment_form", "h_payment_form"),
            Dimension("kind", _("Kind of absence"), "kind", choices=Absence.KINDS),
            month("month", _("Month"), "day"),
            Dimension("weekday", _("Day of the week"), "day__iso_week_day", choices=WEEKDAYS),
            Dimension(
                "subject", _("Subject"), "registration__curriculum_subject__subject", names=names_of(Subject, "name"),
                is_wide=True,
            ),
            kafedra("record__lesson__teaching__kafedra", kafedras(ATTENDANCE)),
            coded("training", _("Kind of training"), "record__lesson__teaching__training_type", "h_training_type"),
            *of_person("student__person__")[:1],
        ),
        measures=(
            Measure(
                "without", _("Hours without reason"), HOURS.format(kind=Absence.UNEXCUSED), INPUTS, _("hours"),
                why=_("academic hours missed that no accepted excuse covers"),
            ),
            Measure(
                "with_reason", _("Hours with reason"), HOURS.format(kind=Absence.EXCUSED), INPUTS, _("hours"),
                why=_("academic hours missed that an accepted excuse covers"),
            ),
            Measure(
                "late", _("Times late"), f"count(*) FILTER (WHERE {{kind}} = '{Absence.LATE}')", {"kind": "kind"},
                why=_("rows of journals that say so"),
            ),
            Measure("rows", _("Rows of journals"), why=_("every absence and every lateness")),
            Measure(
                "students", _("Students"), "count(DISTINCT {student})", {"student": "student"}, _("people"),
                why=_("students with at least one such row"), adds_up=False,
            ),
            Measure(
                "mean", _("Hours without reason a student"),
                f"round({HOURS.format(kind=Absence.UNEXCUSED)}::numeric / nullif(count(DISTINCT {{student}}), 0), 1)",
                INPUTS | {"student": "student"}, why=_("hours without reason divided by these students"),
                adds_up=False, digits=1,
            ),
        ),
        by=("faculty", ""),
        columns=(
            Column("student__person", _("Student"), link=True),
            Column("group"),
            Column("day"),
            Column("record__lesson__teaching__subject"),
            Column("record__lesson__teaching__training_type"),
            Column("kind"),
            Column("hours"),
        ),
        help=_("From the journals of lessons given in the period. Groups are those of the day of the lesson."),
        select_related=("student__person", "group", "record__lesson__teaching__subject"),
        ordering=("-day", "student__person__sort_key", "pk"),
        link=lambda row: reverse("attendance_absences_detail", args=[row.pk]),
        place=4,
    )
)  # fmt: skip


def lessons(scope: Scope, asked: Asked) -> QuerySet:
    """Lessons of the timetable in the period that have ended by now."""
    rows = Lesson.objects.for_scope(scope).filter(queries.is_past(), state=Lesson.PLANNED)
    return rows.filter(day__range=(asked.since, asked.until))


def recorded(asked: Asked) -> Exists:
    return Exists(LessonRecord.objects.filter(lesson=OuterRef("pk")))


GIVEN = {"given": recorded}
LESSONS = register(
    Statistic(
        "lessons",
        _("Lessons given"),
        JOURNAL,
        lessons,
        Lesson,
        PERIOD,
        dimensions=(
            kafedra("teaching__kafedra", kafedras(JOURNAL)),
            faculty("teaching__kafedra__parent", JOURNAL),
            Dimension(
                "teacher", _("Teacher"), "teacher", names=names_of(Employee, *NAME), offered=teachers, is_wide=True
            ),
            Dimension("subject", _("Subject"), "teaching__subject", names=names_of(Subject, "name"), is_wide=True),
            coded("training", _("Kind of training"), "teaching__training_type", "h_training_type"),
            month("month", _("Month"), "day"),
            Dimension("weekday", _("Day of the week"), "day__iso_week_day", choices=WEEKDAYS),
            Dimension("pair", _("Pair"), "pair__number", choices=PAIRS),
            Dimension("recorded", _("Recorded in the journal"), recorded, choices=YES_NO),
        ),
        measures=(
            Measure("lessons", _("Lessons"), why=_("lessons of the timetable that are not cancelled and have ended")),
            Measure(
                "given", _("Recorded"), "count(*) FILTER (WHERE {given})", GIVEN,
                why=_("of them, those with a record in the journal"),
            ),
            Measure(
                "missing", _("Not recorded"), "count(*) FILTER (WHERE NOT {given})", GIVEN,
                why=_("of them, those without a record"),
            ),
            Measure(
                "share", _("Recorded, %"),
                "round(100.0 * count(*) FILTER (WHERE {given}) / nullif(count(*), 0), 1)", GIVEN,
                why=_("recorded lessons of a hundred"), adds_up=False, digits=1,
            ),
            Measure(
                "teachers", _("Teachers"), "count(DISTINCT {teacher})", {"teacher": "teacher"}, _("people"),
                why=_("teachers who had such lessons"), adds_up=False,
            ),
        ),
        by=("kafedra", ""),
        columns=(
            Column("day"),
            Column("starts_at"),
            Column("teaching__subject", link=True),
            Column("teaching__training_type"),
            Column("teacher", _("Teacher")),
            Column("teaching__kafedra"),
        ),
        help=_("From the timetable and the journals; a lesson counts from the moment it has ended."),
        select_related=("teaching__subject", "teaching__kafedra", "teacher__person"),
        ordering=("-day", "-starts_at", "pk"),
        link=lambda row: reverse("attendance_lessons_detail", args=[row.pk]),
        place=5,
    )
)  # fmt: skip
