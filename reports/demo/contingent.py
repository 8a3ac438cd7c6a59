"""Specialities, groups, candidates, and admission orders carried out by those whose duty it is."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import Person, User
from movement import actions as movement
from reports.demo import YEAR, pools
from reports.demo.people import People
from reports.demo.statistics import analyze
from structure.models import Unit
from students.models import AcademicYear, Candidate, Group, Programme, Speciality

FORMS = ("11", "12", "13")  # full-time, evening, part-time
YEARS_BY_FORM = {"11": Decimal("4.0"), "12": Decimal("4.5"), "13": Decimal("5.0")}
COHORTS = range(YEAR - 3, YEAR + 1)
GROUP_SIZE = 25


def build_programmes(units: dict[str, Unit]) -> list[Programme]:
    """Academic years, specialities and their programmes."""
    for year in COHORTS:
        AcademicYear.objects.update_or_create(year=year, defaults={"is_current": year == YEAR})
    specialities = Speciality.objects.bulk_create(
        Speciality(
            code=code,
            name=name,
            name_ru=ru,
            name_en=en,
            faculty=units[f"303-{100 + faculty}"],
            kafedra=units[f"303-{100 + faculty}-{kafedra:02d}"],
        )
        for faculty, kafedra, code, name, ru, en in pools.SPECIALITIES
    )
    return Programme.objects.bulk_create(
        Programme(speciality=speciality, education_form=form, years=YEARS_BY_FORM[form])
        for speciality in specialities
        for form in FORMS
    )


def build_import_groups(programmes: list[Programme]) -> None:
    """The empty groups that the admission sheet of the demo names."""
    specialities = {programme.speciality.code: programme.speciality for programme in programmes}
    Group.objects.bulk_create(
        Group(
            name=f"{prefix}-{YEAR % 100}.{n:02d}",
            entry_year=YEAR,
            speciality=specialities[code],
            faculty=specialities[code].faculty,
        )
        for code, prefix in pools.IMPORT_GROUPS.items()
        for n in range(1, 5)
    )


def build_groups(programmes: list[Programme], students: int) -> list[tuple[Group, Programme, int]]:
    """Groups of 25 with their programme and size, spread over faculties and years of entry."""
    full_time = [programme for programme in programmes if programme.education_form == "11"]
    others = [programme for programme in programmes if programme.education_form != "11"]
    by_faculty = {
        faculty: [
            [one for one in full_time if one.speciality.faculty_id == faculty],
            [one for one in others if one.speciality.faculty_id == faculty],
        ]
        for faculty in sorted({one.speciality.faculty_id for one in programmes})
    }
    wanted, planned = students, []
    faculties, counters = list(by_faculty), dict.fromkeys(range(len(programmes)), 0)
    place = 0
    while wanted > 0:
        faculty = faculties[place % len(faculties)]
        year = COHORTS[-1 - place // len(faculties) % len(COHORTS)]
        turn = place // (len(faculties) * len(COHORTS))
        mostly, seldom = by_faculty[faculty]
        programme = seldom[turn % len(seldom)] if turn % 5 == 4 else mostly[turn % len(mostly)]
        index = programmes.index(programme)
        counters[index] += 1
        language = "12" if turn % 4 == 3 else "11"
        name = (
            f"{programme.speciality.code[2:6]}-{year % 100}-{programme.education_form}.{counters[index]:02d}"
        )
        group = Group(
            name=name,
            entry_year=year,
            speciality=programme.speciality,
            faculty_id=faculty,
            education_form=programme.education_form,
            language=language,
            capacity=GROUP_SIZE + 5,
        )
        planned.append((group, programme, min(GROUP_SIZE, wanted)))
        wanted -= GROUP_SIZE
        place += 1
    Group.objects.bulk_create([group for group, _programme, _size in planned])
    return planned


def build_candidates(
    people: People, planned: list[tuple[Group, Programme, int]], *, history: bool = True
) -> None:
    """Persons and candidates for every place in the groups.

    Without ``history`` older years come straight into the course where they are now.
    """
    places = [(group, programme) for group, programme, size in planned for _n in range(size)]
    persons = Person.objects.bulk_create(
        [people.student(group.entry_year) for group, _programme in places], batch_size=2000
    )
    pick = people.random.choices
    Candidate.objects.bulk_create(
        [
            Candidate(
                person=person,
                entry_year=group.entry_year,
                programme=programme,
                group=group,
                course="11" if history else str(11 + YEAR - group.entry_year),
                language=group.language,
                payment_form=pick(("11", "12"), weights=(3, 7))[0],
                social_category=pick(("10", "11", "12", "13"), weights=(94, 2, 3, 1))[0],
                score=Decimal(people.random.randint(568, 1890)) / 10,
            )
            for person, (group, programme) in zip(persons, places, strict=True)
        ],
        batch_size=2000,
    )


def admit(
    staff: dict[str, User],
    faculties: list[Unit],
    *,
    at_once: int,
    history: bool = True,
    tell: Callable[[str], None],
) -> None:
    """One admission order after another: the dean's office forms and executes, the rector signs.

    With ``history`` each in its year of entry, else all in this year.
    """
    signer = Access.for_user(staff["rector"])
    orders = 0
    for year in COHORTS:
        for n, faculty in enumerate(faculties, start=1):
            office = Access.for_user(staff[f"dean{n}"])
            waiting = list(
                Candidate.objects.filter(group__faculty=faculty, entry_year=year)
                .order_by("group__name", "person__sort_key")
                .values_list("pk", flat=True)
            )
            for start in range(0, len(waiting), at_once):
                admit_one(
                    office, signer, faculty, year, waiting[start : start + at_once], year if history else YEAR
                )
                orders += 1
                # After the 1st, 2nd, 4th, 8th … order: each time the tables are twice as large.
                if orders & (orders - 1) == 0:
                    analyze()
            if waiting:
                tell(f"{faculty.code}: {len(waiting)} students of {year}")


def admit_one(
    office: Access, signer: Access, faculty: Unit, year: int, candidates: list[int], ordered: int
) -> None:
    """One admission order, from the draft to its execution."""
    day = timezone.localdate()
    begins = min(datetime.date(ordered, 9, 2), day)
    assert office.user and signer.user  # noqa: S101
    with acting(office.user.pk, "demo"):
        order = movement.create_admission_order(
            access=office,
            faculty=faculty,
            candidates=Candidate.objects.filter(pk__in=candidates),
            title=f"{year}-yil qabuli talabalarini oʻqishga qabul qilish toʻgʻrisida",
            basis="Qabul komissiyasining qarori",
            effective_date=begins,
        )
        order = movement.submit(order, access=office)
    with acting(signer.user.pk, "demo"):
        order = movement.sign(order, access=signer, date=min(datetime.date(ordered, 8, 31), day))
    with acting(office.user.pk, "demo"):
        movement.execute(order, access=office)
