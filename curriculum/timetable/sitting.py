"""Who really sits in a class or a control: those registered for its line, in its groups and subgroups.

The choosers of an elective are registered for the line of their alternative, so an
audience of one or several groups holds exactly them; guests sit with the group that
their registration names, and who has a place in a subgroup of another sits there. All of it
is told by ``hemis_seats()`` of the database, here and in the journal (``sql/seats.sql``).
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from curriculum.models import Lesson, Teaching
from students.models import Group, Placement, Student, Subgroup

# The day on which "now" is asked of a teaching: today, but not before its semester begins nor after it ends.
NOW = "LEAST(GREATEST(%(day)s::date, m.starts_on), m.ends_on)"
SEMESTER = """
  JOIN curriculum_curriculumsubject c ON c.id = s.line_id
  JOIN curriculum_curriculumsemester m ON m.id = c.semester_id"""


def _on(day: str) -> str:
    return f"s.since <= {day} AND (s.until IS NULL OR s.until > {day})"


ON_DAY, ON_NOW = _on("%(day)s::date"), _on(NOW)
SIZES = f"""
SELECT s.teaching_id, count(DISTINCT s.student_id) FROM hemis_seats() s {SEMESTER}
 WHERE s.teaching_id = ANY(%(teachings)s) AND {ON_NOW}
 GROUP BY s.teaching_id
"""  # noqa: S608
SEATS = """
SELECT s.teaching_id, s.training_type, s.line_id, s.group_id, s.subgroup_id, s.registration_id, s.student_id,
       s.is_guest, s.is_named, s.since, s.until
  FROM hemis_seats() s {semester}
 WHERE {which} AND {when}
 ORDER BY s.student_id, s.since, s.audience_id
"""
OF = {"teachings": "s.teaching_id = ANY(%(teachings)s)", "students": "s.student_id = ANY(%(students)s)"}

PEOPLE_OF_TEACHINGS = f"""
SELECT DISTINCT o.person_id FROM hemis_seats() s JOIN students_student o ON o.id = s.student_id {SEMESTER}
 WHERE s.teaching_id = ANY(%(keys)s) AND {ON_NOW}
"""  # noqa: S608
PEOPLE_OF_CONTROLS = """
SELECT DISTINCT o.person_id FROM hemis_control_seats() s JOIN students_student o ON o.id = s.student_id
 WHERE s.event_id = ANY(%(keys)s)
"""
CONTROLS_OF = "SELECT event_id FROM hemis_control_seats() WHERE student_id = %(student)s"

# Which of the students are at the same hour in another class or control.
ELSEWHERE = f"""
SELECT s.student_id FROM curriculum_lesson e JOIN hemis_seats() s ON s.teaching_id = e.teaching_id
 WHERE e.day = %(day)s AND e.state = 'planned' AND e.starts_at < %(ends)s AND %(starts)s < e.ends_at
   AND e.id IS DISTINCT FROM %(but)s AND s.student_id = ANY(%(students)s) AND {ON_DAY}
 UNION
SELECT s.student_id FROM curriculum_controlevent e JOIN hemis_control_seats() s ON s.event_id = e.id
 WHERE e.day = %(day)s AND e.state = 'planned' AND e.starts_at < %(ends)s AND %(starts)s < e.ends_at
   AND s.student_id = ANY(%(students)s)
"""  # noqa: S608


@dataclass(frozen=True)
class Seat:
    """A student in the audience of a teaching, from ``since`` until the day before ``until``.

    ``is_named``: by a place of one's own in it; ``is_guest``: of another group.
    """

    teaching: int
    training_type: str
    line: int
    group: int
    subgroup: int | None
    registration: int
    student: int
    is_guest: bool
    is_named: bool
    since: datetime.date
    until: datetime.date | None

    @property
    def where(self) -> tuple[int, int | None]:
        """Group and subgroup."""
        return self.group, self.subgroup


@dataclass(frozen=True)
class Sitter:
    """A student of an audience, with whom they sit; guests are of another group."""

    student: Student
    group: Group
    subgroup: Subgroup | None
    is_guest: bool
    is_named: bool = False


def _rows(query: str, **values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def seats(
    *, teachings: Iterable[int] | None = None, students: Iterable[int] | None = None,
    day: datetime.date | None = None, now: bool = False,
) -> list[Seat]:  # fmt: skip
    """Seats in these teachings, or of these students (of both: where they meet): one query.

    On a ``day``, or ``now`` (within the semester), or ever: everybody who sits there at any time.
    """
    given = {"teachings": teachings, "students": students}
    asked = {name: list(keys) for name, keys in given.items() if keys is not None}
    if not asked or not all(asked.values()):
        return []
    when = ON_NOW if now else ON_DAY if day else "true"
    query = SEATS.format(
        semester=SEMESTER if now else "", when=when, which=" AND ".join(OF[name] for name in asked)
    )
    return [Seat(*row) for row in _rows(query, day=timezone.localdate() if now else day, **asked)]


def sizes(teachings: Iterable[int]) -> dict[int, int]:
    """How many students each teaching is for: those registered, in its groups and subgroups."""
    return dict(_rows(SIZES, teachings=list(teachings), day=timezone.localdate()))


def roll(teaching: Teaching) -> list[Sitter]:
    """Everybody who sits in the teaching now, by group and name: four queries."""
    rows = {one.student: one for one in reversed(seats(teachings=[teaching.pk], now=True))}
    students = Student.objects.select_related("person").in_bulk(rows)
    groups = Group.objects.in_bulk({one.group for one in rows.values()})
    halves = Subgroup.objects.in_bulk({one.subgroup for one in rows.values() if one.subgroup})
    found = [
        Sitter(students[one.student], groups[one.group], halves.get(one.subgroup or 0), one.is_guest, one.is_named)
        for one in rows.values()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.group.name, one.student.person.sort_key, one.student.pk))


def people_of_teachings(teachings: Iterable[int]) -> list[int]:
    """Persons of the students whom these teachings are for."""
    return [row[0] for row in _rows(PEOPLE_OF_TEACHINGS, keys=list(teachings), day=timezone.localdate())]


def people_of_controls(events: Iterable[int]) -> list[int]:
    """Persons of the students who sit these controls."""
    return [row[0] for row in _rows(PEOPLE_OF_CONTROLS, keys=list(events))]


def controls_of(student: int) -> list[int]:
    """Controls that the student sits, whenever they are."""
    return [row[0] for row in _rows(CONTROLS_OF, student=student)]


def elsewhere(lesson: Lesson) -> list[Student]:
    """Students of the lesson who have another class or control at its hour (guests of another group): three queries.

    The database keeps groups and their parts apart; who sits with another group by a
    registration of one's own is known only by name.
    """
    mine = {one.student for one in seats(teachings=[lesson.teaching_id], day=lesson.day)}
    if not mine:
        return []
    rows = _rows(
        ELSEWHERE, students=list(mine), day=lesson.day, starts=lesson.pair.starts, ends=lesson.pair.ends,
        but=lesson.pk,
    )  # fmt: skip
    found = Student.objects.filter(pk__in=[row[0] for row in rows]).select_related("person")
    return list(found.order_by("person__sort_key", "pk"))


DISABILITY = "12"  # `h_social_category`: disability of the first or second group


def needs_access(groups: Collection[int]) -> bool:
    """Whether a student of these groups has a disability on the card: the room should be reached without steps."""
    return Placement.objects.filter(
        group__in=groups, valid_to=None, student__person__social_facts__category=DISABILITY
    ).exists()
