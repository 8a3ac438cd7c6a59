"""Choice of teachers: with whom one attends, settled like electives, and what follows it (duty 2.3; VMQ 824)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from curriculum import elective_rules as rules
from curriculum import standing, teacher_choice
from curriculum.actions import CurriculumError
from curriculum.electives import choosing, office, settling, windows
from curriculum.models import (
    ElectiveCampaign,
    ElectiveChoice,
    ElectiveOffer,
    Lesson,
    Registration,
    TeachingAudience,
)
from curriculum.pages.electives.register import Electives
from curriculum.timetable import sitting
from hemis.notices.models import Notice
from hemis.people.models import User
from tests import factories
from tests.curriculum import makers

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.3")]
HOUR = datetime.timedelta(hours=1)
TEACHERS = ElectiveCampaign.TEACHERS


class Faculty:
    """A plan with two groups of two students each; the first subject has a teacher in each group."""

    def __init__(self, *, priority: str = "time", places: int = 3, opened: bool = True):
        factories.make_university()
        self.faculty = factories.make_faculty()
        self.plan = makers.make_approved(self.faculty)
        self.groups = [makers.make_studying_group(self.plan, f"610-26.0{n}") for n in (1, 2)]
        self.students = [
            one for group in self.groups for one in factories.make_students(self.faculty, 2, group=group)
        ]
        self.line, self.other = self.plan.subjects.filter(semester__number=1).order_by("position")[:2]
        self.teachings = [makers.make_teaching(self.line, group) for group in self.groups]
        for line in (self.line, self.other):
            for one in self.students:
                Registration.objects.get_or_create(student=one, curriculum_subject=line)
        self.dean = factories.access_of(factories.make_user("dean", self.faculty))
        self.campaign: Any = None
        if opened:
            self.open(priority, places)

    def open(self, priority: str, places: int) -> None:
        now = timezone.now()
        self.campaign = windows.open_campaign(
            self.line.semester, access=self.dean, opens_at=now - HOUR, closes_at=now + HOUR, priority=priority,
            kind=TEACHERS,
        )  # fmt: skip
        wanted = {one.pk: (places, 1) for one in self.campaign.offers.all()}
        office.set_offers(self.campaign, access=self.dean, offers=wanted)

    def offer(self, number: int) -> ElectiveOffer:
        return self.campaign.offers.select_related("curriculum_subject__subject", "group").get(
            group=self.groups[number]
        )

    def choose(self, student: int, number: int) -> ElectiveChoice:
        return choosing.choose(self.offer(number), access=access_of(self.students[student]))

    def sits(self, number: int) -> set[int]:
        """Who sits in the teaching of a group by now."""
        return {one.student.pk for one in sitting.roll(self.teachings[number])}


def access_of(student):
    return factories.access_of(User.objects.get(person=student.person))


def test_only_subjects_that_different_teachers_teach_are_offered():
    made = Faculty()
    assert list(made.campaign.offers.order_by("group").values_list("curriculum_subject", "group")) == [
        (made.line.pk, group.pk) for group in made.groups
    ]
    taught = teacher_choice.taught([made.line.pk])
    assert [taught[made.line.pk, "", group.pk, None][0][1] for group in made.groups] == [
        one.teacher_id for one in made.teachings
    ]
    assert Notice.objects.filter(code="teachers_open").count() == 4
    with pytest.raises(CurriculumError):
        made.open("time", 3)  # once a semester


def test_where_one_teacher_teaches_everybody_there_is_nothing_to_choose():
    made = Faculty(opened=False)
    first, second = made.teachings
    second.teacher = first.teacher
    second.save()
    with pytest.raises(CurriculumError):
        made.open("time", 3)


def test_where_some_group_has_no_teacher_yet_nothing_is_offered():
    made = Faculty(opened=False)
    made.groups.append(makers.make_studying_group(made.plan, "610-26.03"))
    third = makers.make_teaching(made.line, made.groups[2])
    third.teacher = None
    third.save()
    with pytest.raises(CurriculumError):
        made.open("time", 3)


@pytest.mark.duty("S")
def test_who_chose_attends_with_the_teacher_and_who_did_not_stays():
    made = Faculty()
    assert made.sits(0) == {one.pk for one in made.students[:2]}
    made.choose(0, 1)
    settling.close(made.campaign, access=made.dean)
    first = made.students[0]
    assert Registration.objects.get(student=first, curriculum_subject=made.line).group == made.groups[1]
    assert Registration.objects.filter(curriculum_subject=made.line, group=None).count() == 3
    assert made.sits(0) == {made.students[1].pk}
    assert made.sits(1) == {first.pk, *(one.pk for one in made.students[2:])}
    ways = dict(made.campaign.choices.values_list("student", "way"))
    assert ways[first.pk] == "own" and set(ways.values()) == {"own", "home"}
    assert [one.user.person for one in Notice.objects.filter(code="teacher_settled")] == [first.person]


def test_places_are_by_order_and_the_account_says_why():
    made = Faculty(places=2)
    assert made.choose(0, 1).state == "placed"
    assert made.choose(1, 1).state == "placed"
    assert made.choose(2, 1).state == "waiting", "both places of the own group are taken"
    settling.close(made.campaign, access=made.dean)
    rows = {one.student_id: one for one in made.campaign.choices.all()}
    late = rows[made.students[2].pk]
    assert (late.offer, late.way, late.wish) == (made.offer(0), "office", made.offer(1))
    told = settling.explanations(made.campaign)[late.pk]
    assert told.value == str(made.offer(0))
    assert [step.value for step in told.steps] == [
        str(made.offer(1)), told.steps[1].value, 3, str(made.offer(0)),
    ]  # fmt: skip
    assert "824" in told.steps[1].source
    assert made.sits(0) == {one.pk for one in made.students[2:]}


def test_the_better_gpa_goes_first(monkeypatch):
    made = Faculty(priority="gpa", places=2)
    gpa = {one.pk: Decimal(n) for n, one in zip((3, 4, 5, 2), made.students, strict=True)}
    monkeypatch.setattr(standing, "_providers", [lambda students, day: gpa])
    for student in range(3):
        assert made.choose(student, 1).state == "waiting"
    settling.close(made.campaign, access=made.dean)
    assert made.sits(1) == {made.students[1].pk, made.students[2].pk}


def test_lessons_that_meet_own_ones_cannot_be_chosen_nor_are_given():
    made = Faculty()
    day = timezone.localdate() + datetime.timedelta(days=7)
    own = makers.make_teaching(made.other, made.groups[0])
    pair = makers.make_pairs()[1]
    for teaching in (own, made.teachings[1]):
        Lesson.objects.create(teaching=teaching, teacher=teaching.teacher, day=day, pair=pair)
    found = teacher_choice.clashes(made.campaign, [one.pk for one in made.students])
    assert set(found) == {(one.pk, made.offer(1).pk) for one in made.students[:2]}
    assert made.other.subject.name in str(found[made.students[0].pk, made.offer(1).pk])
    with pytest.raises(CurriculumError, match=made.other.subject.name):
        made.choose(0, 1)
    assert made.choose(2, 0).state == "placed", "the other way round nothing meets"
    outcome = rules.settle(
        [rules.Alternative(1, 1), rules.Alternative(2, 5)], [rules.Wish(7, 1, 1.0)], [8, 9],
        homes={8: 1, 9: 2}, barred=[(8, 2)],
    )  # fmt: skip
    assert outcome.without == [8] and {one.student for one in outcome.places} == {7, 9}


def test_the_office_moves_after_the_closing_and_marks_hold(monkeypatch):
    made = Faculty()
    settling.close(made.campaign, access=made.dean)
    mine = made.campaign.choices.filter(student=made.students[0])
    assert office.move(mine, made.offer(1), access=made.dean, reason="Ariza").done == 1
    row = Registration.objects.get(student=made.students[0], curriculum_subject=made.line)
    assert row.group == made.groups[1] and row.is_active
    from curriculum import registrations

    monkeypatch.setattr(registrations, "_holds", [lambda keys: dict.fromkeys(keys, "baholar bor")])
    outcome = office.move(mine, made.offer(0), access=made.dean, reason="Ariza")
    assert outcome.done == 0 and "baholar bor" in outcome.refused[0]


@pytest.mark.duty("8.2")
def test_the_kafedra_sees_its_own_subjects_and_others_nothing():
    made = Faculty()
    made.choose(0, 1)
    kafedra = factories.make_user("head", made.line.kafedra)
    client = factories.client_of(kafedra)
    for tab in ("offers", "choices"):
        page = client.get(Electives.url_of(made.campaign), {"tab": tab})
        assert page.status_code == 200 and made.line.subject.name in page.content.decode()
    with pytest.raises(PermissionDenied):
        settling.close(made.campaign, access=factories.access_of(kafedra))
    far = factories.client_of(factories.make_user("head", factories.make_kafedra(made.faculty, 2)))
    assert far.get(Electives.url_of(made.campaign)).status_code == 404


@pytest.mark.duty("S")
def test_pages_from_the_office_to_the_cabinet_and_back():
    made = Faculty(opened=False)
    office = factories.client_of(made.dean.user)
    form = reverse("curriculum_open_teachers")
    assert office.get(form).status_code == 200
    now = timezone.localtime()
    opened = office.post(form, {
        "semester": made.line.semester_id, "opens_at": f"{now - HOUR:%Y-%m-%dT%H:%M}",
        "closes_at": f"{now + HOUR:%Y-%m-%dT%H:%M}", "priority": "time",
    })  # fmt: skip
    made.campaign = ElectiveCampaign.objects.get()
    assert opened.status_code == 302 and made.campaign.kind == TEACHERS
    student = factories.client_of(made.students[0].person.user)
    page = student.get(reverse("my_electives")).content.decode()
    assert str(made.teachings[1].teacher.person) in page and made.groups[1].name in page
    student.post(reverse("my_elective_choose", args=[made.offer(1).pk]))
    assert made.campaign.choices.get().offer == made.offer(1)
    assert "824" in student.get(reverse("my_electives")).content.decode(), "why this place"
    office.post(reverse("curriculum_elective_close", args=[made.campaign.pk]))
    protocol = office.get(reverse("curriculum_elective_protocol", args=[made.campaign.pk])).content.decode()
    assert str(made.teachings[1].teacher.person) in protocol
    assert office.get(reverse("curriculum_elective_file", args=[made.campaign.pk])).status_code == 200


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE curriculum_electivecampaign SET kind = 'subjects' WHERE id = %(campaign)s",
        "UPDATE curriculum_electiveoffer SET group_id = NULL WHERE campaign_id = %(campaign)s",
        "UPDATE curriculum_electiveoffer SET group_id = %(stranger)s WHERE campaign_id = %(campaign)s",
        "UPDATE curriculum_electiveoffer SET taken = 99 WHERE campaign_id = %(campaign)s",
        "INSERT INTO curriculum_electivecampaign (version, semester_id, kind, opens_at, closes_at, priority)"
        " SELECT 1, semester_id, kind, opens_at, closes_at, priority FROM curriculum_electivecampaign",
    ],
)
def test_raw_sql_is_refused(sql):
    made = Faculty()
    stranger = factories.make_group(made.faculty, "999-26.01")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, {"campaign": made.campaign.pk, "stranger": stranger.pk})
    assert TeachingAudience.objects.filter(curriculum_subject=made.line).count() == 2
