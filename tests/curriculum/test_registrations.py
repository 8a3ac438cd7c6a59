"""Registrations as set operations, and what executed orders do to them (duty 2.3)."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied

from curriculum import registrations
from curriculum.actions import CurriculumError
from curriculum.models import Registration
from students.models import Group
from tests import factories
from tests.curriculum import makers

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.3")]
DAY = datetime.date(2026, 9, 10)


@pytest.fixture
def plan():
    factories.make_university()
    return makers.make_approved(factories.make_faculty())


def make_students(plan, count: int = 2, name: str = "610-26.01", **fields):
    """A group of the plan with students."""
    group = makers.make_studying_group(plan, name)
    return group, [factories.make_student(group=group, **fields) for _n in range(count)]


def rows(**fields) -> int:
    return Registration.objects.filter(**fields).count()


def test_a_half_year_is_registered_at_once_and_twice_adds_nothing(plan):
    make_students(plan, 2)
    chosen = registrations.register_half_year(year=2026, term="11", day=DAY)
    assert chosen == rows(basis="plan", is_active=True) == 2 * 5
    assert registrations.register_half_year(year=2026, term="11", day=DAY) == 0
    assert registrations.register_half_year(year=2026, term="12", day=DAY) == 10
    assert rows(curriculum_subject__semester__number=2) == 10


def test_electives_other_courses_and_who_does_not_study_are_left_out(plan, django_assert_num_queries):
    makers.make_studying_group(plan, "610-26.09")
    _group, (one,) = make_students(plan, 1, course="12")
    with django_assert_num_queries(1):
        assert registrations.register_half_year(year=2026, term="11", day=DAY) == 0
    assert not one.registrations.exists()


def test_the_deans_office_registers_its_own_groups_only(plan):
    mine, _people = make_students(plan, 2)
    other = makers.make_approved(factories.make_faculty("102"), code="70610102")
    makers_group, _others = make_students(other, 1, "620-26.01")
    office = factories.access_of(factories.make_user("dean", plan.speciality.faculty))
    count = registrations.register(Group.objects.all(), access=office, year=2026, term="11", day=DAY)
    assert count == 10 and rows(student__current__group=makers_group) == 0
    assert rows(student__current__group=mine) == 10
    for role in ("teacher", "academic_affairs", "hr"):
        with pytest.raises(PermissionDenied):
            registrations.register(
                Group.objects.all(), access=factories.access_of(factories.make_user(role)),
                year=2026, term="11", day=DAY,
            )  # fmt: skip


def test_who_leaves_loses_the_running_semester_and_who_returns_has_it_again(plan):
    _group, (one, other) = make_students(plan, 2)
    registrations.register_half_year(year=2026, term="11", day=DAY)
    factories.place(one, status="12", day=DAY)
    told = registrations.follow_placements([one.pk, other.pk], day=DAY)
    assert told == {"ended": 5, "renewed": 0, "made": 0}
    assert rows(student=one, is_active=False, ended_by="order") == 5 and rows(student=other, is_active=True) == 5
    factories.place(one, status="11", day=DAY)
    assert registrations.follow_placements([one.pk], day=DAY) == {"ended": 0, "renewed": 5, "made": 0}
    assert rows(student=one, is_active=True, ended_by="") == 5


def test_what_the_office_has_ended_no_order_renews(plan):
    _group, (one,) = make_students(plan, 1)
    registrations.register_half_year(year=2026, term="11", day=DAY)
    office = factories.access_of(factories.make_user("dean", plan.speciality.faculty))
    first = one.registrations.first()
    outcome = registrations.end(Registration.objects.filter(pk=first.pk), access=office)
    assert outcome.done == 1
    assert registrations.follow_placements([one.pk], day=DAY) == {"ended": 0, "renewed": 0, "made": 0}
    assert registrations.renew(Registration.objects.filter(pk=first.pk), access=office).done == 1


def test_what_carries_marks_stays(plan, monkeypatch):
    _group, (one,) = make_students(plan, 1)
    registrations.register_half_year(year=2026, term="11", day=DAY)
    kept = one.registrations.first()
    monkeypatch.setattr(registrations, "_holds", [lambda keys: {kept.pk: "has marks"}])
    office = factories.access_of(factories.make_user("dean", plan.speciality.faculty))
    outcome = registrations.end(Registration.objects.all(), access=office)
    assert outcome.done == 4 and "has marks" in outcome.refused[0]
    kept.refresh_from_db()
    assert kept.is_active


def test_one_attends_with_a_group_that_is_taught_the_subject(plan):
    _group, (one,) = make_students(plan, 1)
    guest, _people = make_students(plan, 1, "610-26.02")
    registrations.register_half_year(year=2026, term="11", day=DAY)
    stranger = makers.make_studying_group(
        makers.make_approved(plan.speciality.faculty, code="70610103"), "630-26.01"
    )
    office = factories.access_of(factories.make_user("dean", plan.speciality.faculty))
    mine = Registration.objects.filter(student=one)
    assert registrations.attend_with(mine, access=office, group=guest).done == 5
    with pytest.raises(CurriculumError):
        registrations.attend_with(mine, access=office, group=stranger)
    assert rows(student=one, group=guest) == 5
