"""Activity of teachers and of students in a period: sign-ins, journals, resources, tasks, tests (duties 2.8, 3.7).

Figures are joined, so that a cut of everybody reads each table of the period once; the
list of people counts the same for the rows of its page.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attendance import queries as journals
from curriculum.materials.models import Resource
from curriculum.models import Lesson
from grading.tasks.models import Attempt, Submission, Task, TaskStudent
from hemis.access.models import SignIn
from hemis.access.scope import Scope
from hemis.pages.columns import Column
from reports.statistics.declaration import PERIOD, Asked, Dimension, Joined, Measure, Statistic, register
from reports.statistics.dimensions import YES_NO, coded, faculty, kafedra, of_person, of_placement
from reports.statistics.kinds.staff import PERMISSION as STAFF
from reports.statistics.kinds.staff import PERSON, own_faculty, units
from reports.statistics.kinds.students import PERMISSION as STUDENTS
from reports.statistics.kinds.students import STUDYING
from staff.models import Position
from staff.models.posts import TEACHING
from students.models import Placement


def moments(asked: Asked) -> tuple[datetime.datetime, datetime.datetime]:
    """The first moment of the period, and the first one after it."""
    zone = timezone.get_current_timezone()
    begin = datetime.datetime.combine(asked.since, datetime.time.min, zone)
    return begin, datetime.datetime.combine(asked.until + datetime.timedelta(days=1), datetime.time.min, zone)


def _within(field: str, asked: Asked) -> Q:
    begin, end = moments(asked)
    return Q(**{f"{field}__gte": begin, f"{field}__lt": end})


def _number(rows: QuerySet, by: str) -> Coalesce:
    """How many of ``rows`` there are; ``by`` is what they are told apart from others by."""
    counted = rows.order_by().values(by).annotate(_n=Count("pk")).values("_n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _signed_in(person: str) -> Callable[[Asked], Any]:
    return lambda asked: Exists(
        SignIn.objects.filter(_within("at", asked), outcome=SignIn.IN, user__person=OuterRef(person))
    )


LAST = Column("last", _("Signed in last"), value=lambda row: row.last_seen)
# Sign-ins by person; the first join of both statistics.
SIGN_INS = """
LEFT JOIN (SELECT u.person_id, count(*) AS n FROM access_signin s JOIN people_user u ON u.id = s.user_id
            WHERE s.outcome = 'in' AND s.at >= %s AND s.at < %s AND u.person_id IS NOT NULL
            GROUP BY 1) si ON si.person_id = {person}
"""


# --- teachers


def teachers(scope: Scope, asked: Asked) -> QuerySet:
    """Who holds a teaching post on the last day, each once: at the post of the greatest rate in scope."""
    held = Position.objects.in_force(asked.until).for_scope(scope).filter(category=TEACHING)
    main = held.order_by("employee_id", "-rate", "pk").distinct("employee_id").values("pk")
    account = "employee__person__user"
    lessons = Lesson.objects.filter(
        journals.is_past(),
        teacher=OuterRef("employee"),
        state=Lesson.PLANNED,
        day__range=(asked.since, asked.until),
    )
    made = {"created_by": OuterRef(account)}
    return held.filter(pk__in=main).annotate(
        last_seen=F(f"{account}__last_login"),
        sign_ins=_number(
            SignIn.objects.filter(_within("at", asked), outcome=SignIn.IN, user=OuterRef(account)), "user"
        ),
        lessons_due=_number(lessons, "teacher"),
        lessons_given=_number(lessons.filter(record__isnull=False), "teacher"),
        resources=_number(Resource.objects.filter(_within("created_at", asked), **made), "created_by"),
        tasks=_number(Task.objects.filter(_within("sent_at", asked), **made), "created_by"),
        marked=_number(
            Submission.objects.filter(_within("graded_at", asked), graded_by=OuterRef(account)), "graded_by"
        ),
    )  # fmt: skip


WORK = """
LEFT JOIN (SELECT l.teacher_id, count(*) AS due, count(r.id) AS given,
                  count(r.id) FILTER (WHERE (r.recorded_at AT TIME ZONE 'Asia/Tashkent')::date = l.day) AS same_day
             FROM curriculum_lesson l LEFT JOIN attendance_lessonrecord r ON r.lesson_id = l.id
            WHERE l.state = 'planned' AND l.day BETWEEN %s AND %s
              AND l.day + l.ends_at <= now() AT TIME ZONE 'Asia/Tashkent'
            GROUP BY 1) le ON le.teacher_id = {employee}
LEFT JOIN (SELECT created_by_id, count(*) AS n FROM curriculum_resource WHERE created_at >= %s AND created_at < %s
            GROUP BY 1) re ON re.created_by_id = {account}
LEFT JOIN (SELECT created_by_id, count(*) AS n FROM grading_task WHERE sent_at >= %s AND sent_at < %s
            GROUP BY 1) ta ON ta.created_by_id = {account}
LEFT JOIN (SELECT graded_by_id, count(*) AS n FROM grading_submission WHERE graded_at >= %s AND graded_at < %s
            GROUP BY 1) ma ON ma.graded_by_id = {account}
"""
TEACHERS_JOIN = Joined(
    SIGN_INS + WORK,
    lambda asked: [*moments(asked), asked.since, asked.until, *moments(asked) * 3],
    {"person": "employee__person", "employee": "employee", "account": "employee__person__user"},
)


def _sum(of: str) -> str:
    return f"coalesce(sum({of}), 0)"


TEACHERS = register(
    Statistic(
        "teacher_activity",
        _("Activity of teachers"),
        STAFF,
        teachers,
        Position,
        PERIOD,
        dimensions=(
            faculty(own_faculty, STAFF),
            kafedra("unit", units),
            coded("post", _("Post"), "post", "h_teacher_position_type", is_wide=True),
            coded("employment", _("Form of employment"), "employment", "h_employment_form"),
            Dimension("came", _("Signed in in the period"), _signed_in("employee__person"), choices=YES_NO),
            *of_person(PERSON)[:1],
        ),
        measures=(
            Measure("people", _("Teachers"), unit=_("people"), why=_("teachers on the last day, each once")),
            Measure("came", _("Those who signed in"), "count(*) FILTER (WHERE si.n > 0)", unit=_("people"),
                    why=_("of them, those who signed in in the period")),
            Measure("came_share", _("Signed in, %"),
                    "round(100.0 * count(*) FILTER (WHERE si.n > 0) / nullif(count(*), 0), 1)",
                    why=_("those who signed in of a hundred"), adds_up=False, digits=1),
            Measure("sign_ins", _("Sign-ins"), _sum("si.n"), why=_("by the history of signing in")),
            Measure("due", _("Lessons"), _sum("le.due"), why=_("lessons of the timetable that have ended")),
            Measure("given", _("Recorded"), _sum("le.given"), why=_("of them, those with a record in the journal")),
            Measure("given_share", _("Recorded, %"), "round(100.0 * sum(le.given) / nullif(sum(le.due), 0), 1)",
                    why=_("recorded lessons of a hundred"), adds_up=False, digits=1),
            Measure("same_day", _("Recorded on the day"), _sum("le.same_day"),
                    why=_("of the recorded, those recorded on the day of the lesson")),
            Measure("resources", _("Resources"), _sum("re.n"), why=_("learning resources entered in the period")),
            Measure("tasks", _("Tasks"), _sum("ta.n"), why=_("control tasks and tests sent to students")),
            Measure("marked", _("Works marked"), _sum("ma.n"), why=_("works of students that were marked")),
        ),
        by=("kafedra", ""),
        columns=(
            Column("employee__person", _("Teacher"), link=True),
            Column("unit"),
            Column("post"),
            LAST,
            Column("sign_ins", _("Sign-ins"), value=lambda row: row.sign_ins, numeric=True),
            Column("lessons_due", _("Lessons"), value=lambda row: row.lessons_due, numeric=True),
            Column("lessons_given", _("Recorded"), value=lambda row: row.lessons_given, numeric=True),
            Column("resources", _("Resources"), value=lambda row: row.resources, numeric=True),
            Column("tasks", _("Tasks"), value=lambda row: row.tasks, numeric=True),
            Column("marked", _("Works marked"), value=lambda row: row.marked, numeric=True),
        ),
        help=_("Who did what in the period; a teacher with several posts counts at that of the greatest rate."),
        joined=TEACHERS_JOIN,
        select_related=("employee__person", "unit"),
        ordering=("employee__person__sort_key", "pk"),
        place=13,
    )
)  # fmt: skip


# --- students


def students(scope: Scope, asked: Asked) -> QuerySet:
    """Who studies on the last day."""
    tasks = TaskStudent.objects.filter(_within("task__sent_at", asked), student=OuterRef("student"))
    handed = Submission.objects.filter(_within("sent_at", asked), task_student__student=OuterRef("student"))
    tests = Attempt.objects.filter(_within("started_at", asked), task_student__student=OuterRef("student"))
    entered = SignIn.objects.filter(
        _within("at", asked), outcome=SignIn.IN, user=OuterRef("student__person__user")
    )
    rows = Placement.objects.on(asked.until).for_scope(scope).filter(status=STUDYING)
    return rows.annotate(
        last_seen=F("student__person__user__last_login"),
        sign_ins=_number(entered, "user"),
        tasks=_number(tasks, "student"),
        handed=_number(handed, "task_student__student"),
        tests=_number(tests, "task_student__student"),
    )


STUDY = """
LEFT JOIN (SELECT x.student_id, count(*) AS n FROM grading_taskstudent x JOIN grading_task t ON t.id = x.task_id
            WHERE t.sent_at >= %s AND t.sent_at < %s GROUP BY 1) ta ON ta.student_id = {student}
LEFT JOIN (SELECT x.student_id, count(*) AS n
             FROM grading_submission b JOIN grading_taskstudent x ON x.id = b.task_student_id
            WHERE b.sent_at >= %s AND b.sent_at < %s GROUP BY 1) su ON su.student_id = {student}
LEFT JOIN (SELECT x.student_id, count(*) AS n
             FROM grading_attempt a JOIN grading_taskstudent x ON x.id = a.task_student_id
            WHERE a.started_at >= %s AND a.started_at < %s GROUP BY 1) te ON te.student_id = {student}
"""
STUDENTS_JOIN = Joined(
    SIGN_INS + STUDY,
    lambda asked: [*moments(asked) * 4],
    {"person": "student__person", "student": "student"},
)
STUDENT_ACTIVITY = register(
    Statistic(
        "student_activity",
        _("Activity of students"),
        STUDENTS,
        students,
        Placement,
        PERIOD,
        dimensions=(
            *of_placement("", STUDENTS),
            Dimension("came", _("Signed in in the period"), _signed_in("student__person"), choices=YES_NO),
            *of_person("student__person__")[:1],
        ),
        measures=(
            Measure("people", _("Students"), unit=_("people"), why=_("students who study on the last day")),
            Measure("came", _("Those who signed in"), "count(*) FILTER (WHERE si.n > 0)", unit=_("people"),
                    why=_("of them, those who signed in in the period")),
            Measure("came_share", _("Signed in, %"),
                    "round(100.0 * count(*) FILTER (WHERE si.n > 0) / nullif(count(*), 0), 1)",
                    why=_("those who signed in of a hundred"), adds_up=False, digits=1),
            Measure("sign_ins", _("Sign-ins"), _sum("si.n"), why=_("by the history of signing in")),
            Measure("tasks", _("Tasks"), _sum("ta.n"), why=_("control tasks and tests sent to them in the period")),
            Measure("handed", _("Works handed in"), _sum("su.n"), why=_("works handed in in the period, each version")),
            Measure("tests", _("Tests begun"), _sum("te.n"), why=_("attempts at tests that began in the period")),
            Measure("idle", _("Did nothing"),
                    "count(*) FILTER (WHERE coalesce(si.n, 0) = 0 AND coalesce(su.n, 0) = 0 AND coalesce(te.n, 0) = 0)",
                    unit=_("people"), why=_("neither signed in, nor handed in, nor began a test")),
        ),
        by=("faculty", ""),
        columns=(
            Column("student__person", _("Student"), link=True),
            Column("student__number"),
            Column("group"),
            Column("course"),
            LAST,
            Column("sign_ins", _("Sign-ins"), value=lambda row: row.sign_ins, numeric=True),
            Column("tasks", _("Tasks"), value=lambda row: row.tasks, numeric=True),
            Column("handed", _("Works handed in"), value=lambda row: row.handed, numeric=True),
            Column("tests", _("Tests begun"), value=lambda row: row.tests, numeric=True),
        ),
        help=_("Who studies on the last day of the period, and what each did in it."),
        joined=STUDENTS_JOIN,
        select_related=("student__person", "group"),
        ordering=("student__person__sort_key", "pk"),
        link=lambda row: reverse("students_students_detail", args=[row.student_id]),
        place=14,
    )
)  # fmt: skip
