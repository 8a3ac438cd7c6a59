"""Subjects, class pairs and approved curricula of the demo, and the plan of every group."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from curriculum import actions, rules
from curriculum.models import (
    ClassPair,
    Curriculum,
    CurriculumBlock,
    CurriculumSemester,
    CurriculumSubject,
    CurriculumWeek,
    MarkingSystem,
    RatingSheetKind,
    Subject,
    SubjectControl,
    SubjectGroup,
    SubjectHours,
)
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import User
from reports.demo import bulk, pools
from reports.demo.contingent import COHORTS, YEARS_BY_FORM
from students.models import AcademicYear, Group, Programme

PAIRS = ("08:30", "10:00", "11:30", "13:00", "14:30", "16:00", "17:30", "19:00")
PAIR = datetime.timedelta(minutes=80)
# Six credits of thirty hours: lectures, practice, seminars, self-study; the classroom has 44 %.
HOURS = {"11": 30, "13": 30, "14": 20, "17": 100}
CONTROLS = {"11": 30, "12": 20, "13": 50}
SUBJECTS_A_SEMESTER = 5
ELECTIVE_FROM = 4  # the semester from which one of the subjects is chosen: a small demo has second courses
ALL = ("11.01", "11.02", "11.03", "11.04")


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Pairs of every year, subjects of every kafedra, an approved plan for each programme that has groups of a year."""
    _pairs()
    subjects = _subjects()
    programmes = list(
        Programme.objects.select_related("speciality__faculty", "speciality__kafedra").order_by(
            "speciality__code", "education_form"
        )
    )
    with acting(staff["academic"].pk, "demo"):
        taught = set(Group.objects.values_list("speciality", "education_form", "entry_year"))
        plans = [
            plan
            for year in COHORTS
            for plan in _plans(
                [one for one in programmes if (one.speciality_id, one.education_form, year) in taught],
                year,
                subjects,
            )
        ]
        Curriculum.objects.filter(pk__in=[plan.pk for plan in plans]).update(
            state=Curriculum.APPROVED, approved_by=staff["academic"], approved_at=timezone.now()
        )
    given = 0
    for n in range(1, len(pools.FACULTIES) + 1):
        dean = staff[f"dean{n}"]
        with acting(dean.pk, "demo"):
            given += actions.give_to_groups(Group.objects.all(), access=Access.for_user(dean))[0]
    tell(f"{len(subjects)} subjects, {len(plans)} curricula, {given} groups have theirs")


def _pairs() -> None:
    for year in AcademicYear.objects.values_list("year", flat=True):
        for number, begin in enumerate(PAIRS, start=1):
            starts = datetime.datetime.strptime(begin, "%H:%M")  # noqa: DTZ007 — a time of the day
            ClassPair.objects.create(
                academic_year_id=year, number=number, starts=starts.time(), ends=(starts + PAIR).time()
            )


def _subjects() -> list[Subject]:
    groups = [
        SubjectGroup.objects.create(code=code, name=name, name_ru=ru, name_en=en)
        for code, name, ru, en in pools.SUBJECT_GROUPS
    ]
    return Subject.objects.bulk_create(
        Subject(
            code=f"{groups[group].code}.{number:02d}", name=name, name_ru=ru, name_en=en, group=groups[group]
        )
        for number, (group, name, ru, en) in enumerate(pools.SUBJECTS, start=1)
    )


def _plans(programmes: list[Programme], year: int, subjects: list[Subject]) -> list[Curriculum]:
    """The plans of one year of entry, written as sets."""
    system = MarkingSystem.objects.get(code="13")
    plans = Curriculum.objects.bulk_create(
        Curriculum(
            name=programme.speciality.name,
            name_ru=programme.speciality.name_ru,
            name_en=programme.speciality.name_en,
            speciality=programme.speciality,
            education_form=programme.education_form,
            marking_system=system,
            start_year_id=year,
            semester_count=int(YEARS_BY_FORM[programme.education_form] * rules.SEMESTERS_A_YEAR),
        )
        for programme in programmes
    )
    years = {one.academic_year for plan in plans for one in rules.semesters(year, plan.semester_count)}
    AcademicYear.objects.bulk_create((AcademicYear(year=one) for one in sorted(years)), ignore_conflicts=True)
    semesters = CurriculumSemester.objects.bulk_create(
        CurriculumSemester(
            curriculum=plan,
            number=one.number,
            course=one.course,
            academic_year_id=one.academic_year,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
        )
        for plan in plans
        for one in rules.semesters(year, plan.semester_count)
    )
    of_plan = {(one.curriculum_id, one.number): one for one in semesters}
    bulk.write(
        CurriculumWeek,
        ("curriculum", "number", "starts_on", "ends_on", "semester", "kind"),
        (
            (
                plan.pk, week.number, week.starts_on, week.ends_on,
                of_plan[plan.pk, week.semester].pk if week.semester else None, _kind(week),
            )
            for plan in plans
            for week in rules.weeks(rules.semesters(year, plan.semester_count))
        ),
    )  # fmt: skip
    _fill(plans, of_plan, subjects)
    return plans


def _kind(week: rules.WeekDates) -> str:
    """Fifteen weeks of theory a semester, then attestation; the rest are holidays."""
    if week.semester is None:
        return rules.HOLIDAY
    since = datetime.date(week.starts_on.year, *(rules.AUTUMN if week.starts_on.month >= 8 else rules.SPRING))  # noqa: PLR2004
    if week.starts_on.month == 1:
        since = since.replace(year=week.starts_on.year - 1, month=9, day=1)
    place = (week.starts_on - since).days // 7 + 1
    if place <= 15:  # noqa: PLR2004
        return rules.THEORY
    return "12" if place <= 17 else rules.HOLIDAY  # noqa: PLR2004


def _fill(
    plans: list[Curriculum], of_plan: dict[tuple[int, int], CurriculumSemester], subjects: list[Subject]
) -> None:
    """Five subjects a semester; from the fourth semester on the last one is a choice of two."""
    blocks = {
        (one.curriculum_id, one.code): one
        for one in CurriculumBlock.objects.bulk_create(
            CurriculumBlock(curriculum=plan, code=code, block=code) for plan in plans for code in ALL
        )
    }
    sheet = RatingSheetKind.objects.get(code="11")
    rows = []
    for plan in plans:
        # The same subjects in every form and year of a speciality, others in its neighbours.
        first = int(plan.speciality.code[2:6]) * 7
        for number in range(1, plan.semester_count + 1):
            choice = number >= ELECTIVE_FROM
            for place in range(SUBJECTS_A_SEMESTER + choice):
                elective = choice and place >= SUBJECTS_A_SEMESTER - 1
                subject = subjects[(first + (number - 1) * SUBJECTS_A_SEMESTER + place) % len(subjects)]
                rows.append(
                    CurriculumSubject(
                        curriculum=plan,
                        semester=of_plan[plan.pk, number],
                        block=blocks[plan.pk, ALL[place % len(ALL)]],
                        subject=subject,
                        kind="12" if elective else "11",
                        elective_group="T1" if elective else "",
                        places=60 if elective else None,
                        sheet_kind=sheet,
                        kafedra=plan.speciality.kafedra,
                        credit=Decimal(6),
                        position=place + 1,
                    )
                )
    made = CurriculumSubject.objects.bulk_create(rows, batch_size=5000)
    bulk.write(
        SubjectHours,
        ("curriculum_subject", "training_type", "hours"),
        ((one.pk, kind, hours) for one in made for kind, hours in HOURS.items()),
    )
    bulk.write(
        SubjectControl,
        ("curriculum_subject", "control", "max_points"),
        ((one.pk, kind, points) for one in made for kind, points in CONTROLS.items()),
    )
