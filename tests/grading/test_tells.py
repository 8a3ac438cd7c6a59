"""What journal and sheets tell the floors below, and what they offer to a sheet."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from attendance.models import CurrentMark
from curriculum import registrations, standing
from curriculum.models import Registration
from grading import offers
from tests.grading.makers import Study

pytestmark = pytest.mark.django_db


def test_what_is_on_a_sheet_keeps_its_registration_and_counts_as_mastered():
    study = Study(students=2, start=2024)
    line, other = study.lines[:2]
    study.through(line, {"11": ["30", "30"], "12": ["20", "20"], "13": ["45", "10"]})
    rows = {one.student_id: one for one in Registration.objects.filter(curriculum_subject=line)}
    free = Registration.objects.filter(curriculum_subject=other).first()
    held = registrations.held([one.pk for one in rows.values()] + [free.pk])
    assert set(held) == {one.pk for one in rows.values()}
    first, second = (one.pk for one in study.students)
    assert standing.passed_of(first) == {line.subject_id: line.credit}
    assert standing.passed_of(second) == {}


def test_hours_planned_come_from_the_plan_and_nothing_is_missed_without_absences():
    study = Study(students=1, start=2024)
    line, student = study.lines[0], study.students[0]
    found = offers.hours_missed([line.pk], [student.pk])[student.pk, line.pk]
    assert (found.missed, found.planned) == (D(0), D(80))
    assert not CurrentMark.objects.exists() and offers.current_means(line.pk) == {}
