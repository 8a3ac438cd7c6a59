"""A group with a timetable for tests of the journal. Days lie before today, so that lessons have begun."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import dataclass

from django.utils import timezone

from attendance import actions
from attendance.actions import Entry
from attendance.models import Excuse, LessonRecord
from curriculum.models import CurriculumSubject, Lesson, Registration, Teaching, Topic
from hemis.people.models import User
from staff.models import Employee
from structure.models import Unit
from students.models import Group, Student
from tests import factories
from tests.curriculum import makers

_serial = itertools.count(1)


def ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


@dataclass
class School:
    """A faculty's group that studies two subjects by an approved plan, with its teacher."""

    faculty: Unit
    group: Group
    lines: list[CurriculumSubject]
    students: list[Student]
    teacher: User
    employee: Employee
    teaching: Teaching

    def lesson(self, days_ago: int = 0, pair: int = 1, teaching: Teaching | None = None, **fields) -> Lesson:
        """A lesson some days ago."""
        return makers.make_lesson(teaching or self.teaching, pair=pair, day=ago(days_ago), **fields)


def make_school(code: str = "303-101", count: int = 3) -> School:
    """Everything a journal needs; students have studied for ninety days."""
    factories.make_university()
    faculty = factories.make_faculty(code)
    plan = makers.make_approved(faculty)
    number = next(_serial)
    group = makers.make_studying_group(plan, f"610-26.{number:02d}")
    students = factories.make_students(faculty, count, group=group, day=ago(90))
    lines = list(plan.subjects.filter(semester__number=1).order_by("pk")[:2])
    # The order of admission registers them, where the half-year of the plan is the present one.
    for line in lines:
        for student in students:
            Registration.objects.get_or_create(student=student, curriculum_subject=line)
    teacher = factories.make_user("teacher")
    employee = factories.make_employee(lines[0].kafedra, person=teacher.person)
    teaching = makers.make_teaching(lines[0], group, teacher=employee)
    return School(faculty, group, lines, students, teacher, employee, teaching)


def record(school: School, lesson: Lesson, away: dict[int, str] | None = None, **more) -> LessonRecord:
    """The lesson recorded by its teacher; ``away`` names who missed how much."""
    saved = actions.save_lesson(
        lesson.pk,
        access=factories.access_of(school.teacher),
        entries={student: Entry(presence=presence) for student, presence in (away or {}).items()},
        topic_text=more.pop("topic_text", "Kirish"),
        **more,
    )
    assert saved.record is not None
    return saved.record


def make_topics(line: CurriculumSubject, count: int = 3, training_type: str = "13") -> list[Topic]:
    return [
        Topic.objects.create(
            curriculum_subject=line, training_type=training_type, position=n, name=f"{n}-mavzu"
        )
        for n in range(1, count + 1)
    ]


def make_excuse(student: Student, first: int, last: int, by: User, **fields) -> Excuse:
    """Accepted, for the days from ``first`` to ``last`` days ago."""
    return Excuse.objects.create(
        student=student, starts_on=ago(first), ends_on=ago(last), made_by=by, decided_by=by, decided_at=timezone.now(),
        **({"state": "accepted", "ground": "illness", "document": "№ 12", "scan": "a/b.pdf"} | fields),
    )  # fmt: skip
