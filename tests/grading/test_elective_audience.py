"""Choosers of an elective are one audience from the choice to the sheet, and every reader agrees who they are."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance import roster
from curriculum import actions as plan_actions
from curriculum import teaching_rules as rules
from curriculum.electives import choosing, office, settling, windows
from curriculum.models import ElectiveChoice, ElectiveOffer, Lesson, Registration, Teaching, TeachingAudience
from curriculum.teachings import forming
from curriculum.timetable import actions as timetable
from curriculum.timetable import queries, sitting
from curriculum.timetable.actions import TimetableError
from curriculum.timetable.own import lessons_of_student, study_of
from grading import actions
from grading.actions.opening import propose_sheets
from grading.tasks.queries import audience as task_audience
from hemis.people.models import User
from tests import factories
from tests.curriculum import makers
from tests.grading import makers as sheets
from tests.sharing import shared
from tests.structure.makers import make_room

DAY = datetime.date(2027, 2, 8)
HOUR = datetime.timedelta(hours=1)


class Choice:
    """A plan whose second semester has a choice of two, three groups, and what two of them chose, settled."""

    def __init__(self) -> None:
        factories.make_university()
        self.faculty = factories.make_faculty()
        self.plan = makers.make_curriculum(self.faculty)
        for number in (1, 2):
            for _place in range(5 - (number == 2)):
                makers.add_subject(self.plan, number)
        for _place in range(2):
            makers.add_subject(self.plan, 2, kind="12", elective_group="T1", places=30)
        plan_actions.approve(self.plan, access=factories.access_of(factories.make_user("academic_affairs")))
        self.groups = [makers.make_studying_group(self.plan, f"610-26.0{number}") for number in (1, 2, 3)]
        self.first, self.second = (
            factories.make_students(self.faculty, 3, group=group) for group in self.groups[:2]
        )
        self.user = factories.make_user("dean", self.faculty)
        self.dean = factories.access_of(self.user)
        self.head = factories.make_user("head", factories.make_kafedra(self.faculty))
        now, semester = timezone.now(), self.plan.semesters.get(number=2)
        campaign = windows.open_campaign(
            semester, access=self.dean, opens_at=now - HOUR, closes_at=now + HOUR, priority="time"
        )
        one, two = campaign.offers.order_by("pk")
        # Two of the first group and one of the second chose the one, the rest the other.
        self.choosers = [*self.first[:2], self.second[0]]
        for student in [*self.first, *self.second]:
            offer = one if student in self.choosers else two
            choosing.choose(offer, access=factories.access_of(User.objects.get(person=student.person)))
        settling.close(campaign, access=self.dean)
        self.line, self.other = one.curriculum_subject, two.curriculum_subject
        makers.make_pairs()
        self.pair = {one.number: one for one in queries.pairs_of(2026)}
        self.rooms = [make_room(str(number)) for number in (101, 102, 103)]

    def form(self) -> forming.Formed:
        made = forming.form(access=self.dean, year=2026, term="12", day=DAY)
        for one in Teaching.objects.filter(teacher=None):
            Teaching.objects.filter(pk=one.pk).update(teacher=factories.make_employee(one.kafedra))
        return made

    def teaching(self, line, training_type: str = "13", **more) -> Teaching:
        return Teaching.objects.get(
            pk__in=TeachingAudience.objects.filter(curriculum_subject=line, **more).values("teaching"),
            training_type=training_type,
        )

    def place(self, teaching: Teaching, room: int = 0, pair: int = 1):
        return timetable.place(
            teaching, access=self.dean, day=DAY, pair=self.pair[pair], room=self.rooms[room]
        )


@shared
def choice(db) -> Choice:
    found = Choice()
    found.form()
    return found


def in_the_journal(teaching: Teaching, students) -> set[int]:
    """Whom the database lets be recorded on the day of a lesson."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s FROM unnest(%s::bigint[]) s, hemis_seat(%s, s, %s) h WHERE h.registration IS NOT NULL",
            [[one.pk for one in students], teaching.pk, DAY],
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.duty("2.3", "2.4", "8.2")
def test_every_reader_sees_the_same_choosers(client, choice):
    lesson = choice.place(choice.teaching(choice.line)).lesson
    teaching, everybody = lesson.teaching, [*choice.first, *choice.second]
    expected = {one.pk for one in choice.choosers}
    groups = set(teaching.audience.values_list("group", flat=True))
    assert groups == {one.pk for one in choice.groups[:2]}, "one audience of two groups"
    assert sitting.sizes([teaching.pk]) == {teaching.pk: 3}
    assert {one.student.pk for one in sitting.roll(teaching)} == expected
    assert set(sitting.people_of_teachings([teaching.pk])) == {one.person_id for one in choice.choosers}
    assert {seat.student_id for seat in roster.seats(teaching.pk, DAY)} == expected
    assert in_the_journal(teaching, everybody) == expected
    assert {one.student_id for one in task_audience(teaching)} == expected
    own = {one.pk for one in everybody if lessons_of_student(study_of(one.person_id)).exists()}
    assert own == expected
    assert "610-26.01, 610-26.02 (" in queries.audience_text(teaching)
    opened = actions.open_sheets(
        propose_sheets([sheets.subject(choice.line)], choice.groups, control="11"), access=choice.dean
    )
    assert {one.group_id: set(one.lines.values_list("student", flat=True)) for one in opened} == {
        choice.groups[0].pk: {one.pk for one in choice.first[:2]},
        choice.groups[1].pk: {choice.second[0].pk},
    }
    client.force_login(choice.head)
    card = client.get(reverse("curriculum_teachings_detail", args=[teaching.pk]), {"tab": "students"})
    text = card.content.decode()
    assert all(one.number in text for one in choice.choosers)
    assert choice.first[2].number not in text


@pytest.mark.duty("B7")
def test_alternatives_stand_side_by_side_and_nobody_is_in_two_places(choice):
    choice.place(choice.teaching(choice.line))
    # Whoever did not choose the one chose the other: nobody is in both.
    choice.place(choice.teaching(choice.other), room=1)
    common = choice.plan.subjects.filter(semester__number=2, elective_group="").first()
    whole = makers.make_teaching(common, choice.groups[0])
    with pytest.raises(TimetableError):
        choice.place(whole, room=2)
    raw = Lesson(
        teaching=whole, teacher=whole.teacher, day=DAY, pair=choice.pair[1], auditorium=choice.rooms[2]
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Lesson.objects.bulk_create([raw])
    both = Registration(student=choice.first[0], curriculum_subject=choice.other, basis="chosen")
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.bulk_create([both])


@pytest.mark.duty("2.3")
def test_who_chose_later_joins_the_audience_unless_it_cannot_be(choice):
    count = Teaching.objects.count()
    late = factories.make_students(choice.faculty, 1, group=choice.groups[2])[0]
    Registration.objects.filter(student=late).delete()
    Registration.objects.create(student=late, curriculum_subject=choice.line, basis="chosen")
    assert choice.form() == forming.Formed(new=0, joined=2), "the lecture and the practice"
    assert Teaching.objects.count() == count
    assert late.pk in {
        one.student.pk for one in sitting.roll(choice.teaching(choice.line, group=choice.groups[2]))
    }
    # The other is taught when this group has a class of its own: it gets one apart.
    choice.place(choice.teaching(choice.other))
    own = makers.make_teaching(
        choice.plan.subjects.filter(semester__number=2, elective_group="").first(), choice.groups[2]
    )
    choice.place(own, room=1)
    later = factories.make_students(choice.faculty, 1, group=choice.groups[2])[0]
    Registration.objects.filter(student=later).delete()
    Registration.objects.create(student=later, curriculum_subject=choice.other, basis="chosen")
    assert choice.form() == forming.Formed(new=1, joined=1)


@pytest.mark.duty("2.3")
def test_moved_by_the_office_one_sits_in_the_other_audience_at_once(choice):
    moved = ElectiveChoice.objects.filter(student=choice.choosers[0])
    office.move(
        moved, ElectiveOffer.objects.get(curriculum_subject=choice.other), access=choice.dean, reason="Ariza"
    )
    assert choice.choosers[0].pk not in {one.student.pk for one in sitting.roll(choice.teaching(choice.line))}
    assert choice.choosers[0].pk in {one.student.pk for one in sitting.roll(choice.teaching(choice.other))}


@pytest.mark.duty("2.3")
def test_a_guest_who_has_another_class_then_is_named(choice):
    common, second = choice.plan.subjects.filter(semester__number=2, elective_group="").order_by("pk")[:2]
    guest = choice.second[0]
    Registration.objects.create(student=guest, curriculum_subject=common, group=choice.groups[0])
    Registration.objects.create(student=guest, curriculum_subject=second)
    choice.place(makers.make_teaching(common, choice.groups[0]))
    placed = choice.place(makers.make_teaching(second, choice.groups[1]), room=1)
    assert len([one for one in placed.warnings if str(guest.person) in one]) == 1
    assert sitting.elsewhere(placed.lesson) == [guest]


@st.composite
def late_choosers(draw):
    audiences = [
        rules.Audience(key, 1, "13", draw(st.sampled_from(("11", "12"))), 30, draw(st.integers(0, 30)))
        for key in range(draw(st.integers(0, 4)))
    ]
    demands = [
        rules.Demand(1, 1, 1, "13", 30, group, f"G{group}", draw(st.sampled_from(("11", "12"))),
                     draw(st.integers(1, 12)), draw(st.booleans()))
        for group in range(draw(st.integers(0, 6)))
    ]  # fmt: skip
    return demands, audiences


@settings(max_examples=80, deadline=None)
@given(late_choosers())
def test_nobody_joins_an_audience_that_is_full_or_of_another_language(case):
    demands, audiences = case
    joined = rules.joins(demands, audiences, {"13": rules.Mode("group", 30)})
    by_key = {one.teaching: one for one in audiences}
    for key, one in by_key.items():
        came = [want for want, teaching in joined if teaching == key]
        assert all(want.elective and want.language == one.language for want in came)
        assert not came or one.students + sum(want.students for want in came) <= 30
    # Who stays out finds no audience with room for them.
    placed = {id(want) for want, _teaching in joined}
    seated = {
        key: one.students + sum(want.students for want, teaching in joined if teaching == key)
        for key, one in by_key.items()
    }
    for want in demands:
        if want.elective and id(want) not in placed:
            assert all(
                seated[key] + want.students > 30
                for key, one in by_key.items()
                if one.language == want.language
            )
