"""Teachers of subgroups: what is offered, choosing and closing, and places that the database holds."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from attendance import roster
from curriculum import registrations, seats, teacher_choice
from curriculum.actions import CurriculumError
from curriculum.electives import choosing, settling, windows
from curriculum.models import (
    ControlEvent,
    Lesson,
    Registration,
    RegistrationSeat,
)
from curriculum.teachings import shaping
from curriculum.timetable import own, sitting
from hemis.notices.models import Notice
from students.models import Subgroup
from tests import factories
from tests.curriculum import makers
from tests.curriculum.laboratories import AS_USUAL, DAY, LAB, Laboratories

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.3")]


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
def test_who_chose_sits_there_and_everything_follows_while_the_others_stay(made):
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


def test_the_own_lessons_and_the_calendar_are_those_of_the_chosen_subgroup(made):
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


def test_another_group_for_the_practice_keeps_the_own_laboratory(made):
    made.choose(0, made.practice(1))
    settling.close(made.campaign, access=made.dean)
    assert [made.sits(one) for one in made.practices] == [[1], [0, 2, 3]]
    assert made.labs_sit() == AS_USUAL
    assert made.registration(0).group == made.groups[1]


def test_who_attends_elsewhere_by_the_office_stays_there(made):
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


def test_group_and_subgroup_are_chosen_apart(made):
    made.choose(0, made.practice(1))
    made.choose(0, made.offer(1))
    settling.close(made.campaign, access=made.dean)
    assert [made.sits(one) for one in made.practices] == [[1], [0, 2, 3]]
    assert made.labs_sit() == [[], [0, 1], [2], [3]]


def test_a_whole_group_may_be_among_the_alternatives_of_a_kind(shut):
    for lab in shut.labs[2:]:
        lab.delete()
    whole = makers.make_teaching(shut.line, shut.groups[1], training_type=LAB)
    shut.open()
    offer = shut.campaign.offers.get(training_type=LAB, subgroup=None)
    shut.choose(0, offer)
    shut.choose(2, shut.offer(1))
    settling.close(shut.campaign, access=shut.dean)
    assert shut.sits(whole) == [0, 3] and [shut.sits(one) for one in shut.labs[:2]] == [
        [],
        [1, 2],
    ]


def test_lessons_that_meet_own_ones_are_refused_and_the_account_says_why(made):
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


def test_controls_by_subgroups_follow_the_place_in_the_own_group_and_no_other(shut):
    day, pairs = timezone.localdate(), makers.make_pairs()
    events = []
    for half in shut.halves:
        events.append(
            ControlEvent.objects.create(
                subject=shut.line.subject, kafedra=shut.line.kafedra, control="13", day=day, pair=pairs[1],
                examiner=factories.make_employee(shut.line.kafedra), approved_at=timezone.now(),
            )
        )  # fmt: skip
        events[-1].audience.create(curriculum_subject=shut.line, group=half.division.group, subgroup=half)
    whole = {0: shut.halves[1], 2: shut.halves[1]}  # one to the neighbour, one to another group
    for student, half in whole.items():
        seats.move(shut.registration(student), access=shut.dean, training_type=LAB, group=shut.groups[0].pk,
                   subgroup=half.pk, reason="Ariza")  # fmt: skip
    people = {one.person_id: at for at, one in enumerate(shut.students)}
    assert [sorted(people[one] for one in sitting.people_of_controls([event.pk])) for event in events] == [
        [], [0, 1], [2], [3],
    ]  # fmt: skip
    assert shut.labs_sit() == [[], [0, 1, 2], [], [3]]
    assert sitting.controls_of(shut.students[0].pk) == [events[1].pk]
    student = own.study_of(shut.students[2].person_id)
    assert list(own.controls_of_student(student)) == [events[2]]


def test_who_is_elsewhere_by_a_place_is_told_when_a_lesson_is_placed(shut):
    day, pairs = timezone.localdate() + 7 * DAY, makers.make_pairs()
    mine = makers.make_teaching(shut.other, shut.groups[0])
    Lesson.objects.create(teaching=mine, teacher=mine.teacher, day=day, pair=pairs[1])
    lab = Lesson.objects.create(teaching=shut.labs[2], teacher=shut.labs[2].teacher, day=day, pair=pairs[1])
    assert sitting.elsewhere(lab) == []
    met = seats.move(shut.registration(0), access=shut.dean, training_type=LAB, group=shut.groups[1].pk,
                     subgroup=shut.halves[2].pk, reason="Ariza")  # fmt: skip
    assert [shut.other.subject.name in str(one) for one in met] == [True], "the office is told, and decides"
    assert sitting.elsewhere(lab) == [shut.students[0]]


# --- places are held


def test_a_full_subgroup_makes_wait_and_the_place_given_back_goes_on(shut):
    shut.open(places=1)
    assert shut.choose(0, shut.offer(2)).state == "placed"
    assert shut.choose(1, shut.offer(2)).state == "waiting"
    choosing.withdraw(shut.campaign.choices.get(student=shut.students[0]), access=shut.access(0))
    assert shut.campaign.choices.get().state == "placed"


@pytest.mark.django_db(transaction=True)
def test_students_at_the_same_moment_never_overbook_a_subgroup(shut):
    shut.open(places=2)
    accesses = [shut.access(at) for at in range(4)]
    offers = [shut.offer(2), shut.offer(3)]
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
def test_raw_sql_is_refused(made, sql):
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


def test_what_a_window_offers_is_not_taken_away_before_it_is_closed(made):
    with pytest.raises(IntegrityError, match="may choose it now"), transaction.atomic():
        made.labs[1].audience.all().delete()
    twin = makers.make_teaching(made.line, made.halves[1], training_type=LAB)
    made.labs[1].audience.all().delete()  # another teaching holds the place
    settling.close(made.campaign, access=made.dean)
    twin.audience.all().delete()


def test_a_whole_group_with_placed_guests_is_not_divided_under_them(shut):
    for lab in shut.labs[2:]:
        lab.delete()
    whole = makers.make_teaching(shut.line, shut.groups[1], training_type=LAB)
    seats.move(shut.registration(0), access=shut.dean, training_type=LAB, group=shut.groups[1].pk, subgroup=None,
               reason="Ariza")  # fmt: skip
    head = factories.access_of(factories.make_user("head", shut.line.kafedra))
    with pytest.raises(CurriculumError):
        shaping.part_by_subgroups(whole, access=head, division=shut.halves[2].division_id)
    assert shut.sits(whole) == [0, 2, 3]


def test_seats_are_planned_as_part_of_whoever_asks():
    """Were the function a wall to the planner, each roll would read the registrations of the university."""
    for asked in ("teaching_id = 1", "student_id = ANY(ARRAY[1, 2])"):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN SELECT * FROM hemis_seats() s WHERE s.{asked}")  # noqa: S608
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "Function Scan" not in plan and "Index Cond: (" in plan
        assert asked.split(" ")[0] in plan
