"""Rows of curricula for tests."""

from __future__ import annotations

import itertools
from decimal import Decimal

from curriculum import actions
from curriculum.models import (
    Curriculum,
    CurriculumSubject,
    MarkingSystem,
    RatingSheetKind,
    Subject,
    SubjectGroup,
)
from students.models import AcademicYear, Speciality
from tests import factories

_serial = itertools.count(1)
HOURS = {"11": 30, "13": 50, "17": 100}
CONTROLS = {"11": 30, "12": 20, "13": 50}


def make_subject(name: str = "Falsafa", **fields) -> Subject:
    number = next(_serial)
    group = SubjectGroup.objects.get_or_create(code="GSE", defaults={"name": "Gumanitar fanlar"})[0]
    return Subject.objects.create(code=f"F{number:03d}", name=f"{name} {number}", group=group, **fields)


def make_speciality(faculty, code: str = "70610101") -> Speciality:
    """A master's speciality where the code begins with 7: sixty credits a year, sixty to 120 in all."""
    return Speciality.objects.get_or_create(
        code=code,
        faculty=faculty,
        education_type="12" if code.startswith("7") else "11",
        defaults={"name": code},
    )[0]


def make_curriculum(faculty, *, start: int = 2026, semesters: int = 2, code: str = "70610101") -> Curriculum:
    """A draft with its calendar and no subjects."""
    AcademicYear.objects.get_or_create(year=start)
    plan = Curriculum.objects.create(
        name="Kompyuter ilmlari",
        speciality=make_speciality(faculty, code),
        marking_system=MarkingSystem.objects.get(code="13"),
        start_year_id=start,
        semester_count=semesters,
    )
    actions.lay_out(plan)
    return plan


def add_subject(plan: Curriculum, semester: int, *, hours=None, controls=None, **fields) -> CurriculumSubject:
    """Six credits, 180 hours and 100 points, unless said otherwise."""
    one = CurriculumSubject.objects.create(
        curriculum=plan,
        semester=plan.semesters.get(number=semester),
        subject=fields.pop("subject", None) or make_subject(education_type=plan.speciality.education_type),
        sheet_kind=RatingSheetKind.objects.get(code="11"),
        kafedra=factories.make_kafedra(plan.speciality.faculty),
        credit=fields.pop("credit", Decimal(6)),
        position=next(_serial),
        **fields,
    )
    actions.set_parts(one, hours=hours or HOURS, controls=controls or CONTROLS)
    return one


def fill(plan: Curriculum) -> None:
    """Thirty credits in every semester."""
    for semester in range(1, plan.semester_count + 1):
        for _place in range(5):
            add_subject(plan, semester)
