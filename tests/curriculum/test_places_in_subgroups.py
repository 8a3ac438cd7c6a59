"""Places in subgroups by the office: moved with a reason, given evenly, dated; and the pages of all who see them."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from attendance import roster
from curriculum import registrations, seats, teacher_choice
from curriculum.actions import CurriculumError
from curriculum.electives import office, settling
from curriculum.models import (
    Lesson,
    Registration,
    RegistrationSeat,
)
from curriculum.pages.registrations import Registrations
from curriculum.pages.teachings import Teachings
from curriculum.timetable import sitting
from hemis.notices.models import Notice
from students.models import Subgroup, SubgroupMember
from tests import factories
from tests.curriculum import makers
from tests.curriculum.laboratories import AS_USUAL, DAY, LAB

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.3")]


# --- the office


def test_the_office_moves_after_the_closing_with_a_reason_and_the_past_stays(made, monkeypatch):
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


def test_places_are_dated(shut):
    today = timezone.localdate()
    row = shut.registration(0)
    for half, since in ((2, today - 10 * DAY), (3, today - 5 * DAY)):
        RegistrationSeat.objects.create(
            registration=row, training_type=LAB, group=shut.groups[1], subgroup=shut.halves[half], valid_from=since,
            way="chosen",
        )  # fmt: skip
    RegistrationSeat.objects.create(registration=row, training_type=LAB, valid_from=today, way="group")
    mine = [one for one in sitting.seats(students=[shut.students[0].pk]) if one.training_type == LAB]
    assert [(one.subgroup, one.until) for one in mine] == [
        (shut.halves[0].pk, today - 10 * DAY), (shut.halves[2].pk, today - 5 * DAY), (shut.halves[3].pk, today),
        (shut.halves[0].pk, None),
    ]  # fmt: skip
    assert shut.labs_sit() == AS_USUAL
    for half, day in ((0, 11), (2, 10), (2, 6), (3, 5), (3, 1), (0, 0)):
        there = [at for at in range(4) if shut.students[0].pk in
                 {one.student_id for one in roster.seats(shut.labs[at].pk, today - day * DAY)}]  # fmt: skip
        assert there == [half], day


def test_who_is_left_over_is_seen_and_placed_evenly(made):
    made.choose(0, made.offer(2))
    lacking = {one.student.pk: one.lacking for one in office.left_over(made.campaign)}
    assert [len(lacking[one.pk]) for one in made.students] == [1, 2, 2, 2]
    outcome = office.place(made.campaign, access=made.dean)
    assert (outcome.done, outcome.refused) == (7, ()) and office.left_over(made.campaign) == []
    assert set(made.campaign.choices.values_list("way", flat=True)) == {"own", "home"}
    settling.close(made.campaign, access=made.dean)
    assert made.labs_sit() == [[], [1], [0, 2], [3]]


def test_who_comes_after_the_closing_is_placed_where_most_places_are_free(made):
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


def test_a_place_that_the_office_names_is_refused_where_classes_meet_or_none_is_left(shut):
    shut.open(places=1)
    day, pairs = timezone.localdate() + 7 * DAY, makers.make_pairs()
    mine = makers.make_teaching(shut.other, shut.groups[0])
    for teaching in (mine, shut.labs[2]):
        Lesson.objects.create(teaching=teaching, teacher=teaching.teacher, day=day, pair=pairs[1])
    one, two = shut.students[0].pk, shut.students[1].pk
    outcome = office.place(shut.campaign, access=shut.dean, students=[one], offer=shut.offer(2))
    assert outcome.done == 0 and shut.other.subject.name in outcome.refused[0]
    outcome = office.place(shut.campaign, access=shut.dean, students=[one, two], offer=shut.offer(3))
    assert outcome.done == 1 and len(outcome.refused) == 1


def test_a_guest_gets_a_subgroup_of_the_group_attended_and_the_own_one_again(shut):
    rows = Registration.objects.filter(pk=shut.registration(0).pk)
    SubgroupMember.objects.filter(student=shut.students[3]).delete()
    registrations.attend_with(rows, access=shut.dean, group=shut.groups[1])
    assert shut.labs_sit() == [[], [1], [2], [0]], "where fewest sit"
    assert [shut.sits(one) for one in shut.practices] == [[1], [0, 2, 3]]
    registrations.attend_with(rows, access=shut.dean, group=None)
    assert shut.labs_sit()[0] == [0] and shut.labs_sit()[3] == []
    Subgroup.objects.filter(division__group=shut.groups[1]).update(capacity=0)
    with pytest.raises(CurriculumError, match="610-26.02/1"):
        registrations.attend_with(rows, access=shut.dean, group=shut.groups[1])


def test_only_the_own_faculty_moves_and_places(made):
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
def test_the_cabinet_shows_the_subgroups_with_their_teachers(made, django_assert_max_num_queries):
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
def test_the_teacher_sees_who_chose_and_who_sits(made):
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


def test_the_office_places_and_moves_on_the_pages(made):
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


def test_a_registration_shows_with_whom_and_the_office_moves_there(shut):
    row = shut.registration(0)
    office = factories.client_of(shut.dean.user)
    page = office.get(Registrations.url_of(row), {"tab": "seats"}).content.decode()
    assert str(shut.labs[0].teacher.person) in page and str(shut.labs[3].teacher.person) in page
    url = reverse("curriculum_registration_seat", args=[row.pk])
    where = {"kind": LAB, "where": f"{shut.groups[1].pk}-{shut.halves[2].pk}", "reason": "Sogʻligʻi"}
    office.post(url, where | {"where": "x"})
    assert not RegistrationSeat.objects.exists()
    for lab in shut.labs:
        factories.make_user(person=lab.teacher.person)
    office.post(url, where)
    assert shut.labs_sit() == [[], [1], [0, 2], [3]]
    told = {(one.user.person_id, one.code) for one in Notice.objects.filter(code__startswith="seat")}
    assert told == {
        (shut.students[0].person_id, "seat_moved"), (shut.labs[0].teacher.person_id, "seat_left"),
        (shut.labs[2].teacher.person_id, "seat_came"),
    }  # fmt: skip
    page = office.get(Registrations.url_of(row), {"tab": "seats"}).content.decode()
    assert "Sogʻligʻi" in page
    far = factories.client_of(factories.make_user("dean", factories.make_faculty("102")))
    assert far.post(url, where).status_code == 404
    head = factories.client_of(factories.make_user("head", shut.line.kafedra))
    page = head.get(Registrations.url_of(row), {"tab": "seats"}).content.decode()
    assert url not in page and head.post(url, where).status_code == 403
