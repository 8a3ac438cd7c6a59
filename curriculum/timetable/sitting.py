"""Who really sits in a class or a control: those registered for its line, in its groups and subgroups.

The choosers of an elective are registered for the line of their alternative, so an
audience of one or several groups holds exactly them; guests sit with the group that
their registration names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from curriculum.models import Lesson, Teaching
from students.models import Group, Placement, Student, Subgroup

SEATED = """
  JOIN curriculum_registration r ON r.curriculum_subject_id = a.curriculum_subject_id AND r.is_active
  JOIN students_placement p ON p.student_id = r.student_id AND p.status = '11' AND p.valid_to IS NULL
 WHERE coalesce(r.group_id, p.group_id) = a.group_id
   AND (a.subgroup_id IS NULL OR EXISTS (
        SELECT 1 FROM students_subgroupmember m
         WHERE m.subgroup_id = a.subgroup_id AND m.student_id = r.student_id AND m.valid_to IS NULL))
"""

SIZES = """
SELECT a.teaching_id, count(DISTINCT r.student_id) FROM curriculum_teachingaudience a {seated}
   AND a.teaching_id = ANY(%(teachings)s)
 GROUP BY a.teaching_id
"""

ROLL = """
SELECT DISTINCT ON (r.student_id) r.student_id, a.group_id, a.subgroup_id, r.group_id IS NOT NULL
  FROM curriculum_teachingaudience a {seated}
   AND a.teaching_id = %(teaching)s
 ORDER BY r.student_id, a.id
"""

PEOPLE = """
SELECT DISTINCT s.person_id FROM students_student s
 WHERE s.id IN (SELECT r.student_id FROM {table} a {seated} AND a.{key} = ANY(%(keys)s))
"""

# Whoever sits in the teaching and at the same hour in another class or control.
ELSEWHERE = """
WITH mine AS (
    SELECT DISTINCT r.student_id FROM curriculum_teachingaudience a {seated} AND a.teaching_id = %(teaching)s),
same_hour AS (
    SELECT a.curriculum_subject_id, a.group_id, a.subgroup_id FROM curriculum_lesson e
      JOIN curriculum_teachingaudience a ON a.teaching_id = e.teaching_id
     WHERE e.day = %(day)s AND e.state = 'planned' AND e.starts_at < %(ends)s AND %(starts)s < e.ends_at
       AND e.id IS DISTINCT FROM %(but)s
    UNION ALL
    SELECT a.curriculum_subject_id, a.group_id, a.subgroup_id FROM curriculum_controlevent e
      JOIN curriculum_controlaudience a ON a.event_id = e.id
     WHERE e.day = %(day)s AND e.state = 'planned' AND e.starts_at < %(ends)s AND %(starts)s < e.ends_at)
SELECT DISTINCT r.student_id FROM same_hour a {seated} AND r.student_id IN (SELECT student_id FROM mine)
"""


@dataclass(frozen=True)
class Sitter:
    """A student of an audience, with whom they sit; guests are of another group."""

    student: Student
    group: Group
    subgroup: Subgroup | None
    is_guest: bool


def _rows(query: str, **values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query.replace("{seated}", SEATED), values)
        return cursor.fetchall()


def sizes(teachings: Iterable[int]) -> dict[int, int]:
    """How many students each teaching is for: those registered, in its groups and subgroups."""
    return dict(_rows(SIZES, teachings=list(teachings)))


def roll(teaching: Teaching) -> list[Sitter]:
    """Everybody who sits in the teaching now, by group and name: four queries."""
    rows = _rows(ROLL, teaching=teaching.pk)
    students = Student.objects.select_related("person").in_bulk([row[0] for row in rows])
    groups = Group.objects.in_bulk({row[1] for row in rows})
    halves = Subgroup.objects.in_bulk({row[2] for row in rows if row[2]})
    found = [Sitter(students[row[0]], groups[row[1]], halves.get(row[2]), row[3]) for row in rows]
    return sorted(found, key=lambda one: (one.group.name, one.student.person.sort_key, one.student.pk))


def people_of_teachings(teachings: Iterable[int]) -> list[int]:
    """Persons of the students whom these teachings are for."""
    return _people("curriculum_teachingaudience", "teaching_id", teachings)


def people_of_controls(events: Iterable[int]) -> list[int]:
    """Persons of the students who sit these controls."""
    return _people("curriculum_controlaudience", "event_id", events)


def _people(table: str, key: str, keys: Iterable[int]) -> list[int]:
    query = PEOPLE.replace("{table}", table).replace("{key}", key)
    return [row[0] for row in _rows(query, keys=list(keys))]


def elsewhere(lesson: Lesson) -> list[Student]:
    """Students of the lesson who have another class or control at its hour (guests of another group): two queries.

    The database keeps groups and their parts apart; who sits with another group by a
    registration of one's own is known only by name.
    """
    rows = _rows(
        ELSEWHERE, teaching=lesson.teaching_id, day=lesson.day, starts=lesson.pair.starts,
        ends=lesson.pair.ends, but=lesson.pk,
    )  # fmt: skip
    found = Student.objects.filter(pk__in=[row[0] for row in rows]).select_related("person")
    return list(found.order_by("person__sort_key", "pk"))


DISABILITY = "12"  # `h_social_category`: disability of the first or second group


def needs_access(groups: Collection[int]) -> bool:
    """Whether a student of these groups has a disability on the card: the room should be reached without steps."""
    return Placement.objects.filter(
        group__in=groups, valid_to=None, student__person__social_facts__category=DISABILITY
    ).exists()
