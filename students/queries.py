"""What pages, imports and higher floors read: one statement each, however long the list."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db import connection
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from hemis.access.scope import Scope
from hemis.columns import SPLIT, column
from hemis.people.models import Person
from staff.models import Employee, Position
from students.models import (
    AcademicYear,
    AdmissionQuota,
    Candidate,
    Contact,
    Division,
    Group,
    Placement,
    SubgroupMember,
    TutorGroup,
)
from students.models.card import PARENTS

EXPELLED, GRADUATED = "12", "14"


def current_year() -> int:
    """The academic year in which people are admitted now; by the calendar when none is marked."""
    marked = AcademicYear.objects.filter(is_current=True).values_list("year", flat=True).first()
    return marked or timezone.localdate().year


def studying(pinfls: Collection[str]) -> list[tuple]:
    """People who study now: PINFL, entry year and facts of the candidacy that brought them here."""
    return _rows(STUDYING, [column(pinfls), [EXPELLED, GRADUATED]])


def known_pinfls(pinfls: Iterable[str]) -> set[str]:
    """Those of them that the database knows."""
    return {pinfl for (pinfl,) in _rows(KNOWN, [column(pinfls)])}


def candidates_elsewhere(
    pinfls: Collection[str], year: int, faculty_ids: Collection[int]
) -> list[tuple[str, str]]:
    """Candidates of ``year`` of other faculties: PINFL and the faculty."""
    return _rows(ELSEWHERE, [column(pinfls), year, list(faculty_ids)])


def other_names(
    pinfls: Iterable[str], last_names: Iterable[str], first_names: Iterable[str]
) -> list[tuple[str, str]]:
    """Of people in three columns those known under another surname and another first name: PINFL and name."""
    return _rows(OTHER_NAMES, list(map(column, (pinfls, last_names, first_names))))


def passports_of_others(
    pinfls: Iterable[str], passports: Iterable[str], countries: Iterable[str]
) -> list[tuple[str, str]]:
    """Of people in three columns those whose passport is known as that of another PINFL."""
    return _rows(PASSPORTS, list(map(column, (pinfls, passports, countries))))


def _rows(sql: str, params: Sequence[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


STUDYING = f"""
SELECT p.pinfl, c.entry_year, c.programme_id, c.group_id, c.course, c.language, c.payment_form,
       c.social_category, c.score
  FROM people_person p
  JOIN students_student st ON st.person_id = p.id
  JOIN students_placement pl ON pl.id = st.current_id
  LEFT JOIN students_candidate c ON c.id = st.candidate_id
 WHERE p.pinfl = ANY({SPLIT}) AND pl.status <> ALL(%s)
"""  # noqa: S608
ELSEWHERE = f"""
SELECT p.pinfl, u.name
  FROM people_person p
  JOIN students_candidate c ON c.person_id = p.id
  JOIN students_programme pr ON pr.id = c.programme_id
  JOIN students_speciality sp ON sp.id = pr.speciality_id
  JOIN structure_unit u ON u.id = sp.faculty_id
 WHERE p.pinfl = ANY({SPLIT}) AND c.entry_year = %s AND sp.faculty_id <> ALL(%s)
"""  # noqa: S608
KNOWN = f"SELECT pinfl FROM people_person WHERE pinfl = ANY({SPLIT})"  # noqa: S608
OTHER_NAMES = f"""
SELECT p.pinfl, concat_ws(' ', p.last_name, p.first_name, p.middle_name)
  FROM people_person p
  JOIN unnest({SPLIT}, {SPLIT}, {SPLIT}) AS said(pinfl, last_name, first_name)
    ON p.pinfl = said.pinfl
 WHERE p.last_name <> said.last_name AND p.first_name <> said.first_name
"""  # noqa: S608
PASSPORTS = f"""
SELECT said.pinfl, said.passport
  FROM people_person p
  JOIN unnest({SPLIT}, {SPLIT}, {SPLIT}) AS said(pinfl, passport, country)
    ON p.passport = said.passport AND p.country = said.country AND p.pinfl IS DISTINCT FROM said.pinfl
"""  # noqa: S608


STUDYING_STATUS, ON_LEAVE = "11", "13"


def roll(
    group: Group, day: datetime.date, statuses: Collection[str] = (STUDYING_STATUS,)
) -> QuerySet[Placement]:
    """Placements of the students of a group on a day, with the person."""
    rows = Placement.objects.on(day).filter(group=group, status__in=statuses)
    return rows.select_related("student__person", "order")


def subgroup_members(division: Division, day: datetime.date) -> QuerySet[SubgroupMember]:
    """Who is in the subgroups of a division on a day: only while the placement is in the group itself."""
    here = Placement.objects.on(day).filter(student=OuterRef("student"), group=division.group_id)
    rows = SubgroupMember.objects.filter(Exists(here), division=division).on(day)
    return rows.select_related("student__person", "subgroup")


def subgroup_sizes(division: Division, day: datetime.date) -> dict[int, int]:
    """How many are in each subgroup of a division on a day."""
    rows = subgroup_members(division, day).order_by().values_list("subgroup")
    return dict(rows.annotate(people=Count("pk")))


def tutors(day: datetime.date) -> QuerySet[Employee]:
    """Employees who hold the post of a tutor on a day (`h_teacher_position_type` 34)."""
    posts = Position.objects.filter(employee=OuterRef("pk"), post="34", valid_from__lte=day)
    in_force = posts.filter(Q(valid_to=None) | Q(valid_to__gte=day))
    return Employee.objects.filter(Exists(in_force)).select_related("person")


def first_contact(person: Person) -> Contact | None:
    """Whom to tell about the student: the one marked, else a parent or guardian, else anybody."""
    found = list(person.contacts.all())  # type: ignore[attr-defined]
    return next(
        (one for one in found if one.is_first),
        next((one for one in found if one.relation in PARENTS), found[0] if found else None),
    )


def with_actual(quotas: QuerySet[AdmissionQuota]) -> QuerySet[AdmissionQuota]:
    """Quotas with ``candidates`` (admitted by the list), ``students`` (of them, with a placement), ``free``."""
    key = {
        "entry_year": OuterRef("entry_year"),
        "programme__speciality": OuterRef("speciality"),
        "programme__education_form": OuterRef("education_form"),
        "payment_form": OuterRef("payment_form"),
        "language": OuterRef("language"),
    }
    admitted = Candidate.objects.filter(**key).order_by()

    def counted(rows: QuerySet) -> Coalesce:
        return Coalesce(
            Subquery(rows.values("entry_year").annotate(n=Count("pk")).values("n")),
            0,
            output_field=IntegerField(),
        )

    return quotas.annotate(
        candidates=counted(admitted), students=counted(admitted.filter(student__current__isnull=False))
    ).annotate(free=F("places") - F("candidates"))


def group_size(day: datetime.date, group: str = "pk") -> Coalesce:
    """How many study in a group on a day, as a column of a list of groups."""
    rows = Placement.objects.on(day).filter(group=OuterRef(group), status=STUDYING_STATUS).order_by()
    return Coalesce(
        Subquery(rows.values("group").annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField()
    )


def tutor_names(day: datetime.date) -> Subquery:
    """Who cares for a group on a day, as a column of a list of groups."""
    care = TutorGroup.objects.on(day).filter(group=OuterRef("pk")).order_by()
    name = Concat("employee__person__last_name", Value(" "), "employee__person__first_name")
    return Subquery(care.values("group").annotate(names=StringAgg(name, ", ")).values("names"))


def outside_quotas(scope: Scope) -> QuerySet:
    """Candidates for whom no quota is entered, counted by year, speciality, form, payment form and language."""
    quota = AdmissionQuota.objects.filter(
        entry_year=OuterRef("entry_year"), speciality=OuterRef("programme__speciality"),
        education_form=OuterRef("programme__education_form"), payment_form=OuterRef("payment_form"),
        language=OuterRef("language"),
    )  # fmt: skip
    rows = Candidate.objects.for_scope(scope).filter(~Exists(quota)).order_by()
    cut = ("entry_year", "programme__speciality__code", "programme__speciality__name",
           "programme__education_form", "payment_form", "language")  # fmt: skip
    return rows.values(*cut).annotate(people=Count("pk")).order_by("-entry_year", *cut[1:])
