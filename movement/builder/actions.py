"""Groups for the newly admitted and for students without one (duty 2.1, clause B8).

Candidates get the group at once: they are not students yet, the admission order
names it. A student's group changes by an order alone, so for students draft orders
of transfer are formed, one for each group.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from hemis.access.scope import Access
from movement import queries
from movement.actions.drafts import create_order
from movement.models import Order
from structure.models import Unit
from students.distribution import BY_NAME, Distribution, Place, Someone, distribute
from students.models import Candidate, Group, Student
from students.queries import STUDYING_STATUS

TO_GROUP = "16"
CANDIDATES_WITHOUT, CANDIDATES_ALL, STUDENTS_WITHOUT = "candidates", "all_candidates", "students"


@dataclass(frozen=True)
class Question:
    """Who is to be distributed into which groups, and how."""

    faculty: Unit
    who: str
    groups: tuple[int, ...] = ()
    speciality: int | None = None
    by: str = BY_NAME


@dataclass
class Plan:
    """A distribution with the rows it is made of."""

    question: Question
    people: dict[int, Any]
    groups: dict[int, Group]
    places: dict[int, Place]
    result: Distribution

    @property
    def fingerprint(self) -> str:
        """What was shown, so that nothing else is done: person and group of everybody placed."""
        return ",".join(f"{person}-{group}" for person, group in sorted(self.result.places.items()))


def plan(question: Question, *, access: Access) -> Plan:
    """Who would go where, from what is in the database now; nothing is written.

    Raises:
        PermissionDenied: without the duty.
    """
    access.require("group.edit")
    people = {one.pk: one for one in _people(question, access)}
    groups = {one.pk: one for one in _groups(question, access)}
    # Whoever is distributed anew leaves the place held until now.
    moving = [one.pk for one in people.values() if isinstance(one, Candidate)]
    places = _places(groups, moving)
    result = distribute([_someone(one) for one in people.values()], list(places.values()), by=question.by)
    return Plan(question, people, groups, places, result)


def _people(question: Question, access: Access) -> QuerySet:
    scope = access.scope("group.edit")
    if question.who == STUDENTS_WITHOUT:
        students = Student.objects.for_scope(scope).filter(
            current__faculty=question.faculty, current__status=STUDYING_STATUS, current__group=None
        )
        if question.speciality:
            students = students.filter(current__programme__speciality=question.speciality)
        return queries.free_students(students).select_related("person", "current__programme")
    rows = Candidate.objects.for_scope(scope).filter(
        programme__speciality__faculty=question.faculty, arrival=None
    )
    if question.who == CANDIDATES_WITHOUT:
        rows = rows.filter(group=None)
    if question.speciality:
        rows = rows.filter(programme__speciality=question.speciality)
    return queries.free_candidates(rows).select_related("person", "programme", "group")


def _groups(question: Question, access: Access) -> QuerySet[Group]:
    rows = Group.objects.for_scope(access.scope("group.edit")).filter(
        faculty=question.faculty, is_active=True
    )
    if question.groups:
        rows = rows.filter(pk__in=question.groups)
    if question.speciality:
        rows = rows.filter(speciality=question.speciality)
    return rows.select_related("speciality")


def _places(groups: dict[int, Group], moving: Collection[int]) -> dict[int, Place]:
    """Groups with what sits there: students, and candidates who are not students yet and stay."""
    taken: dict[int, int] = {}
    students = Student.objects.filter(current__group__in=groups, current__status=STUDYING_STATUS)
    waiting = Candidate.objects.filter(group__in=groups, student=None).exclude(pk__in=moving)
    for key in (
        *students.values_list("current__group", flat=True),
        *waiting.values_list("group", flat=True),
    ):
        taken[key] = taken.get(key, 0) + 1
    return {
        one.pk: Place(
            one.pk, one.name, one.speciality_id, one.education_form, one.language, one.capacity,
            taken.get(one.pk, 0), one.entry_year,
        )
        for one in groups.values()
    }  # fmt: skip


def _someone(row: Candidate | Student) -> Someone:
    if isinstance(row, Candidate):
        return Someone(
            row.pk, row.person.sort_key, row.programme.speciality_id, row.programme.education_form, row.language,
            row.person.gender, row.score, row.entry_year,
        )  # fmt: skip
    placed = row.current
    # Of the course, as the check of the order wants it: who was retained studies with the younger.
    entered = placed.academic_year_id - (int(placed.course) - 11)  # type: ignore[union-attr,operator]
    return Someone(
        row.pk, row.person.sort_key, placed.programme.speciality_id, placed.education_form, placed.language,  # type: ignore[union-attr]
        row.person.gender, row.entrance_score, entered,
    )  # fmt: skip


class Changed(Exception):
    """Between the preview and its confirmation somebody else changed people or groups."""


@transaction.atomic
def place_candidates(question: Question, *, access: Access, shown: str) -> int:
    """Give the candidates the groups that were shown; how many.

    Raises:
        PermissionDenied: without the duty.
        Changed: the plan of now is not the one that was shown.
    """
    _lock(question)
    found = plan(question, access=access)
    if found.fingerprint != shown:
        raise Changed
    for key in set(found.result.places.values()):
        people = [person for person, group in found.result.places.items() if group == key]
        rows = Candidate.objects.filter(pk__in=people)
        rows.exclude(group=key).update(group=key, version=F("version") + 1)
    return len(found.result.places)


@transaction.atomic
def order_students(
    question: Question, *, access: Access, shown: str, title: str, basis: str, effective_date: datetime.date
) -> Sequence[Order]:
    """Draft orders of transfer into the groups that were shown, one for each group.

    Raises:
        PermissionDenied: without the duty.
        Changed: the plan of now is not the one that was shown.
        OrderError: an order cannot be formed.
    """
    access.require("order.create")
    _lock(question)
    found = plan(question, access=access)
    if found.fingerprint != shown:
        raise Changed
    orders = []
    for key in sorted(set(found.result.places.values()), key=lambda one: found.groups[one].name):
        people = [person for person, group in found.result.places.items() if group == key]
        orders.append(
            create_order(
                kind=TO_GROUP,
                access=access,
                faculty=question.faculty,
                people=Student.objects.filter(pk__in=people),
                title=f"{title} ({found.groups[key].name})",
                basis=basis,
                effective_date=effective_date,
                choices={"group": found.groups[key]},
            )
        )
    return orders


def _lock(question: Question) -> None:
    """Two distributions of one faculty wait for each other."""
    Unit.objects.select_for_update(of=("self",)).get(pk=question.faculty.pk)
