"""Every register of the journal and of attendance, by declaration."""

from __future__ import annotations

import pytest
from django.utils import timezone

from attendance.models import Absence, AttendanceLetter, AttendanceLimit, JournalRule, Unlock
from attendance.pages import excuses, journals, lessons, reports, settings
from curriculum.models import MarkingSystem
from tests.attendance import makers
from tests.pages.base import RegisterTests
from tests.sharing import shared


@shared
def schools(db):
    return makers.make_school("303-101", 3), makers.make_school("303-102", 1)


class OfSchool(RegisterTests):
    """Rows of the dean's faculty; one more of another."""

    viewer_role = "dean"
    faculty_code = "303-101"

    @pytest.fixture(autouse=True)
    def _schools(self, _university, schools):
        self.school, self.other = schools

    def make(self, number):
        return self.make_in(self.school, number)

    def make_elsewhere(self):
        return self.make_in(self.other, 1)


@pytest.mark.duty("9.2", "2.4")
class TestLessons(OfSchool):
    register = lessons.Lessons

    def make_in(self, school, number):
        return school.lesson(number, pair=number)


@pytest.mark.duty("9.2", "2.4")
class TestJournals(OfSchool):
    register = journals.Journals

    def make_in(self, school, number):
        from tests.curriculum import makers as plans

        if number == 1:
            return school.teaching
        return plans.make_teaching(
            school.lines[1], school.group, teacher=school.employee, training_type=f"1{number}"
        )


@pytest.mark.duty("2.4")
class TestAbsences(OfSchool):
    register = excuses.Absences

    def make_in(self, school, number):
        record = makers.record(school, school.lesson(number), {school.students[0].pk: "2"})
        return Absence.objects.get(record=record)


@pytest.mark.duty("2.4")
class TestExcuses(OfSchool):
    register = excuses.Excuses

    def make_in(self, school, number):
        return makers.make_excuse(
            school.students[0],
            10 * number,
            10 * number - 3,
            school.teacher,
            document=f"Hujjat {'a' * number}",
        )

    def search_for(self, row):
        return ""


@pytest.mark.duty("2.4")
class TestUnlocks(OfSchool):
    register = excuses.Unlocks

    def make_in(self, school, number):
        return Unlock.objects.create(
            faculty=school.faculty, lesson=school.lesson(number), until=timezone.now(), reason="Tarmoq ishlamadi",
            made_by=school.teacher,
        )  # fmt: skip


@pytest.mark.duty("2.4")
class TestStudentAttendance(OfSchool):
    register = reports.StudentAttendance

    def make_in(self, school, number):
        return school.students[number - 1]

    def search_for(self, row):
        return row.number


@pytest.mark.duty("2.4")
class TestLetters(OfSchool):
    register = reports.Letters

    def make_in(self, school, number):
        kind = ("warning", "reprimand", "parents")[number - 1]
        return AttendanceLetter.objects.create(
            student=school.students[0], academic_year=school.teaching.academic_year, term="11", kind=kind, hours=40,
            made_by=school.teacher,
        )  # fmt: skip


class Rules(RegisterTests):
    """Rows of the whole university: academic affairs set them, the dean's office reads them."""

    viewer_role, editor_role, faculty_code = "dean", "academic_affairs", "303-101"


@pytest.mark.duty("B7")
class TestLimits(Rules):
    register = settings.Limits

    def make(self, number):
        return AttendanceLimit.objects.create(
            system=MarkingSystem.objects.get(code="12"), level="11", valid_from=f"2030-01-0{number}", value=20,
            source="Kengash qarori",
        )  # fmt: skip

    def form_data(self, row):
        return {
            "system": row.system_id,
            "level": "11",
            "value": "22",
            "valid_from": "2030-01-01",
            "source": "Kengash",
        }


@pytest.mark.duty("B7")
class TestJournalRules(Rules):
    register = settings.JournalRules

    def make(self, number):
        return JournalRule.objects.create(
            valid_from=f"2030-01-0{number}", edit_days=1, source="Kengash qarori"
        )

    def form_data(self, row):
        return {"valid_from": "2030-02-01", "edit_days": 2, "source": "Kengash"}
