"""One's own lessons and controls: of a teacher, of a student, as pages and as a calendar file."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from curriculum.models import ControlEvent, Lesson
from curriculum.timetable import queries, sitting
from staff.models import Employee
from students.models import Student

# A calendar program gets what was lately and what is to come.
BEFORE, AFTER = datetime.timedelta(days=30), datetime.timedelta(days=200)


def study_of(person: int | None) -> Student | None:
    """The study in which the person is a student now."""
    if person is None:
        return None
    rows = Student.objects.filter(person=person, placements__valid_to=None, placements__group__isnull=False)
    return rows.annotate(own_group=F("placements__group")).order_by("-entry_year", "-pk").first()


def lessons_of_student(student: Student) -> QuerySet[Lesson]:
    """Lessons that the student attends: each teaching in the days of the seat in it, asked once a student object."""
    if not hasattr(student, "_lessons_q"):
        student._lessons_q = _lessons_of(student)  # type: ignore[attr-defined]
    return Lesson.objects.filter(student._lessons_q)  # type: ignore[attr-defined]


def _lessons_of(student: Student) -> Q:
    spans: dict[tuple[Any, Any], list[int]] = {}
    for one in sitting.seats(students=[student.pk]):
        spans.setdefault((one.since, one.until), []).append(one.teaching)
    found = Q(pk=None)
    for (since, until), teachings in spans.items():
        days = Q(day__gte=since) & (Q(day__lt=until) if until else Q())
        found |= Q(teaching__in=teachings) & days
    return found


def controls_of_student(student: Student) -> QuerySet[ControlEvent]:
    """Approved controls that the student sits."""
    if not hasattr(student, "_controls"):
        student._controls = sitting.controls_of(student.pk)  # type: ignore[attr-defined]
    return ControlEvent.objects.filter(pk__in=student._controls, approved_at__isnull=False)  # type: ignore[attr-defined]


def lessons_of_teacher(employee: Employee) -> QuerySet[Lesson]:
    return Lesson.objects.filter(Q(teacher=employee) | Q(assistant=employee))


def controls_of_teacher(employee: Employee) -> QuerySet[ControlEvent]:
    return ControlEvent.objects.filter(Q(examiner=employee) | Q(second_examiner=employee))


# --- the calendar file


def calendar_of(person: int, *, site: str, moment: datetime.datetime) -> bytes:
    """Everything of a person as an RFC 5545 file: lessons given and attended, controls held and sat.

    A cancelled lesson stays with the status CANCELLED, so that programs take it out.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//HEMIS//timetable//UZ")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("HEMIS timetable"))
    calendar.add("x-wr-timezone", str(timezone.get_default_timezone()))
    today = timezone.localdate(moment)
    days = (today - BEFORE, today + AFTER)
    for lesson in _all_lessons(person, days):
        calendar.add_component(_event(lesson, _lesson_facts(lesson), "lesson", site, moment))
    for control in _all_controls(person, days):
        calendar.add_component(_event(control, _control_facts(control), "control", site, moment))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _all_lessons(person: int, days: tuple[datetime.date, datetime.date]) -> list[Lesson]:
    employee, student = Employee.objects.filter(person=person).first(), study_of(person)
    found: dict[int, Lesson] = {}
    for rows in (
        lessons_of_teacher(employee) if employee else None,
        lessons_of_student(student) if student else None,
    ):
        if rows is not None:
            found |= {one.pk: one for one in queries.with_words(rows.filter(day__range=days))}
    return sorted(found.values(), key=lambda one: (one.day, one.starts_at, one.pk))


def _all_controls(person: int, days: tuple[datetime.date, datetime.date]) -> list[ControlEvent]:
    employee, student = Employee.objects.filter(person=person).first(), study_of(person)
    found: dict[int, ControlEvent] = {}
    for rows in (
        controls_of_teacher(employee) if employee else None,
        controls_of_student(student) if student else None,
    ):
        if rows is not None:
            found |= {one.pk: one for one in queries.events_with_words(rows.filter(day__range=days))}
    return sorted(found.values(), key=lambda one: (one.day, one.starts_at, one.pk))


def _lesson_facts(lesson: Lesson) -> tuple[str, str]:
    kind = lesson.teaching.get_training_type_display()  # type: ignore[attr-defined]
    detail = [
        queries.audience_text(lesson.teaching),
        lesson.teacher.person.short_name,
        lesson.link,
        lesson.reason,
    ]
    return f"{lesson.teaching.subject.get_name_display()} ({kind})", "\n".join(one for one in detail if one)


def _control_facts(event: ControlEvent) -> tuple[str, str]:
    groups = ", ".join(str(one) for one in event.audience.all())
    detail = [groups, event.examiner.person.short_name, event.note, event.reason]
    return f"{event.get_control_display()}: {event.subject.get_name_display()}", "\n".join(
        one for one in detail if one
    )  # type: ignore[attr-defined]


def _event(row: Any, facts: tuple[str, str], source: str, site: str, moment: datetime.datetime) -> Event:
    zone = timezone.get_default_timezone()
    event = Event()
    event.add("uid", f"{source}-{row.pk}@{site}")
    event.add("dtstamp", moment)
    event.add("dtstart", datetime.datetime.combine(row.day, row.starts_at, zone))
    event.add("dtend", datetime.datetime.combine(row.day, row.ends_at, zone))
    event.add("sequence", row.version)
    event.add("summary", facts[0])
    event.add("description", facts[1])
    if row.auditorium:
        event.add("location", f"{row.auditorium}, {row.auditorium.building.address}")
    event.add("status", "CANCELLED" if row.state == row.CANCELLED else "CONFIRMED")
    return event
