"""Builds the demo university, step by step."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from hemis.documents.actions import drawn_when_opened
from hemis.people.models import User
from reports.demo import (
    PASSWORD,
    applications,
    attendance,
    contingent,
    diplomas,
    doctorate,
    grading,
    graduation,
    infrastructure,
    materials,
    money,
    movement,
    payments,
    rating,
    relearning,
    science,
    staffing,
    study,
    teaching,
    timetable,
    university,
)
from reports.demo import students as student_base
from reports.demo.people import People
from reports.demo.statistics import analyze
from structure.models import Unit, University
from students.models import Student

SEED = 303
ORDER_SIZE = 500  # people on one admission order
# A larger university, made for measuring, has no years of movement behind it.
WITH_HISTORY = 5000
# Its rooms are those of the small one: lessons of some of its teachings are enough to measure by.
MOST_TEACHINGS = 2000


class NotEmpty(Exception):
    """The database holds a university already."""


def build(*, students: int = 2000, tell: Callable[[str], None] = lambda text: None) -> None:
    """Units, staff, programmes, groups, then students by admission orders, prices and a few contracts.

    The same number of students always gives the same university. All or nothing. Its
    papers are drawn when somebody first opens them.

    Raises:
        NotEmpty: there is a university already.
    """
    if University.objects.exists():
        raise NotEmpty
    with transaction.atomic(), drawn_when_opened():
        people = People(Random(SEED))  # noqa: S311
        password = make_password(PASSWORD)
        units = university.build_units()
        staff = university.build_staff(people, units, password)
        staffing.build(staff)
        science.build()
        tell(f"{len(units)} units, {len(staff)} employees")
        infrastructure.build(staff, units, tell)
        programmes = contingent.build_programmes(units)
        contingent.build_import_groups(programmes)
        history = students <= WITH_HISTORY
        graduates = graduation.PEOPLE if history and students >= graduation.LEAST else 0
        planned = contingent.build_groups(programmes, students - graduates)
        contingent.build_candidates(people, planned, history=history)
        analyze()
        tell(f"{len(planned)} groups, {students} candidates")
        faculties = [unit for unit in units.values() if unit.kind == Unit.FACULTY]
        faculties.sort(key=lambda unit: unit.code)
        contingent.admit(staff, faculties, at_once=ORDER_SIZE, history=history, tell=tell)
        if history:
            movement.build(staff, faculties, people.random, tell=tell)
        study.build(staff, tell=tell)
        _open_accounts(password)
        student_base.build(staff, tell=tell)
        teaching.build(staff, tell=tell)
        timetable.build(staff, tell=tell, most=None if history else MOST_TEACHINGS)
        materials.topics(staff)
        attendance.build(staff, tell=tell)
        grading.build(staff, tell=tell)
        materials.build(staff, tell=tell)
        money.build(staff, tell=tell)
        payments.build(staff, tell=tell)
        relearning.build(staff, tell=tell)
        applications.build(staff, tell=tell)
        rating.build(staff, tell=tell)
        if graduates:
            accredited = graduation.build(staff, people, password, tell=tell)
            diplomas.build(staff, faculties, accredited, tell=tell)
        doctorate.build(staff, people)
        analyze()


def _open_accounts(password: str) -> None:
    """Demo students sign in at once; in real life each gets a one-time link (law 11)."""
    User.objects.filter(person__studies__in=Student.objects.all()).update(password=password)
