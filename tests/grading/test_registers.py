"""Registers of grading, each by its declaration."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from curriculum.models import MarkingSystem  # noqa: F401 — the rows of marking systems are sown
from grading.models import (
    Appeal,
    GradingRule,
    PersonalSchedule,
    SheetCorrection,
    StudentGpa,
    SubjectResult,
)
from grading.pages.appeals import Appeals
from grading.pages.debts import Debtors, Results
from grading.pages.gpa import Gpas
from grading.pages.schedules import Schedules
from grading.pages.sheets import Corrections, GradingRules, Sheets
from tests import factories
from tests.grading.makers import Study, plain_sheet
from tests.pages.base import RegisterTests
from tests.sharing import shared


@shared
def of_2026(db):
    return Study(students=4), Study(students=1, code="303-102")


@shared
def of_2024(db):
    return Study(students=4, start=2024), Study(students=1, code="303-102", start=2024)


class _OfFaculty(RegisterTests):
    """Rows stand on one small study of the dean's faculty, and another elsewhere."""

    viewer_role = "dean"
    faculty_code = "303-101"

    @pytest.fixture(autouse=True)
    def _studies(self, of_2026):
        self._study, self._elsewhere = of_2026

    def study(self) -> Study:
        return self._study

    def elsewhere(self) -> Study:
        return self._elsewhere

    def one(self, study: Study, at: int):
        raise NotImplementedError

    def make(self, number):
        return self.one(self.study(), number - 1)

    def make_elsewhere(self):
        return self.one(self.elsewhere(), 0)


class TestSheets(_OfFaculty):
    register = Sheets
    editor_role = "dean"

    def one(self, study, at):
        return plain_sheet(study.lines[at], study.group, study.students[0])

    def form_data(self, row):
        return {"examiner": row.examiner_id, "held_on": "2026-11-20", "due_on": "2026-12-20"}

    def search_for(self, row):
        return row.curriculum_subject.subject.name


class TestCorrections(_OfFaculty):
    register = Corrections

    def one(self, study, at):
        sheet = plain_sheet(study.lines[at], study.group, study.students[0], state="closed")
        return SheetCorrection.objects.create(
            academic_year_id=2026, serial=sheet.serial, line=sheet.lines.get(), new_points=Decimal(at),
            new_status="graded", reason=f"sabab {at}", basis="Bayonnoma", proposed_by=factories.make_user(),
        )  # fmt: skip

    def search_for(self, row):
        return row.reason


class TestResults(_OfFaculty):
    register = Results

    def one(self, study, at):
        sheet = plain_sheet(study.lines[0], study.group, study.students[at], state="closed")
        return SubjectResult.objects.create(
            student=study.students[at], curriculum_subject=study.lines[0], overall=Decimal(25), mark=2,
            point=Decimal(2), passed=False, sheet=sheet,
        )  # fmt: skip

    def make(self, number):
        study = self.study()
        sheet = plain_sheet(study.lines[number - 1], study.group, study.students[number - 1], state="closed")
        return SubjectResult.objects.create(
            student=study.students[number - 1], curriculum_subject=study.lines[number - 1], overall=Decimal(25), mark=2,
            point=Decimal(2), passed=False, sheet=sheet,
        )  # fmt: skip

    def search_for(self, row):
        return row.curriculum_subject.subject.name


class TestDebtors(_OfFaculty):
    register = Debtors

    @pytest.fixture(autouse=True)
    def _studies(self, of_2024):
        self._study, self._elsewhere = of_2024

    def one(self, study, at):
        return study.students[0].registrations.order_by("pk")[at]

    def search_for(self, row):
        return row.curriculum_subject.subject.name


class TestGpas(_OfFaculty):
    register = Gpas

    def one(self, study, at):
        return StudentGpa.objects.create(
            student=study.students[at], academic_year=factories.make_year(2025), gpa=Decimal("3.5"),
            credits=Decimal(30), weighted=Decimal(105), subjects=5, debts=0, missing=0, may_be_promoted=True,
        )  # fmt: skip

    def search_for(self, row):
        return row.student.number


class TestSchedules(_OfFaculty):
    register = Schedules
    editor_role = "dean"

    def one(self, study, at):
        number = PersonalSchedule.objects.count() + 1
        return PersonalSchedule.objects.create(
            academic_year_id=2026, serial=number, student=study.students[at], drawn_on=timezone.localdate(),
            due_on=timezone.localdate() + datetime.timedelta(days=20),
        )  # fmt: skip

    def form_data(self, row):
        return {
            "due_on": row.due_on.isoformat(),
            "order_number": "19-T",
            "order_date": row.drawn_on.isoformat(),
        }

    def search_for(self, row):
        return row.student.number


class TestAppeals(_OfFaculty):
    register = Appeals

    def one(self, study, at):
        sheet = plain_sheet(study.lines[at], study.group, study.students[0], state="closed")
        return Appeal.objects.create(line=sheet.lines.get(), text=f"Savol {at} haqida", due_at=timezone.now())

    def search_for(self, row):
        return row.text


class TestGradingRules(RegisterTests):
    register = GradingRules
    viewer_role = "dean"
    editor_role = "academic_affairs"
    faculty_code = "303-101"

    def make(self, number):
        return GradingRule.objects.create(
            code="retake.days", value=Decimal(30 + number), valid_from=datetime.date(2030, 1, number),
            basis=f"Buyruq {number}-son",
        )  # fmt: skip

    def form_data(self, row):
        return {"code": row.code, "value": "31", "valid_from": "2031-01-01", "basis": row.basis}

    def search_for(self, row):
        return row.basis
