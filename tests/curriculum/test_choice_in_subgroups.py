"""Teachers of subgroups: chosen in the window, held by the database, moved by the office, followed by everything."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from attendance import roster
from curriculum import registrations, seats, teacher_choice
from curriculum.actions import CurriculumError
from curriculum.electives import choosing, office, settling, windows
from curriculum.models import (
    ControlEvent,
    ElectiveCampaign,
    ElectiveChoice,
    ElectiveOffer,
    Lesson,
    Registration,
    RegistrationSeat,
)
from curriculum.pages.registrations import Registrations
from curriculum.pages.teachings import Teachings
from curriculum.teachings import shaping
from curriculum.timetable import own, sitting
from grading.tasks import queries as tasks
from hemis.notices.models import Notice
from hemis.people.models import Person, User
from students.models import Division, Subgroup, SubgroupMember
from tests import factories
from tests.curriculum import makers

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.3")]
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
LAB, PRACTICE = "12", "13"


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


AS_USUAL = [[0], [1], [2], [3]]


# --- what is offered


def test_a_kind_in_subgroups_is_a_choice_of_its_own_among_all_subgroups_of_the_plan():
    made = Laboratories(capacity=9, opened=False)
    made.open(places=9)
    kinds = made.campaign.offers.order_by("training_type", "group", "subgroup")
    assert [(one.training_type, one.group_id, one.subgroup_id) for one in kinds] == [
        ("", made.groups[0].pk, None), ("", made.groups[1].pk, None),
        *((LAB, half.division.group_id, half.pk) for half in made.halves),
    ]  # fmt: skip
    texts = {one.choice_group: windows.choice_text(one) for one in kinds}
    assert len(texts) == 2 and len(set(texts.values())) == 2


def test_places_are_those_of_the_subgroup_and_what_lacks_a_teacher_is_left_out():
    made = Laboratories(capacity=9, opened=False, one_practice=True)
    students = windows.choosers(made.line.semester)
    found = teacher_choice.offers_for(made.line.semester, students)
    assert list(teacher_choice.lines_with_choice()) == [made.line]
    assert {(one.training_type, one.places) for one in found} == {(LAB, 9)}, (
        "one teacher has all the practice"
    )
    made.labs[3].teacher = None
    made.labs[3].save()
    assert not teacher_choice.lines_with_choice().exists()
    with pytest.raises(CurriculumError):
        teacher_choice.offers_for(made.line.semester, students)


def test_no_more_places_than_the_subgroup_holds():
    made = Laboratories(capacity=4, opened=False)
    with pytest.raises(CurriculumError, match="4"):
        made.open(places=5)


# --- choosing and closing


@pytest.mark.duty("S")
def test_who_chose_sits_there_and_everything_follows_while_the_others_stay():
    made = Laboratories()
    assert made.labs_sit() == AS_USUAL
    assert made.choose(0, made.offer(2)).state == "placed"
    settling.close(made.campaign, access=made.dean)
    assert made.labs_sit() == [[], [1], [0, 2], [3]]
    assert [made.sits(one) for one in made.practices] == [[0, 1], [2, 3]], "only the laboratories were chosen"
    row = RegistrationSeat.objects.get()
    assert (row.registration, row.subgroup, row.way) == (made.registration(0), made.halves[2], "chosen")
    [named] = [one for one in sitting.roll(made.labs[2]) if one.is_named]
    assert named.student == made.students[0] and named.is_guest
    assert {one.user.person for one in Notice.objects.filter(code="teacher_settled")} == {
        made.students[0].person
    }
    assert "2" in str(Notice.objects.get(code="teacher_settled").text)


def test_the_own_lessons_and_the_calendar_are_those_of_the_chosen_subgroup():
    made = Laboratories()
    today = timezone.localdate()
    days = [today - 7 * DAY, today + 7 * DAY]
    lessons = {
        (at, day): Lesson.objects.create(
            teaching=made.labs[at], teacher=made.labs[at].teacher, day=day, pair=makers.make_pairs()[at // 2 + 1]
        )
        for at in (0, 2) for day in days
    }  # fmt: skip
    made.choose(0, made.offer(2))
    settling.close(made.campaign, access=made.dean)
    student = own.study_of(made.students[0].person_id)
    assert set(own.lessons_of_student(student)) == {lessons[0, days[0]], lessons[2, days[1]]}
    text = own.calendar_of(made.students[0].person_id, site="x", moment=timezone.now()).decode()
    assert f"lesson-{lessons[2, days[1]].pk}@x" in text and f"lesson-{lessons[0, days[1]].pk}@x" not in text
    past = {one.student_id for one in roster.seats(made.labs[0].pk, days[0])}
    assert past == {made.students[0].pk}, "the journal of past days stays"


def test_another_group_for_the_practice_keeps_the_own_laboratory():
    made = Laboratories()
    made.choose(0, made.practice(1))
    settling.close(made.campaign, access=made.dean)
    assert [made.sits(one) for one in made.practices] == [[1], [0, 2, 3]]
    assert made.labs_sit() == AS_USUAL
    assert made.registration(0).group == made.groups[1]


def test_who_attends_elsewhere_by_the_office_stays_there():
    made = Laboratories()
    rows = Registration.objects.filter(pk=made.registration(0).pk)
    registrations.attend_with(rows, access=made.dean, group=made.groups[1])
    settling.close(made.campaign, access=made.dean)
    assert set(made.campaign.choices.values_list("way", flat=True)) == {"home"}
    assert [made.sits(one) for one in made.practices] == [[1], [0, 2, 3]]
    assert made.labs_sit() == [[], [1], [0, 2], [3]]


def test_who_has_a_place_and_no_registration_is_registered():
    made = Laboratories(one_practice=True)
    made.choose(0, made.offer(2))
    made.registration(0).delete()
    settling.close(made.campaign, access=made.dean)
    assert made.labs_sit() == [[], [1], [0, 2], [3]]


def test_group_and_subgroup_are_chosen_apart():
    made = Laboratories()
    made.choose(0, made.practice(1))
    made.choose(0, made.offer(1))
    settling.close(made.campaign, access=made.dean)
    assert [made.sits(one) for one in made.practices] == [[1], [0, 2, 3]]
    assert made.labs_sit() == [[], [0, 1], [2], [3]]


def test_a_whole_group_may_be_among_the_alternatives_of_a_kind():
    made = Laboratories(opened=False)
    for lab in made.labs[2:]:
        lab.delete()
    whole = makers.make_teaching(made.line, made.groups[1], training_type=LAB)
    made.open()
    offer = made.campaign.offers.get(training_type=LAB, subgroup=None)
    made.choose(0, offer)
    made.choose(2, made.offer(1))
    settling.close(made.campaign, access=made.dean)
    assert made.sits(whole) == [0, 3] and [made.sits(one) for one in made.labs[:2]] == [[], [1, 2]]


def test_lessons_that_meet_own_ones_are_refused_and_the_account_says_why():
    made = Laboratories()
    day, pairs = timezone.localdate() + 7 * DAY, makers.make_pairs()
    mine = makers.make_teaching(made.other, made.groups[0])
    for teaching in (mine, made.labs[2]):
        Lesson.objects.create(teaching=teaching, teacher=teaching.teacher, day=day, pair=pairs[1])
    Lesson.objects.create(teaching=made.labs[0], teacher=made.labs[0].teacher, day=day, pair=pairs[2])
    Lesson.objects.create(teaching=made.labs[3], teacher=made.labs[3].teacher, day=day, pair=pairs[2])
    with pytest.raises(CurriculumError, match=made.other.subject.name):
        made.choose(0, made.offer(2))
    assert made.choose(0, made.offer(3)).state == "placed", "the own laboratory gives way to the chosen one"
    found = teacher_choice.clashes(made.campaign, [made.students[0].pk])
    assert set(found) == {(made.students[0].pk, made.offer(2).pk)}
    told = settling.explanations(made.campaign)
    assert "824" in next(iter(told.values())).steps[1].source


def test_controls_by_subgroups_follow_the_place_in_the_own_group_and_no_other():
    made = Laboratories(opened=False)
    day, pairs = timezone.localdate(), makers.make_pairs()
    events = []
    for half in made.halves:
        events.append(
            ControlEvent.objects.create(
                subject=made.line.subject, kafedra=made.line.kafedra, control="13", day=day, pair=pairs[1],
                examiner=factories.make_employee(made.line.kafedra), approved_at=timezone.now(),
            )
        )  # fmt: skip
        events[-1].audience.create(curriculum_subject=made.line, group=half.division.group, subgroup=half)
    whole = {0: made.halves[1], 2: made.halves[1]}  # one to the neighbour, one to another group
    for student, half in whole.items():
        seats.move(made.registration(student), access=made.dean, training_type=LAB, group=made.groups[0].pk,
                   subgroup=half.pk, reason="Ariza")  # fmt: skip
    people = {one.person_id: at for at, one in enumerate(made.students)}
    assert [sorted(people[one] for one in sitting.people_of_controls([event.pk])) for event in events] == [
        [], [0, 1], [2], [3],
    ]  # fmt: skip
    assert made.labs_sit() == [[], [0, 1, 2], [], [3]]
    assert sitting.controls_of(made.students[0].pk) == [events[1].pk]
    student = own.study_of(made.students[2].person_id)
    assert list(own.controls_of_student(student)) == [events[2]]


def test_who_is_elsewhere_by_a_place_is_told_when_a_lesson_is_placed():
    made = Laboratories(opened=False)
    day, pairs = timezone.localdate() + 7 * DAY, makers.make_pairs()
    mine = makers.make_teaching(made.other, made.groups[0])
    Lesson.objects.create(teaching=mine, teacher=mine.teacher, day=day, pair=pairs[1])
    lab = Lesson.objects.create(teaching=made.labs[2], teacher=made.labs[2].teacher, day=day, pair=pairs[1])
    assert sitting.elsewhere(lab) == []
    met = seats.move(made.registration(0), access=made.dean, training_type=LAB, group=made.groups[1].pk,
                     subgroup=made.halves[2].pk, reason="Ariza")  # fmt: skip
    assert [made.other.subject.name in str(one) for one in met] == [True], "the office is told, and decides"
    assert sitting.elsewhere(lab) == [made.students[0]]


# --- places are held


def test_a_full_subgroup_makes_wait_and_the_place_given_back_goes_on():
    made = Laboratories(opened=False)
    made.open(places=1)
    assert made.choose(0, made.offer(2)).state == "placed"
    assert made.choose(1, made.offer(2)).state == "waiting"
    choosing.withdraw(made.campaign.choices.get(student=made.students[0]), access=made.access(0))
    assert made.campaign.choices.get().state == "placed"


@pytest.mark.django_db(transaction=True)
def test_students_at_the_same_moment_never_overbook_a_subgroup():
    made = Laboratories(opened=False)
    made.open(places=2)
    accesses = [made.access(at) for at in range(4)]
    offers = [made.offer(2), made.offer(3)]
    faults = _together(
        [lambda at=at: choosing.choose(offers[at % 4 // 3], access=accesses[at]) for at in range(4)]
    )
    assert faults == []
    for offer in offers:
        offer.refresh_from_db()
        assert offer.taken == offer.choices.filter(state="placed").count() <= 2
    assert offers[0].taken == 2


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_the_same_moment_never_fill_a_subgroup_beyond():
    made = Laboratories(opened=False, capacity=2)
    rows = [made.registration(at) for at in (1, 2)]
    faults = _together(
        [
            lambda row=row: seats.move(
                row, access=made.dean, training_type=LAB, group=made.groups[0].pk, subgroup=made.halves[0].pk,
                reason="Ariza",
            )
            for row in rows
        ]
    )  # fmt: skip
    assert [type(one) for one in faults] == [CurriculumError] and "(2)" in str(faults[0])
    assert len(made.sits(made.labs[0])) == 2


def _together(work) -> list[BaseException]:
    gate, faults = threading.Barrier(len(work)), []

    def run(one) -> None:
        try:
            gate.wait()
            one()
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return faults


SEAT = (
    "INSERT INTO curriculum_registrationseat (version, registration_id, training_type, group_id, subgroup_id,"
    " valid_from, way, reason) VALUES (1, %(registration)s, {kind}, {group}, {half}, current_date, {way}, '')"
)


@pytest.mark.parametrize(
    "sql",
    [
        SEAT.format(
            kind="'11'", group="%(group)s", half="%(half)s", way="'chosen'"
        ),  # no lectures in subgroups
        SEAT.format(
            kind="'12'", group="%(group)s", half="NULL", way="'chosen'"
        ),  # nor laboratories of the whole
        SEAT.format(
            kind="'12'", group="%(own)s", half="%(half)s", way="'chosen'"
        ),  # a subgroup of another group
        SEAT.format(kind="'12'", group="NULL", half="%(half)s", way="'chosen'"),
        SEAT.format(kind="'12'", group="%(group)s", half="%(half)s", way="'office'"),  # without a reason
        "UPDATE curriculum_electivechoice SET way = 'moved', offer_id = %(offer)s WHERE student_id = %(student)s",
        "UPDATE curriculum_electiveoffer SET training_type = '11' WHERE id = %(offer)s",
        "UPDATE curriculum_electiveoffer SET training_type = '' WHERE id = %(offer)s",
        "UPDATE curriculum_electiveoffer SET subgroup_id = NULL WHERE id = %(offer)s",
    ],
)
def test_raw_sql_is_refused(sql):
    made = Laboratories()
    made.choose(0, made.offer(1))
    values = {
        "registration": made.registration(0).pk, "group": made.groups[1].pk, "own": made.groups[0].pk,
        "half": made.halves[2].pk, "offer": made.offer(2).pk, "student": made.students[0].pk,
    }  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_a_place_stays_with_its_registration_and_a_subgroup_is_not_filled_by_raw_sql():
    made = Laboratories(capacity=1, opened=False)
    fill = SEAT.format(kind="'12'", group="%(group)s", half="%(half)s", way="'chosen'")
    values = {"registration": made.registration(0).pk, "group": made.groups[1].pk, "half": made.halves[2].pk}
    with pytest.raises(IntegrityError, match="full"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(fill, values)
    Subgroup.objects.filter(pk=made.halves[2].pk).update(capacity=2)
    with connection.cursor() as cursor:
        cursor.execute(fill, values)
    assert made.labs_sit() == [[], [1], [0, 2], [3]]
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationSeat.objects.update(registration=made.registration(1))
    with pytest.raises(IntegrityError, match="by a choice"), transaction.atomic():
        made.labs[2].audience.all().delete()
    made.labs[1].audience.all().delete()  # nobody has a place of his own there


def test_what_a_window_offers_is_not_taken_away_before_it_is_closed():
    made = Laboratories()
    with pytest.raises(IntegrityError, match="may choose it now"), transaction.atomic():
        made.labs[1].audience.all().delete()
    twin = makers.make_teaching(made.line, made.halves[1], training_type=LAB)
    made.labs[1].audience.all().delete()  # another teaching holds the place
    settling.close(made.campaign, access=made.dean)
    twin.audience.all().delete()


def test_a_whole_group_with_placed_guests_is_not_divided_under_them():
    made = Laboratories(opened=False)
    for lab in made.labs[2:]:
        lab.delete()
    whole = makers.make_teaching(made.line, made.groups[1], training_type=LAB)
    seats.move(made.registration(0), access=made.dean, training_type=LAB, group=made.groups[1].pk, subgroup=None,
               reason="Ariza")  # fmt: skip
    head = factories.access_of(factories.make_user("head", made.line.kafedra))
    with pytest.raises(CurriculumError):
        shaping.part_by_subgroups(whole, access=head, division=made.halves[2].division_id)
    assert made.sits(whole) == [0, 2, 3]


# --- the office


def test_the_office_moves_after_the_closing_with_a_reason_and_the_past_stays(monkeypatch):
    made = Laboratories()
    made.choose(0, made.offer(2))
    settling.close(made.campaign, access=made.dean)
    mine = made.campaign.choices.filter(student=made.students[0], elective_group__contains=".")
    with pytest.raises(CurriculumError):
        office.move(mine, made.offer(3), access=made.dean, reason="  ")
    monkeypatch.setattr(registrations, "_holds", [lambda keys: dict.fromkeys(keys, "baholar bor")])
    assert office.move(mine, made.offer(3), access=made.dean, reason="Ariza").done == 1, (
        "marks hold nobody here"
    )
    assert made.labs_sit() == [[], [1], [2], [0, 3]]
    row = RegistrationSeat.objects.get()
    assert (row.subgroup, row.way, row.reason) == (made.halves[3], "office", "Ariza")
    [moved] = Notice.objects.filter(code="seat_moved")
    assert moved.user.person == made.students[0].person and "Ariza" in str(moved.text)
    [choice] = mine
    told = settling.explanations(made.campaign)[choice.pk]
    assert told.steps[-1].value == "Ariza"
    assert made.offer(2).taken == 1 and made.offer(3).taken == 2


def test_places_are_dated():
    made = Laboratories(opened=False)
    today = timezone.localdate()
    row = made.registration(0)
    for half, since in ((2, today - 10 * DAY), (3, today - 5 * DAY)):
        RegistrationSeat.objects.create(
            registration=row, training_type=LAB, group=made.groups[1], subgroup=made.halves[half], valid_from=since,
            way="chosen",
        )  # fmt: skip
    RegistrationSeat.objects.create(registration=row, training_type=LAB, valid_from=today, way="group")
    mine = [one for one in sitting.seats(students=[made.students[0].pk]) if one.training_type == LAB]
    assert [(one.subgroup, one.until) for one in mine] == [
        (made.halves[0].pk, today - 10 * DAY), (made.halves[2].pk, today - 5 * DAY), (made.halves[3].pk, today),
        (made.halves[0].pk, None),
    ]  # fmt: skip
    assert made.labs_sit() == AS_USUAL
    for half, day in ((0, 11), (2, 10), (2, 6), (3, 5), (3, 1), (0, 0)):
        there = [at for at in range(4) if made.students[0].pk in
                 {one.student_id for one in roster.seats(made.labs[at].pk, today - day * DAY)}]  # fmt: skip
        assert there == [half], day


def test_who_is_left_over_is_seen_and_placed_evenly():
    made = Laboratories()
    made.choose(0, made.offer(2))
    lacking = {one.student.pk: one.lacking for one in office.left_over(made.campaign)}
    assert [len(lacking[one.pk]) for one in made.students] == [1, 2, 2, 2]
    outcome = office.place(made.campaign, access=made.dean)
    assert (outcome.done, outcome.refused) == (7, ()) and office.left_over(made.campaign) == []
    assert set(made.campaign.choices.values_list("way", flat=True)) == {"own", "home"}
    settling.close(made.campaign, access=made.dean)
    assert made.labs_sit() == [[], [1], [0, 2], [3]]


def test_who_comes_after_the_closing_is_placed_where_most_places_are_free():
    made = Laboratories()
    settling.close(made.campaign, access=made.dean)
    late = factories.make_students(made.faculty, 3, group=made.groups[0])
    made.students += late
    for one in late:
        for line in (made.line, made.other):
            Registration.objects.get_or_create(student=one, curriculum_subject=line)
    assert [one.student for one in office.left_over(made.campaign)] == late
    outcome = office.place(made.campaign, access=made.dean)
    assert outcome.done == 5 and made.line.subject.name in outcome.refused[0], (
        "three places for practice, five people"
    )
    office.set_offers(made.campaign, access=made.dean, offers={made.practice(0).pk: (9, 1)})
    assert office.place(made.campaign, access=made.dean).done == 1
    assert office.left_over(made.campaign) == []
    found = made.labs_sit()
    assert [one[0] for one in found] == [0, 1, 2, 3] and sorted(map(len, found)) == [1, 2, 2, 2]
    assert [made.sits(one) for one in made.practices] == [[0, 1, 4, 6], [2, 3, 5]]


def test_a_place_that_the_office_names_is_refused_where_classes_meet_or_none_is_left():
    made = Laboratories(opened=False)
    made.open(places=1)
    day, pairs = timezone.localdate() + 7 * DAY, makers.make_pairs()
    mine = makers.make_teaching(made.other, made.groups[0])
    for teaching in (mine, made.labs[2]):
        Lesson.objects.create(teaching=teaching, teacher=teaching.teacher, day=day, pair=pairs[1])
    one, two = made.students[0].pk, made.students[1].pk
    outcome = office.place(made.campaign, access=made.dean, students=[one], offer=made.offer(2))
    assert outcome.done == 0 and made.other.subject.name in outcome.refused[0]
    outcome = office.place(made.campaign, access=made.dean, students=[one, two], offer=made.offer(3))
    assert outcome.done == 1 and len(outcome.refused) == 1


def test_a_guest_gets_a_subgroup_of_the_group_attended_and_the_own_one_again():
    made = Laboratories(opened=False)
    rows = Registration.objects.filter(pk=made.registration(0).pk)
    SubgroupMember.objects.filter(student=made.students[3]).delete()
    registrations.attend_with(rows, access=made.dean, group=made.groups[1])
    assert made.labs_sit() == [[], [1], [2], [0]], "where fewest sit"
    assert [made.sits(one) for one in made.practices] == [[1], [0, 2, 3]]
    registrations.attend_with(rows, access=made.dean, group=None)
    assert made.labs_sit()[0] == [0] and made.labs_sit()[3] == []
    Subgroup.objects.filter(division__group=made.groups[1]).update(capacity=0)
    with pytest.raises(CurriculumError, match="610-26.02/1"):
        registrations.attend_with(rows, access=made.dean, group=made.groups[1])


def test_only_the_own_faculty_moves_and_places():
    made = Laboratories()
    far = factories.access_of(factories.make_user("dean", factories.make_faculty("102")))
    head = factories.access_of(factories.make_user("head", made.line.kafedra))
    values = {
        "training_type": LAB,
        "group": made.groups[1].pk,
        "subgroup": made.halves[2].pk,
        "reason": "Ariza",
    }
    for access, error in (
        (far, CurriculumError),
        (head, PermissionDenied),
        (made.access(0), PermissionDenied),
    ):
        with pytest.raises(error):
            office.place(made.campaign, access=access)
        with pytest.raises(error):
            seats.move(made.registration(0), access=access, **values)
    assert not RegistrationSeat.objects.exists()
    with pytest.raises(CurriculumError):
        seats.move(made.registration(0), access=made.dean, **(values | {"reason": ""}))
    with pytest.raises(CurriculumError):
        seats.move(made.registration(2), access=made.dean, **values)  # sits there


# --- pages


@pytest.mark.duty("S")
def test_the_cabinet_shows_the_subgroups_with_their_teachers(django_assert_max_num_queries):
    made = Laboratories()
    made.choose(1, made.offer(2))
    client = factories.client_of(made.students[0].person.user)
    client.get(reverse("my_electives"))
    with django_assert_max_num_queries(40):
        page = client.get(reverse("my_electives")).content.decode()
    for lab, half in zip(made.labs, made.halves, strict=True):
        assert str(lab.teacher.person) in page and str(half) in page
    client.post(reverse("my_elective_choose", args=[made.offer(2).pk]))
    assert made.campaign.choices.get(student=made.students[0]).offer == made.offer(2)
    settling.close(made.campaign, access=made.dean)
    page = client.get(reverse("my_plan")).content.decode()
    assert str(made.labs[2].teacher.person) in page and str(made.labs[0].teacher.person) not in page
    stranger = factories.make_students(factories.make_faculty("102"), 1)[0]
    far = factories.client_of(stranger.person.user)
    assert far.post(reverse("my_elective_choose", args=[made.offer(1).pk])).status_code == 404


@pytest.mark.duty("9.2")
def test_the_teacher_sees_who_chose_and_who_sits():
    made = Laboratories()
    made.choose(0, made.offer(2))
    user = factories.make_user("teacher", made.line.kafedra)
    lab = made.labs[2]
    lab.teacher = factories.make_employee(made.line.kafedra, person=user.person)
    lab.save()
    client = factories.client_of(user)
    page = client.get(Teachings.url_of(lab), {"tab": "students"}).content.decode()
    assert page.count(str(made.students[0].person)) >= 1
    assert client.get(Teachings.url_of(made.labs[1]), {"tab": "students"}).status_code == 404
    settling.close(made.campaign, access=made.dean)
    assert not list(teacher_choice.chose(lab))
    assert (
        str(made.students[0].person)
        in client.get(Teachings.url_of(lab), {"tab": "students"}).content.decode()
    )


def test_the_office_places_and_moves_on_the_pages():
    made = Laboratories()
    made.choose(0, made.offer(2))
    office = factories.client_of(made.dean.user)
    card = reverse("curriculum_electives_detail", args=[made.campaign.pk])
    page = office.get(card, {"tab": "choices"}).content.decode()
    assert str(made.students[3].person) in page
    place = reverse("curriculum_elective_place", args=[made.campaign.pk])
    office.post(place, {"pk": made.students[3].pk, "offer": made.offer(1).pk})
    assert made.campaign.choices.get(student=made.students[3]).offer == made.offer(1)
    office.post(place, {"everybody": "1"})
    assert made.campaign.choices.count() == 8
    move = reverse("curriculum_elective_move", args=[made.campaign.pk])
    choice = made.campaign.choices.get(student=made.students[0], offer=made.offer(2))
    office.post(move, {"pk": choice.pk, "offer": made.offer(3).pk})
    choice.refresh_from_db()
    assert choice.offer == made.offer(2), "no reason"
    office.post(move, {"pk": choice.pk, "offer": made.offer(3).pk, "reason": "Ariza"})
    choice.refresh_from_db()
    assert choice.offer == made.offer(3) and choice.reason == "Ariza"
    protocol = office.get(reverse("curriculum_elective_protocol", args=[made.campaign.pk])).content.decode()
    for at in (1, 3):
        assert protocol.count(f"{made.halves[at]}</h2>") == 1, "one list of each subgroup"
    assert "Ariza" in protocol
    assert office.get(reverse("curriculum_elective_file", args=[made.campaign.pk])).status_code == 200
    far = factories.client_of(factories.make_user("dean", factories.make_faculty("102")))
    assert far.post(place, {"everybody": "1"}).status_code == 404
    assert far.post(move, {"pk": choice.pk}).status_code == 404


def test_a_registration_shows_with_whom_and_the_office_moves_there():
    made = Laboratories(opened=False)
    row = made.registration(0)
    office = factories.client_of(made.dean.user)
    page = office.get(Registrations.url_of(row), {"tab": "seats"}).content.decode()
    assert str(made.labs[0].teacher.person) in page and str(made.labs[3].teacher.person) in page
    url = reverse("curriculum_registration_seat", args=[row.pk])
    where = {"kind": LAB, "where": f"{made.groups[1].pk}-{made.halves[2].pk}", "reason": "Sogʻligʻi"}
    office.post(url, where | {"where": "x"})
    assert not RegistrationSeat.objects.exists()
    for lab in made.labs:
        factories.make_user(person=lab.teacher.person)
    office.post(url, where)
    assert made.labs_sit() == [[], [1], [0, 2], [3]]
    told = {(one.user.person_id, one.code) for one in Notice.objects.filter(code__startswith="seat")}
    assert told == {
        (made.students[0].person_id, "seat_moved"), (made.labs[0].teacher.person_id, "seat_left"),
        (made.labs[2].teacher.person_id, "seat_came"),
    }  # fmt: skip
    page = office.get(Registrations.url_of(row), {"tab": "seats"}).content.decode()
    assert "Sogʻligʻi" in page
    far = factories.client_of(factories.make_user("dean", factories.make_faculty("102")))
    assert far.post(url, where).status_code == 404
    head = factories.client_of(factories.make_user("head", made.line.kafedra))
    page = head.get(Registrations.url_of(row), {"tab": "seats"}).content.decode()
    assert url not in page and head.post(url, where).status_code == 403
