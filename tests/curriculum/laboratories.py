"""A plan whose laboratories are taught in subgroups, for the tests of choosing their teachers."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from attendance import roster
from curriculum.electives import choosing, office, windows
from curriculum.models import (
    ElectiveCampaign,
    ElectiveChoice,
    ElectiveOffer,
    Registration,
)
from curriculum.timetable import sitting
from grading.tasks import queries as tasks
from hemis.people.models import Person, User
from students.models import Division, Subgroup, SubgroupMember
from tests import factories
from tests.curriculum import makers

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
LAB = "12"
AS_USUAL = [[0], [1], [2], [3]]


class Laboratories:
    """Two groups of two, each divided into two: practice by groups (or by one teacher), laboratories by subgroups.

    ``students[n]`` is the only one of ``halves[n]``, whose laboratory is ``labs[n]``; 0 and 1 are of the first group.
    """

    def __init__(self, *, opened: bool = True, one_practice: bool = False, capacity: int | None = None):
        factories.make_university()
        self.faculty = factories.make_faculty()
        self.plan = makers.make_approved(self.faculty)
        self.groups = [makers.make_studying_group(self.plan, f"610-26.0{n}") for n in (1, 2)]
        self.students: list[Any] = []
        self.halves: list[Any] = []
        for group in self.groups:
            division = Division.objects.create(group=group, kind="laboratory")
            for name in ("1", "2"):
                half = Subgroup.objects.create(division=division, name=name, capacity=capacity)
                student = factories.make_students(self.faculty, 1, group=group)[0]
                since = student.placements.get().valid_from
                SubgroupMember.objects.create(
                    subgroup=half, division=division, student=student, valid_from=since
                )
                self.halves.append(half)
                self.students.append(student)
        self.line, self.other = self.plan.subjects.filter(semester__number=1).order_by("position")[:2]
        teacher = factories.make_employee(self.line.kafedra) if one_practice else None
        self.practices = [makers.make_teaching(self.line, one, teacher=teacher) for one in self.groups]
        self.labs = [makers.make_teaching(self.line, one, training_type=LAB) for one in self.halves]
        for at, lab in enumerate(self.labs):
            Person.objects.filter(pk=lab.teacher.person_id).update(last_name=f"Ustoz{'ABCD'[at]}")
            lab.teacher.person.refresh_from_db()
        for line in (self.line, self.other):
            for one in self.students:
                Registration.objects.get_or_create(student=one, curriculum_subject=line)
        self.dean = factories.access_of(factories.make_user("dean", self.faculty))
        self.campaign: Any = None
        if opened:
            self.open()

    def open(self, places: int = 3, priority: str = "time") -> None:
        now = timezone.now()
        self.campaign = windows.open_campaign(
            self.line.semester, access=self.dean, opens_at=now - HOUR, closes_at=now + HOUR, priority=priority,
            kind=ElectiveCampaign.TEACHERS,
        )  # fmt: skip
        wanted = {one.pk: (places, 1) for one in self.campaign.offers.all()}
        office.set_offers(self.campaign, access=self.dean, offers=wanted)

    def offer(self, number: int) -> ElectiveOffer:
        return self.campaign.offers.select_related(*windows.WORDS).get(subgroup=self.halves[number])

    def practice(self, number: int) -> ElectiveOffer:
        return self.campaign.offers.get(group=self.groups[number], training_type="")

    def choose(self, student: int, offer: ElectiveOffer) -> ElectiveChoice:
        return choosing.choose(offer, access=self.access(student))

    def access(self, student: int):
        return factories.access_of(User.objects.get(person=self.students[student].person))

    def registration(self, student: int) -> Registration:
        return Registration.objects.get(student=self.students[student], curriculum_subject=self.line)

    def sits(self, teaching) -> list[int]:
        """Numbers of the students who sit in a teaching, as every reader tells it: they must agree."""
        numbers = {one.pk: at for at, one in enumerate(self.students)}
        today = timezone.localdate()
        found = {one.student.pk for one in sitting.roll(teaching)}
        assert found == {one.student_id for one in roster.seats(teaching.pk, today)}
        assert found == {one.student_id for one in tasks.audience(teaching)}
        assert len(found) == sitting.sizes([teaching.pk]).get(teaching.pk, 0)
        assert set(sitting.people_of_teachings([teaching.pk])) == {
            one.person_id for one in self.students if one.pk in found
        }
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s FROM unnest(%s::bigint[]) s, hemis_seat(%s, s, %s) h WHERE h.registration IS NOT NULL",
                [list(numbers), teaching.pk, today],
            )
            assert found == {row[0] for row in cursor.fetchall()}
        return sorted(numbers[one] for one in found)

    def labs_sit(self) -> list[list[int]]:
        return [self.sits(one) for one in self.labs]
