"""Electives: chosen in the window, never overbooked, settled by the office (duty 2.3)."""

from __future__ import annotations

import datetime
import threading
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum import actions, dashboard, registrations, standing
from curriculum import elective_rules as rules
from curriculum.actions import CurriculumError
from curriculum.electives import choosing, office, settling, windows
from curriculum.models import ElectiveCampaign, ElectiveChoice, ElectiveOffer, Registration
from hemis.notices.models import Notice
from hemis.people.models import User
from tests import factories
from tests.curriculum import makers

pytestmark = pytest.mark.duty("2.3")
HOUR = datetime.timedelta(hours=1)


# --- the rule


@st.composite
def choices(draw):
    alternatives = [
        rules.Alternative(key, places := draw(st.integers(1, 8)), draw(st.integers(1, places)))
        for key in range(1, draw(st.integers(2, 4)) + 1)
    ]
    people = range(draw(st.integers(0, 20)))
    wishes = [
        rules.Wish(
            student, draw(st.integers(1, len(alternatives))), draw(st.integers(0, 5)),
            draw(st.none() | st.integers(20, 50).map(lambda n: Decimal(n) / 10)),
        )
        for student in people if draw(st.booleans())
    ]  # fmt: skip
    return alternatives, wishes, list(people), draw(st.sampled_from((rules.TIME, rules.GPA)))


@settings(max_examples=100, deadline=None)
@given(choices())
def test_everybody_has_one_place_while_there_are_places_and_nothing_is_overbooked(case):
    alternatives, wishes, people, priority = case
    outcome = rules.settle(alternatives, wishes, people, priority)
    places = {one.key: one.places for one in alternatives if one.key not in outcome.dropped}
    seated = [one.student for one in outcome.places]
    assert sorted(seated + outcome.without) == people
    counts = {key: sum(one.alternative == key for one in outcome.places) for key in places}
    assert sum(counts.values()) == len(seated) and all(counts[key] <= places[key] for key in places)
    assert len(outcome.without) == max(0, len(people) - sum(places.values()))
    wanted = {one.student: one.alternative for one in wishes}
    got = {one.student: one.alternative for one in outcome.places}
    ordered = rules.in_order(wishes, priority)
    for at, one in enumerate(ordered):
        # Nobody who comes later has what an earlier one wished and did not get.
        if one.alternative in places and got.get(one.student) != one.alternative:
            assert all(wanted[two.student] != got.get(two.student) or two.alternative != one.alternative
                       for two in ordered[at + 1 :])  # fmt: skip


def test_the_better_gpa_goes_first_and_a_small_alternative_is_dropped():
    two = [rules.Alternative(1, 1), rules.Alternative(2, 5, minimum=3)]
    wishes = [rules.Wish(1, 1, 1.0, Decimal("3.0")), rules.Wish(2, 1, 2.0, Decimal("4.5"))]
    by_gpa = rules.settle(two, wishes, [], rules.GPA)
    assert {one.student: one.alternative for one in by_gpa.places} == {1: 2, 2: 1} and not by_gpa.dropped
    roomy = [rules.Alternative(1, 9), rules.Alternative(2, 5, minimum=3)]
    dropped = rules.settle(roomy, [rules.Wish(7, 2, 1.0)], [8], rules.TIME)
    assert dropped.dropped == [2]
    assert {(one.student, one.alternative, one.way) for one in dropped.places} == {
        (7, 1, rules.OFFICE), (8, 1, rules.OFFICE),
    }  # fmt: skip


# --- the verbs


def setting(count: int = 3, places: int = 2, priority: str = "time", groups: tuple[str, ...] = ("T1",)):
    """A plan with choices of two in its second semester, a window that is open, and students."""
    factories.make_university()
    faculty = factories.make_faculty()
    plan = makers.make_curriculum(faculty)
    for number in (1, 2):
        for _place in range(5 - len(groups) * (number == 2)):
            makers.add_subject(plan, number)
    for elective in groups:
        for _place in range(2):
            makers.add_subject(plan, 2, kind="12", elective_group=elective, places=places)
    actions.approve(plan, access=factories.access_of(factories.make_user("academic_affairs")))
    group = makers.make_studying_group(plan)
    students = factories.make_students(faculty, count, group=group)
    dean = factories.access_of(factories.make_user("dean", faculty))
    now = timezone.now()
    campaign = windows.open_campaign(
        plan.semesters.get(number=2),
        access=dean,
        opens_at=now - HOUR,
        closes_at=now + HOUR,
        priority=priority,
    )
    return campaign, students, dean


def access_of(student):
    return factories.access_of(User.objects.get(person=student.person))


def states(offer) -> list[tuple[int, str]]:
    return list(offer.choices.order_by("chosen_at", "pk").values_list("student", "state"))


@pytest.mark.django_db
def test_first_come_first_served_and_the_waiting_list_moves_up():
    campaign, (one, two, three), _dean = setting(3, places=1)
    first, second = campaign.offers.order_by("pk")
    assert Notice.objects.filter(code="elective_open").count() == 3
    assert choosing.choose(first, access=access_of(one)).state == "placed"
    assert choosing.choose(first, access=access_of(two)).state == "waiting"
    assert choosing.choose(first, access=access_of(two)).state == "waiting"  # twice is once
    assert ElectiveChoice.objects.count() == 2
    choosing.choose(second, access=access_of(one))
    assert states(first) == [(two.pk, "placed")] and states(second) == [(one.pk, "placed")]
    assert Notice.objects.filter(code="elective_placed", user__person=two.person).count() == 1
    assert choosing.choose(second, access=access_of(three)).state == "waiting"
    choosing.withdraw(ElectiveChoice.objects.get(student=one), access=access_of(one))
    assert states(second) == [(three.pk, "placed")]
    with pytest.raises(CurriculumError):
        choosing.withdraw(ElectiveChoice.objects.get(student=two), access=access_of(one))


@pytest.mark.django_db
@pytest.mark.duty("S")
def test_the_home_page_asks_until_each_group_of_electives_is_chosen():
    campaign, (one, *_others), dean = setting(3, groups=("T1", "T2"))
    mine = access_of(one)
    assert dashboard.to_be_chosen(mine) == 1 and len(office.left_over(campaign)) == 3
    for left, group in ((1, "T1"), (0, "T2")):
        offer = campaign.offers.filter(curriculum_subject__elective_group=group).first()
        choosing.choose(offer, access=mine)
        assert dashboard.to_be_chosen(mine) == left
    assert [found.student for found in office.left_over(campaign)] != [one]
    outcome = office.place(campaign, access=dean)
    assert (outcome.done, outcome.refused) == (4, ()) and office.left_over(campaign) == []
    offers = list(campaign.offers.order_by("pk"))
    assert [one.taken for one in offers] == [2, 1, 2, 1]


@pytest.mark.django_db
def test_only_in_the_window_and_only_of_the_own_plan():
    campaign, (one, *_others), dean = setting(1)
    offer = campaign.offers.first()
    stranger = factories.make_students(factories.make_faculty("102"), 1)[0]
    with pytest.raises(CurriculumError):
        choosing.choose(offer, access=access_of(stranger))
    with pytest.raises(PermissionDenied):
        choosing.choose(offer, access=dean)
    now = timezone.now()
    for opens, closes in ((now + HOUR, now + 2 * HOUR), (now - 2 * HOUR, now - HOUR)):
        ElectiveCampaign.objects.update(opens_at=opens, closes_at=closes)
        with pytest.raises(CurriculumError):
            choosing.choose(offer, access=access_of(one))
    other = factories.access_of(factories.make_user("dean", factories.make_faculty("102")))
    with pytest.raises(CurriculumError):
        settling.close(campaign, access=other)


@pytest.mark.django_db
def test_closing_gives_everybody_a_place_and_registers(monkeypatch):
    campaign, people, dean = setting(3, places=2, priority="gpa")
    one, two, three = people
    first, second = campaign.offers.order_by("pk")
    gpa = {one.pk: Decimal("3.1"), two.pk: Decimal("4.2"), three.pk: Decimal("4.9")}
    monkeypatch.setattr(standing, "_providers", [lambda students, day: gpa])
    for student in (one, two):
        assert choosing.choose(first, access=access_of(student)).state == "waiting"
    choosing.choose(second, access=access_of(three))
    office.set_offers(campaign, access=dean, offers={first.pk: (1, 1), second.pk: (2, 1)})
    assert settling.close(campaign, access=dean) == []
    placed = dict(ElectiveChoice.objects.values_list("student", "offer"))
    assert placed == {one.pk: second.pk, two.pk: first.pk, three.pk: second.pk}
    ways = dict(ElectiveChoice.objects.values_list("student", "way"))
    assert ways == {one.pk: "office", two.pk: "own", three.pk: "own"}
    chosen = Registration.objects.active().filter(basis="chosen")
    assert {(row.student_id, row.curriculum_subject_id) for row in chosen} == {
        (student, ElectiveOffer.objects.get(pk=offer).curriculum_subject_id) for student, offer in placed.items()
    }  # fmt: skip
    assert Notice.objects.filter(code="elective_settled").count() == 3
    with pytest.raises(CurriculumError):
        settling.close(campaign, access=dean)


@pytest.mark.django_db
def test_the_office_moves_between_alternatives_but_not_who_has_marks(monkeypatch):
    campaign, (one, two, three), dean = setting(3, places=3)
    first, second = campaign.offers.order_by("pk")
    for student in (one, two, three):
        choosing.choose(first, access=access_of(student))
    settling.close(campaign, access=dean)
    kept = Registration.objects.get(student=one, basis="chosen")
    monkeypatch.setattr(registrations, "_holds", [lambda keys: {kept.pk: "has marks"}])
    outcome = office.move(ElectiveChoice.objects.all(), second, access=dean, reason="Ariza")
    assert outcome.done == 2 and "has marks" in outcome.refused[0]
    active = Registration.objects.active().filter(basis="chosen")
    assert set(active.values_list("student", "curriculum_subject")) == {
        (one.pk, first.curriculum_subject_id), (two.pk, second.curriculum_subject_id),
        (three.pk, second.curriculum_subject_id),
    }  # fmt: skip
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.taken, second.taken) == (1, 2)
    monkeypatch.setattr(registrations, "_holds", [])
    office.move(ElectiveChoice.objects.filter(student=two), first, access=dean, reason="Ariza")
    assert (
        Registration.objects.active()
        .filter(student=two, curriculum_subject=first.curriculum_subject)
        .exists()
    )


@pytest.mark.django_db
def test_the_database_refuses_what_no_page_asks():
    campaign, (one, two, _three), _dean = setting(3, places=1)
    offer, other = campaign.offers.order_by("pk")
    ElectiveChoice.objects.create(offer=offer, student=one, state="placed")

    def refused(make, error=IntegrityError):
        with pytest.raises(error), transaction.atomic():
            make()

    refused(lambda: ElectiveChoice.objects.create(offer=offer, student=two, state="placed"))
    refused(lambda: ElectiveChoice.objects.create(offer=other, student=one))  # one alternative of a group
    refused(lambda: ElectiveOffer.objects.filter(pk=offer.pk).update(taken=0), DatabaseError)
    refused(lambda: ElectiveOffer.objects.filter(pk=offer.pk).update(minimum=9))
    compulsory = campaign.semester.subjects.filter(elective_group="").first()
    refused(lambda: ElectiveOffer.objects.create(campaign=campaign, curriculum_subject=compulsory, places=3))
    waiting = ElectiveChoice.objects.create(offer=offer, student=two)
    refused(lambda: ElectiveChoice.objects.filter(pk=waiting.pk).update(state="placed"))
    ElectiveChoice.objects.filter(student=one).delete()
    offer.refresh_from_db()
    assert offer.taken == 0


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_never_overbook():
    campaign, people, _dean = setting(8, places=3)
    first, second = campaign.offers.order_by("pk")
    accesses = [access_of(student) for student in people]
    gate, faults = threading.Barrier(len(people)), []

    def run(at: int) -> None:
        try:
            gate.wait()
            for offer in (first, second, first) if at % 2 else (second, first):
                try:
                    choosing.choose(ElectiveOffer.objects.get(pk=offer.pk), access=accesses[at])
                except CurriculumError:
                    continue
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(people))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []
    for offer in (first, second):
        offer.refresh_from_db()
        assert offer.taken == offer.choices.filter(state="placed").count() <= 3
        # Nobody waits while a place is free.
        assert offer.taken == 3 or not offer.choices.filter(state="waiting").exists()
    assert ElectiveChoice.objects.count() == 8
