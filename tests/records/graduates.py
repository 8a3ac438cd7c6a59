"""Graduates with a whole record, accredited, for tests; past the orders and sheets that others test."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterable
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import connection, transaction

from records.blanks.actions import Received, receive
from records.diplomas import actions
from records.models import Accreditation, HonoursRule, RecordLine
from structure.models import University
from students.models import AcademicYear, Qualification, Student
from tests import factories
from tests.curriculum import makers as plans
from tests.grading.makers import plain_sheet

HELD = datetime.date(2026, 6, 25)


GUARDS = """
SELECT DISTINCT p.proname, pg_get_functiondef(p.oid) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE t.tgrelid = %s::regclass AND NOT t.tgisinternal AND p.proname NOT LIKE 'hemis_history%%'
"""
IDLE = "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"


@contextmanager
def unguarded(table: str):
    """Rows past the guards of a table, for what orders and sheets would bring in real life.

    The functions rest rather than the triggers: a table with checks that wait for the commit is not altered.
    """
    with connection.cursor() as cursor:
        cursor.execute(GUARDS, [table])
        guards = cursor.fetchall()
        for name, _definition in guards:
            cursor.execute(IDLE.format(name))
        yield
        for _name, definition in guards:
            cursor.execute(definition)


def graduate(students: Iterable[Student]) -> None:
    """As after the order of graduation."""
    with unguarded("students_placement"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE students_placement SET status = '14' WHERE student_id = ANY(%s) AND valid_to IS NULL",
            [[one.pk for one in students]],
        )


class Graduates:
    """A faculty with a group that has mastered its plan; its dean's office, HR and marketing."""

    def __init__(self, count: int = 2, code: str = "303-101"):
        university = factories.make_university()
        University.objects.filter(pk=university.pk).update(
            name_en="Sample State University", address="Toshkent shahri"
        )
        factories.make_year()
        self.faculty = factories.make_faculty(code)
        type(self.faculty).objects.filter(pk=self.faculty.pk).update(name_en="Faculty of Computing")
        self.plan = plans.make_approved(self.faculty)
        speciality = self.plan.speciality
        type(speciality).objects.filter(pk=speciality.pk).update(
            name="Dasturiy injiniring", name_en="Software Engineering"
        )
        Qualification.objects.create(speciality=speciality, name="Muhandis", name_en="Engineer")
        self.group = plans.make_studying_group(self.plan, f"701-26.{code[-2:]}")
        self.students = factories.make_students(self.faculty, count, group=self.group)
        self.sheet = None
        for student in self.students:
            self.record(student)
        self.dean = factories.make_user("dean", self.faculty)
        self.hr = factories.make_user("hr")
        self.marketing = factories.make_user("marketing")

    def of(self, count: int) -> Graduates:
        """The same world with the first so many students."""
        found = copy.copy(self)
        found.students = self.students[:count]
        return found

    def access(self, who: str):
        return factories.access_of(getattr(self, who))

    def record(self, student: Student, mark: int = 5) -> None:
        """A line for each subject of the plan; the last is the graduation work."""
        if self.sheet is None:
            self.sheet = plain_sheet(self.plan.subjects.order_by("position").first(), self.group, student)
        lines = list(
            self.plan.subjects.select_related("subject", "semester").order_by("semester__number", "position")
        )
        points = {5: Decimal(92), 4: Decimal(75), 3: Decimal(62)}[mark]
        year = AcademicYear.objects.get(year=2026)
        with unguarded("records_recordline"):
            RecordLine.objects.bulk_create(
                RecordLine(
                    student=student, curriculum_subject=line, kind="15" if at == len(lines) else "11",
                    origin="sheet", sheet=self.sheet, subject_code=line.subject.code, subject_name=line.subject.name,
                    subject_name_en=f"Subject {at}", academic_year=year, semester=line.semester.number, hours=180,
                    credit=Decimal(6), points=points, mark=mark, letter="A" if mark == 5 else "B", point=Decimal(mark),
                    examiner="Komissiya", held_on=HELD,
                )
                for at, line in enumerate(lines, start=1)
            )  # fmt: skip

    def accredit(self, *students: Student) -> None:
        for student in students or self.students:
            Accreditation.objects.create(
                student=student,
                academic_year_id=2026,
                gpa=Decimal(5),
                credits=Decimal(60),
                accepted_by=self.dean,
            )

    def graduate(self, *students: Student) -> None:
        """As after the order of graduation."""
        graduate(students or self.students)

    def blanks(self, count: int = 5, *, holder=None, category: str = "ordinary", series: str = "AB") -> None:
        """Blanks of diplomas and supplements, received by HR."""
        receive(
            access=self.access("hr"), date=datetime.date(2026, 7, 1), holder=holder, basis="Yuk xati № 7",
            lines=[
                Received("diploma", series, 1, count, education_type="12", category=category),
                Received("supplement", series, 1, count, education_type="12"),
            ],
        )  # fmt: skip

    def formed(self):
        """Diplomas of all, formed by the dean's office."""
        return actions.form([one.pk for one in self.students], access=self.access("dean")).done

    def approved(self):
        return actions.approve(self.formed(), access=self.access("hr")).done

    def printed(self):
        found = self.approved()
        actions.assign_blanks(found, access=self.access("hr"))
        return actions.mark_printed(found, access=self.access("hr")).done


def honours_on(**fields) -> HonoursRule:
    """The rule of honours in force since 2024."""
    defaults = {"is_on": True, "basis": "Nizom, 10-band", "is_confirmed": True}
    return HonoursRule.objects.create(valid_from=datetime.date(2024, 9, 1), **(defaults | fields))


@contextmanager
def kept_for_the_module(blocker):
    """Graduates of one faculty, for all tests of a file; nothing of them stays. Papers of admission are not drawn."""
    with blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "hemis.documents.rendering.pdf_of", lambda html, token, style: f"%PDF {token}".encode()
            )
            made = Graduates(3)
        yield made
        transaction.set_rollback(True)


@contextmanager
def one_test():
    """In the place of pytest-django's own, which would close the database after every test."""
    assert connection.settings_dict["NAME"].startswith("test_")
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
