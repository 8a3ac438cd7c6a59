"""What pages and reports read of lessons given and absences; summaries are set operations."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncWeek
from django.utils import timezone

from attendance import rules
from attendance.models import Absence, AttendanceLimit, JournalRule, LessonRecord, Unlock
from curriculum.models import Lesson, SubjectHours, Teaching, TeachingAudience, Topic
from hemis.access.scope import Access
from hemis.base import name_of
from students.models import AcademicYear, Student

AUTUMN, SPRING = "11", "12"
UNEXCUSED, EXCUSED, LATE = Absence.UNEXCUSED, Absence.EXCUSED, Absence.LATE
FEBRUARY, SEPTEMBER = 2, 9


# --- half-years


@dataclass(frozen=True)
class HalfYear:
    """An academic year and its half."""

    year: int
    term: str

    @property
    def code(self) -> str:
        return f"{self.year}-{self.term}"

    @property
    def lookup(self) -> dict[str, Any]:
        return {"academic_year": self.year, "term": self.term}


def half_year_on(day: datetime.date) -> HalfYear:
    """The half-year to which a day belongs: autumn from September to January."""
    if day.month >= SEPTEMBER:
        return HalfYear(day.year, AUTUMN)
    return HalfYear(day.year - 1, AUTUMN if day.month < FEBRUARY else SPRING)


def half_year(text: str) -> HalfYear:
    """``2026-11``; what is none means today's."""
    year, _dash, term = text.partition("-")
    if year.isdigit() and len(year) == 4 and term in (AUTUMN, SPRING):
        return HalfYear(int(year), term)
    return half_year_on(timezone.localdate())


MOST_YEARS = 6


def half_year_choices(access: Access | None = None) -> list[tuple[str, str]]:
    """Half-years of the academic years that the university has, the latest first."""
    years = AcademicYear.objects.filter(year__lte=timezone.localdate().year).order_by("-year")
    return _half_years(years.values_list("year", flat=True)[:MOST_YEARS])


def half_years_since(year: int) -> list[tuple[str, str]]:
    """Half-years from an academic year until today's, the latest first: no query."""
    last = half_year_on(timezone.localdate()).year
    return _half_years(range(last, max(year, last - MOST_YEARS + 1) - 1, -1))


def _half_years(years: Iterable[int]) -> list[tuple[str, str]]:
    terms = dict(Teaching._meta.get_field("term").flatchoices)  # type: ignore[union-attr]
    return [
        (f"{year}-{term}", f"{year}/{year + 1}, {terms.get(term, term)}")
        for year in years
        for term in (SPRING, AUTUMN)
    ]


# --- lessons and their windows


def with_window(rows: QuerySet[Lesson]) -> QuerySet[Lesson]:
    """Annotate ``edit_days`` of the rule of the lesson's day, and until when it is unlocked."""
    rule = JournalRule.objects.in_force(OuterRef("day")).reverse()
    groups = TeachingAudience.objects.filter(teaching=OuterRef(OuterRef("teaching"))).values("group__faculty")
    unlock = Unlock.objects.filter(
        Q(lesson=OuterRef("pk"))
        | Q(
            teacher=OuterRef("teacher"),
            starts_on__lte=OuterRef("day"),
            ends_on__gte=OuterRef("day"),
            faculty__in=groups,
        )
    ).order_by("-until")
    return rows.annotate(
        edit_days=Coalesce(Subquery(rule.values("edit_days")[:1]), Value(0)),
        unlocked_until=Subquery(unlock.values("until")[:1]),
    )


def with_card(rows: QuerySet[Lesson]) -> QuerySet[Lesson]:
    """All that a lesson's page shows of the lesson itself."""
    return with_window(rows).select_related(
        "teaching__subject", "teaching__kafedra", "teacher__person", "assistant__person", "auditorium__building",
        "pair", "record__topic", "record__recorded_by__person",
    )  # fmt: skip


def begins(lesson: Lesson) -> datetime.datetime:
    """The moment a lesson begins, in Tashkent."""
    return timezone.make_aware(datetime.datetime.combine(lesson.day, lesson.starts_at or datetime.time()))


def window_of(lesson: Any, now: datetime.datetime | None = None) -> rules.Window:
    """The window of a lesson that ``with_window`` has annotated."""
    return rules.window(
        begins=begins(lesson),
        edit_days=lesson.edit_days,
        unlocked_until=lesson.unlocked_until,
        now=now or timezone.now(),
        is_planned=lesson.state == Lesson.PLANNED,
    )


def given_by(person_id: int | None) -> Q:
    """Lessons that a person gives: as the teacher, which a substitute is too, or the second one."""
    return Q(teacher__person=person_id) | Q(assistant__person=person_id) if person_id else Q(pk=None)


def own_lessons(access: Access) -> QuerySet[Lesson]:
    """Lessons whose journal the person keeps (duty 9.2)."""
    scope = access.scope("journal.edit")
    return Lesson.objects.filter(given_by(scope.person_id))


def is_past(now: datetime.datetime | None = None) -> Q:
    """Lessons that have ended."""
    local = timezone.localtime(now)
    return Q(day__lt=local.date()) | Q(day=local.date(), ends_at__lte=local.time())


def unrecorded(rows: QuerySet[Lesson]) -> QuerySet[Lesson]:
    """Planned lessons that have ended and have no record."""
    return rows.filter(is_past(), state=Lesson.PLANNED, record=None)


def groups_of(teachings: Iterable[int]) -> dict[int, str]:
    """Names of the audience by teaching: one query."""
    found: dict[int, list[str]] = {}
    rows = TeachingAudience.objects.filter(teaching__in=list(teachings)).order_by(
        "group__name", "subgroup__name"
    )
    for teaching, group, subgroup in rows.values_list("teaching", "group__name", "subgroup__name"):
        found.setdefault(teaching, []).append(f"{group}/{subgroup}" if subgroup else group)
    return {teaching: ", ".join(names) for teaching, names in found.items()}


# --- topics and progress


def topics_of(teaching: Teaching) -> list[Topic]:
    """Topics of the teaching in their order, with the hours already taught of each (``taught``)."""
    lines = TeachingAudience.objects.filter(teaching=teaching).values("curriculum_subject")
    taught = (
        LessonRecord.objects.filter(topic=OuterRef("pk"), lesson__teaching=teaching)
        .order_by()
        .values("topic")
        .annotate(n=Sum("hours"))
        .values("n")
    )
    rows = Topic.objects.filter(curriculum_subject__in=lines, training_type=teaching.training_type)
    found = list(
        rows.annotate(taught=Coalesce(Subquery(taught), Value(0))).order_by("curriculum_subject", "position")
    )
    # A stream of several plans goes by the calendar plan of the first that has one.
    first = found[0].curriculum_subject_id if found else None
    return [one for one in found if one.curriculum_subject_id == first]


def next_topic(topics: Iterable[Any]) -> Any | None:
    """The first topic that is not taught in full."""
    return next((one for one in topics if one.taught < one.hours), None)


def with_progress(rows: QuerySet[Teaching]) -> QuerySet[Teaching]:
    """Annotate lessons and hours given, lessons missing, topics of the plan and topics covered."""
    lessons = (
        Lesson.objects.filter(teaching=OuterRef("pk"), state=Lesson.PLANNED).order_by().values("teaching")
    )
    records = (
        LessonRecord.objects.filter(lesson__teaching=OuterRef("pk")).order_by().values("lesson__teaching")
    )
    topics = (
        Topic.objects.filter(
            curriculum_subject__audiences__teaching=OuterRef("pk"), training_type=OuterRef("training_type")
        )
        .order_by()
        .values("training_type")
    )

    def number(query: QuerySet, figure: Any) -> Coalesce:
        return Coalesce(
            Subquery(query.annotate(n=figure).values("n")[:1], output_field=IntegerField()), Value(0)
        )

    return rows.annotate(
        planned_lessons=number(lessons, Count("pk")),
        past_lessons=number(lessons.filter(is_past()), Count("pk")),
        given_lessons=number(records, Count("pk")),
        given_hours=number(records, Sum("hours")),
        topic_count=number(topics, Count("position", distinct=True)),
        covered=number(records, Count("topic", distinct=True)),
    )


# --- hours missed


def _hours(kind: str, path: str = "") -> Coalesce:
    return Coalesce(Sum(f"{path}hours", filter=Q(**{f"{path}kind": kind})), Value(0))


def totals(prefix: str = "") -> dict[str, Any]:
    """Aggregates of absences: hours without and with reason, and how often late."""
    return {
        "without": _hours(UNEXCUSED, prefix),
        "with_reason": _hours(EXCUSED, prefix),
        "late": Count(f"{prefix}pk", filter=Q(**{f"{prefix}kind": LATE})),
    }


def of_students(rows: QuerySet[Student], half: HalfYear, line: int | None = None) -> QuerySet[Student]:
    """Annotate students with ``without``, ``with_reason`` and ``late`` of a half-year."""
    missed = Absence.objects.filter(student=OuterRef("pk"), **half.lookup).order_by().values("student")
    if line:
        missed = missed.filter(registration__curriculum_subject__subject=line)

    def figure(name: str) -> Coalesce:
        return Coalesce(
            Subquery(missed.annotate(n=totals()[name]).values("n"), output_field=IntegerField()), Value(0)
        )

    return rows.annotate(without=figure("without"), with_reason=figure("with_reason"), late=figure("late"))


def hours_missed(students: Collection[int], day: datetime.date) -> dict[int, int]:
    """Hours without reason of the half-year of ``day``, by student; everybody asked for is answered: one query."""
    half = half_year_on(day)
    rows = (
        Absence.objects.filter(student__in=students, kind=UNEXCUSED, **half.lookup)
        .order_by()
        .values_list("student")
        .annotate(n=Sum("hours"))
    )
    return dict.fromkeys(students, 0) | dict(rows)


def has_records(half: HalfYear) -> bool:
    """Whether journals of the half-year are kept at all; otherwise nothing is known about hours missed."""
    return LessonRecord.objects.filter(
        lesson__teaching__academic_year=half.year, lesson__teaching__term=half.term
    ).exists()


def load_of(lines: Collection[int]) -> dict[int, int]:
    """Hours in the room by line of a curriculum: practice and self-study do not count."""
    rows = (
        SubjectHours.objects.filter(curriculum_subject__in=lines)
        .exclude(training_type__in=rules.OUTSIDE_THE_ROOM)
        .order_by()
        .values_list("curriculum_subject")
        .annotate(n=Sum("hours"))
    )
    return dict(rows)


# --- summaries


CUTS = {
    "faculty": "group__faculty",
    "speciality": "group__speciality",
    "group": "group",
    "subject": "registration__curriculum_subject__subject",
    "kafedra": "record__lesson__teaching__kafedra",
    "training": "record__lesson__teaching__training_type",
}
# What has a name of its own, the same in every language.
NAMED_ONCE = {"group": "group__name", "training": CUTS["training"]}


def summary(rows: QuerySet[Absence], cut: str) -> list[Any]:
    """Hours without and with reason, lates and students, by ``cut``: one statement, whatever the number of rows."""
    key = CUTS[cut]
    name = F(NAMED_ONCE[cut]) if cut in NAMED_ONCE else name_of(key)
    found = (
        rows.order_by()
        .values(key=F(key), name=name)
        .annotate(students=Count("student", distinct=True), **totals())
        .order_by("-without", "name")
    )
    return list(found)


def faculty_totals(faculty: int, half: HalfYear) -> list[tuple]:
    """Hours without, with reason and lates of every group of a faculty: one statement."""
    rows = Absence.objects.filter(group__faculty=faculty, **half.lookup).order_by()
    return list(rows.values_list("group").annotate(**totals()).order_by("group"))


def by_week(rows: QuerySet[Absence]) -> list[Any]:
    """Hours by the Monday of each week: one statement."""
    return list(
        rows.order_by().annotate(week=TruncWeek("day")).values("week").annotate(**totals()).order_by("week")
    )


def matrix(rows: QuerySet[Absence]) -> dict[tuple[int, int], dict[str, Any]]:
    """Hours by (student, subject): one statement."""
    found = (
        rows.order_by()
        .values("student", subject=F("registration__curriculum_subject__subject"))
        .annotate(**totals())
    )
    return {(one["student"], one["subject"]): one for one in found}


# --- limits

# From a student to the marking system of the plan.
SYSTEM = "current__group__plan__curriculum__marking_system"


def limits_on(
    day: datetime.date, limits: QuerySet[AttendanceLimit] | None = None
) -> dict[int, list[rules.Limit]]:
    """The limits in force on a day (or those of ``limits``), by marking system: one query."""
    found: dict[tuple[int, str], rules.Limit] = {}
    rows: Any = AttendanceLimit.objects if limits is None else limits
    for one in rows.in_force(day):
        found[one.system_id, one.level] = rules.Limit(one.level, one.value, one.is_above, one.source)
    by_system: dict[int, list[rules.Limit]] = {}
    for (system, _level), limit in found.items():
        by_system.setdefault(system, []).append(limit)
    return by_system


def limits_of(student: int, day: datetime.date) -> list[rules.Limit]:
    """The limits of the marking system of a student's plan on a day: one query; none without a plan."""
    systems = Student.objects.filter(pk=student).values(SYSTEM)
    return next(iter(limits_on(day, AttendanceLimit.objects.filter(system__in=systems)).values()), [])


def subject_limit(limits: Iterable[rules.Limit]) -> rules.Limit | None:
    return next((one for one in limits if one.level == rules.SUBJECT), None)


def with_level(rows: QuerySet[Student], day: datetime.date) -> QuerySet[Student]:
    """Annotate ``level``: the highest limit that ``without`` has reached by the marking system of the plan."""
    cases = []
    for system, limits in limits_on(day).items():
        ordered = sorted((one for one in limits if one.level in rules.LEVELS), key=lambda one: -one.value)
        for one in ordered:
            passed = {"without__gt" if one.is_above else "without__gte": int(one.value)}
            cases.append(When(Q(**{SYSTEM: system}, **passed), then=Value(one.level)))
    return rows.annotate(level=Case(*cases, default=Value(""), output_field=CharField()))


# --- a student


@dataclass(frozen=True)
class SubjectRow:
    """A subject of a student in a half-year: hours given so far, missed, and the share against the limit."""

    subject: str
    line: int
    given: int
    without: int
    with_reason: int
    late: int
    share: rules.Share

    @property
    def present_percent(self) -> Decimal | None:
        """Lessons given minus absences."""
        if not self.given:
            return None
        return (Decimal(self.given - self.without - self.with_reason) * 100 / self.given).quantize(
            Decimal("0.1")
        )


def subjects_of(student: Student, half: HalfYear, limits: Collection[rules.Limit]) -> list[SubjectRow]:
    """Attendance of a student by subject: four queries."""
    lines = {
        one.curriculum_subject_id: one.curriculum_subject.subject.get_name_display()
        for one in student.registrations.active()
        .filter(
            curriculum_subject__semester__academic_year=half.year,
            curriculum_subject__semester__number__in=range(1 if half.term == AUTUMN else 2, 13, 2),
        )
        .select_related("curriculum_subject__subject")
    }
    missed = {
        one["line"]: one
        for one in Absence.objects.filter(student=student, **half.lookup)
        .order_by()
        .values(line=F("registration__curriculum_subject"))
        .annotate(**totals())
    }
    loads, given = load_of(lines), given_hours(student, half)
    nothing = {"without": 0, "with_reason": 0, "late": 0}
    limit = subject_limit(limits)
    rows = []
    for line, name in lines.items():
        row = missed.get(line, nothing)
        rows.append(
            SubjectRow(
                name, line, given.get(line, 0), row["without"], row["with_reason"], row["late"],
                rules.share(row["without"], loads.get(line, 0), limit),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda one: (-one.without, one.subject))


GIVEN_HOURS = """
SELECT r.curriculum_subject_id, sum(o.hours)
  FROM attendance_lessonrecord o
  JOIN curriculum_lesson l ON l.id = o.lesson_id
  JOIN curriculum_teaching t ON t.id = l.teaching_id AND t.academic_year_id = %(year)s AND t.term = %(term)s
 CROSS JOIN LATERAL hemis_seat(l.teaching_id, %(student)s, l.day) seat
  JOIN curriculum_registration r ON r.id = seat.registration
 WHERE l.teaching_id IN (SELECT a.teaching_id FROM curriculum_teachingaudience a
                           JOIN curriculum_registration g ON g.curriculum_subject_id = a.curriculum_subject_id
                          WHERE g.student_id = %(student)s)
 GROUP BY 1
"""


def given_hours(student: Student, half: HalfYear) -> dict[int, int]:
    """Hours of recorded lessons at which the student was to be, by line of the plan: one query."""
    with connection.cursor() as cursor:
        cursor.execute(GIVEN_HOURS, {"student": student.pk, "year": half.year, "term": half.term})
        return dict(cursor.fetchall())


def with_record_flag(rows: QuerySet[Lesson]) -> QuerySet[Lesson]:
    """Annotate ``standing``: held, missing, to come or cancelled."""
    held = Exists(LessonRecord.objects.filter(lesson=OuterRef("pk")))
    return rows.annotate(
        standing=Case(
            When(state=Lesson.CANCELLED, then=Value("cancelled")),
            When(held, then=Value("held")),
            When(is_past(), then=Value("missing")),
            default=Value("coming"),
            output_field=CharField(),
        )
    )
