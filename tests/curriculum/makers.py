"""Rows of curricula for tests."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

from curriculum import actions
from curriculum.models import (
    ClassPair,
    Curriculum,
    CurriculumSubject,
    GroupCurriculum,
    Lesson,
    MarkingSystem,
    RatingSheetKind,
    Subject,
    SubjectGroup,
    Teaching,
    TeachingAudience,
)
from students.models import AcademicYear, Group, Speciality
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


PAIRS = {1: ("08:30", "09:50"), 2: ("10:00", "11:20"), 3: ("11:30", "12:50")}
MONDAY = datetime.date(2026, 9, 7)


def make_pairs(year: int = 2026) -> dict[int, ClassPair]:
    """The first pairs of a day, by their number."""
    AcademicYear.objects.get_or_create(year=year)
    return {
        number: ClassPair.objects.get_or_create(
            academic_year_id=year, number=number, defaults={"starts": starts, "ends": ends}
        )[0]
        for number, (starts, ends) in PAIRS.items()
    }


def make_approved(faculty, **fields) -> Curriculum:
    """A curriculum that the law accepts, approved."""
    plan = make_curriculum(faculty, **fields)
    fill(plan)
    affairs = factories.make_user("academic_affairs")
    return actions.approve(plan, access=factories.access_of(affairs))


def make_studying_group(plan: Curriculum, name: str = "610-26.01") -> Group:
    """A group that studies by the plan."""
    group = Group.objects.create(
        name=name, faculty=plan.speciality.faculty, speciality=plan.speciality, entry_year=plan.start_year_id
    )
    GroupCurriculum.objects.create(group=group, curriculum=plan)
    return group


def make_teaching(
    line: CurriculumSubject, *audience, training_type: str = "13", teacher=None, **fields
) -> Teaching:
    """A teaching of the line for groups and subgroups, by a teacher of the kafedra."""
    teaching = Teaching.objects.create(
        academic_year=line.semester.academic_year,
        term="11" if line.semester.is_autumn else "12",
        subject=line.subject,
        training_type=training_type,
        kafedra=line.kafedra,
        teacher=teacher or factories.make_employee(line.kafedra),
        hours=fields.pop("hours", 50),
        **fields,
    )
    for one in audience:
        group = one if isinstance(one, Group) else one.division.group
        subgroup = None if isinstance(one, Group) else one
        TeachingAudience.objects.create(
            teaching=teaching, curriculum_subject=line, group=group, subgroup=subgroup
        )
    return teaching


def make_lesson(
    teaching: Teaching, pair: int = 1, day: datetime.date = MONDAY, room=None, **fields
) -> Lesson:
    """A lesson of the teaching on its first Monday, unless said otherwise."""
    lesson = Lesson.objects.create(
        teaching=teaching,
        teacher=fields.pop("teacher", None) or teaching.teacher,
        day=day,
        pair=make_pairs(teaching.academic_year_id)[pair],
        auditorium=room,
        **fields,
    )
    lesson.refresh_from_db()
    return lesson
