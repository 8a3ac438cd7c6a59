"""Sheets and what they stand on, for tests."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

from django.utils import timezone

from curriculum.models import CurriculumSubject, Registration
from grading import actions
from grading.actions.opening import propose_sheets
from grading.models import GradeSheet, SheetLine
from students.models import Group
from tests import factories
from tests.curriculum import makers as plans

FIVE_MARKS = "12"
_serial = itertools.count(1)


class Study:
    """A faculty with a plan, a group that studies by it, its students registered, and its offices."""

    def __init__(
        self, *, students: int = 3, start: int = 2026, code: str = "303-101", semester: int = 1, system=None
    ):
        factories.make_university()
        factories.make_year()
        self.faculty = factories.make_faculty(code)
        self.plan = plans.make_approved(self.faculty, start=start)
        if system:
            use_system(self.plan, system)
        self.group = plans.make_studying_group(self.plan, f"610-{start % 100}.{next(_serial):02d}")
        self.students = factories.make_students(self.faculty, students, group=self.group)
        self.lines = list(self.plan.subjects.filter(semester__number=semester).order_by("position"))
        register(self.students, self.lines)
        self.dean = factories.make_user("dean", self.faculty)
        self.kafedra = self.lines[0].kafedra
        self.head = factories.make_user("head", self.kafedra)
        self.affairs = factories.make_user("academic_affairs")
        self.examiner = factories.make_employee(self.kafedra)
        self.teacher = factories.make_user("teacher", person=self.examiner.person)

    def access(self, who: str):
        return factories.access_of(getattr(self, who))

    def open(
        self, line: CurriculumSubject | None = None, control: str = "11", attempt: str = "11"
    ) -> GradeSheet:
        """The sheet of a control for the group, held by the examiner."""
        line = subject(line or self.lines[0])
        found = propose_sheets([line], [self.group], control=control, attempt=attempt)
        sheets = actions.open_sheets(found, access=self.access("dean"))
        GradeSheet.objects.filter(pk__in=[one.pk for one in sheets]).update(examiner=self.examiner)
        return GradeSheet.objects.get(pk=sheets[0].pk)

    def fill(self, sheet: GradeSheet, *typed: str) -> None:
        lines = sheet.lines.exclude(status=SheetLine.NOT_ADMITTED).order_by("student")
        cells = {line.pk: (None, text) for line, text in zip(lines, typed, strict=True)}
        outcome = actions.fill(sheet, cells, access=self.access("teacher"))
        assert outcome.good, outcome

    def close(self, sheet: GradeSheet, *typed: str) -> GradeSheet:
        """Filled, signed, checked and closed, each by whose duty it is."""
        if typed:
            self.fill(sheet, *typed)
        actions.sign(sheet, access=self.access("teacher"))
        actions.check(sheet, access=self.access("head"))
        actions.close(sheet, access=self.access("dean"))
        return GradeSheet.objects.get(pk=sheet.pk)

    def through(self, line: CurriculumSubject, marks: dict[str, list[str]]) -> GradeSheet:
        """All controls of a subject, the final one last; the closed final sheet."""
        sheet = None
        for control, typed in marks.items():
            sheet = self.close(self.open(line, control), *typed)
        assert sheet is not None
        return sheet


def subject(line: CurriculumSubject) -> CurriculumSubject:
    return CurriculumSubject.objects.select_related("subject", "curriculum", "semester").get(pk=line.pk)


def use_system(plan, code: str) -> None:
    """Give an approved plan another marking system and its maxima, past the guards."""
    from django.db import connection

    from curriculum.models import MarkingSystem

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be pending when a table is altered
        cursor.execute("ALTER TABLE curriculum_curriculum DISABLE TRIGGER curriculum_guard")
        cursor.execute(
            "UPDATE curriculum_curriculum SET marking_system_id = %s WHERE id = %s",
            [MarkingSystem.objects.get(code=code).pk, plan.pk],
        )
        cursor.execute("ALTER TABLE curriculum_curriculum ENABLE TRIGGER curriculum_guard")
        if code == FIVE_MARKS:
            cursor.execute("ALTER TABLE curriculum_subjectcontrol DISABLE TRIGGER part_guard")
            cursor.execute("UPDATE curriculum_subjectcontrol SET max_points = 5")
            cursor.execute("ALTER TABLE curriculum_subjectcontrol ENABLE TRIGGER part_guard")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    plan.refresh_from_db()


def register(students, lines) -> None:
    """For these subjects; the order of admission may have registered them already."""
    Registration.objects.bulk_create(
        (Registration(student=student, curriculum_subject=line) for student in students for line in lines),
        ignore_conflicts=True,
    )


def plain_sheet(
    line: CurriculumSubject, group: Group, student, *, examiner=None, state: str = "open", **fields
) -> GradeSheet:
    """A sheet with one line, without the verbs; a closed one holds 25 points of the current control."""
    user = factories.make_user()
    year = line.semester.academic_year_id
    sheet = GradeSheet.objects.create(
        academic_year_id=year, serial=1000 + next(_serial), curriculum_subject=line, group=group,
        control=fields.pop("control", "11"), examiner=examiner or factories.make_employee(line.kafedra),
        opened_by=user, due_on=timezone.localdate() + datetime.timedelta(days=3), **fields,
    )  # fmt: skip
    SheetLine.objects.create(sheet=sheet, student=student)
    if state == "open":
        return sheet
    sheet.lines.update(status="graded", points=Decimal(25))
    now = timezone.now()
    GradeSheet.objects.filter(pk=sheet.pk).update(state="signed", signed_by=user, signed_at=now)
    GradeSheet.objects.filter(pk=sheet.pk).update(state="checked", checked_by=user, checked_at=now)
    GradeSheet.objects.filter(pk=sheet.pk).update(state="closed", closed_by=user, closed_at=now)
    return GradeSheet.objects.get(pk=sheet.pk)
