"""Registrations as set operations, and what executed orders do to them (duty 2.3)."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from curriculum import registrations
from curriculum.actions import CurriculumError
from curriculum.models import Registration
from movement import actions as movement
from movement.kinds import KINDS
from students.models import Group
from tests import factories
from tests.curriculum import makers
from tests.movement import kinds
from tests.sharing import shared

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.3")]
DAY = datetime.date(2026, 9, 10)


@pytest.fixture(autouse=True)
def _in_september(monkeypatch):
    monkeypatch.setattr("movement.effects.timezone", SimpleNamespace(localdate=lambda: DAY))
    for kind in (kinds.Transfer, kinds.Expulsion):
        monkeypatch.setitem(KINDS, kind.code, kind)


@shared
def plan():
    factories.make_university()
    return makers.make_approved(factories.make_faculty())


def make_students(plan, count: int = 2, name: str = "610-26.01"):
    """A group of the plan with students, who are registered by the order that admits them."""
    group = makers.make_studying_group(plan, name)
    return group, factories.make_students(plan.speciality.faculty, count, group=group)


def carry_out(kind: str, student, **choices):
    dean, rector = factories.make_user("dean", student.current.faculty), factories.make_user("rectorate")
    order = kinds.draft(kind, student, dean, DAY, **choices)
    return kinds.carry_out(order, dean, rector, DAY)


def rows(**fields) -> int:
    return Registration.objects.filter(**fields).count()


def test_a_half_year_is_registered_at_once_and_twice_adds_nothing(plan, django_assert_num_queries):
    make_students(plan, 2)
    assert rows(basis="plan", is_active=True) == 10  # the admission order did so
    Registration.objects.all().delete()
    with django_assert_num_queries(1):
        assert registrations.register_half_year(year=2026, term="11", day=DAY) == 10
    assert registrations.register_half_year(year=2026, term="11", day=DAY) == 0
    assert registrations.register_half_year(year=2026, term="12", day=DAY) == 10
    assert rows(curriculum_subject__semester__number=2) == 10


def test_other_years_and_empty_groups_ask_for_nothing(plan):
    make_students(plan, 1)
    makers.make_studying_group(plan, "610-26.09")
    assert registrations.register_half_year(year=2027, term="11", day=DAY) == 0
    assert registrations.register_half_year(year=2026, term="12", day=DAY, groups=[]) == 0


def test_the_deans_office_registers_its_own_groups_only(plan):
    mine, _people = make_students(plan, 2)
    other = makers.make_approved(factories.make_faculty("102"), code="70610102")
    makers_group, _others = make_students(other, 1, "620-26.01")
    office = factories.access_of(factories.make_user("dean", plan.speciality.faculty))
    Registration.objects.all().delete()
    count = registrations.register(Group.objects.all(), access=office, year=2026, term="11", day=DAY)
    assert count == 10 and rows(student__current__group=makers_group) == 0
    assert rows(student__current__group=mine) == 10
    for role in ("academic_affairs", "hr", "student"):
        with pytest.raises(PermissionDenied):
            registrations.register(
                Group.objects.all(), access=factories.access_of(factories.make_user(role)),
                year=2026, term="11", day=DAY,
            )  # fmt: skip


@pytest.mark.duty("2.2")
def test_who_is_expelled_loses_the_running_semester_and_the_cancelling_order_gives_it_back(plan):
    _group, (one, other) = make_students(plan, 2)
    registrations.register_half_year(year=2026, term="12", day=DAY)
    order = carry_out("11", one)
    assert rows(student=one, is_active=False, ended_by="order") == 10 == rows(student=other, is_active=True)
    dean, rector = order.created_by, factories.make_user("rectorate")
    undoing = movement.create_cancelling_order(
        order, access=factories.access_of(dean), reason="Xato", effective_date=DAY
    )
    kinds.carry_out(undoing, dean, rector, DAY)
    assert rows(student=one, is_active=True, ended_by="") == 10


@pytest.mark.duty("2.2")
def test_a_transfer_to_another_plan_changes_the_subjects_of_the_running_semester(plan):
    _group, (one,) = make_students(plan, 1)
    other = makers.make_approved(plan.speciality.faculty, code="70610104")
    carry_out("16", one, group=makers.make_studying_group(other, "640-26.01"))
    active = Registration.objects.active().filter(student=one)
    assert {row.curriculum_subject.curriculum_id for row in active} == {other.pk} and active.count() == 5
    assert rows(student=one, ended_by="order") == 5


@pytest.mark.duty("2.2")
def test_a_transfer_within_the_plan_changes_nothing(plan):
    _group, (one,) = make_students(plan, 1)
    before = list(one.registrations.values_list("pk", "version", "is_active"))
    carry_out("16", one, group=makers.make_studying_group(plan, "610-26.02"))
    assert list(one.registrations.values_list("pk", "version", "is_active")) == before


def test_what_the_office_has_ended_no_order_renews(plan):
    _group, (one,) = make_students(plan, 1)
    office = factories.access_of(factories.make_user("dean", plan.speciality.faculty))
    first = one.registrations.first()
    outcome = registrations.end(Registration.objects.filter(pk=first.pk), access=office)
    assert outcome.done == 1
    assert registrations.follow_placements([one.pk], day=DAY) == {"ended": 0, "renewed": 0, "made": 0}
    assert registrations.renew(Registration.objects.filter(pk=first.pk), access=office).done == 1


def test_what_carries_marks_stays(plan, monkeypatch):
    _group, (one,) = make_students(plan, 1)
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
    stranger = makers.make_studying_group(
        makers.make_approved(plan.speciality.faculty, code="70610103"), "630-26.01"
    )
    office = factories.access_of(factories.make_user("dean", plan.speciality.faculty))
    mine = Registration.objects.filter(student=one)
    assert registrations.attend_with(mine, access=office, group=guest).done == 5
    with pytest.raises(CurriculumError):
        registrations.attend_with(mine, access=office, group=stranger)
    assert rows(student=one, group=guest) == 5


def test_each_night_whoever_is_missing_is_registered_for_what_runs_or_begins(plan):
    make_students(plan, 1)
    Registration.objects.all().delete()
    assert registrations.register_running(datetime.date(2026, 8, 20)) == 0
    assert registrations.register_running(datetime.date(2026, 8, 27)) == 5  # the autumn begins within a week
    assert registrations.register_running(datetime.date(2027, 1, 28)) == 5  # the spring is near
    assert registrations.register_running(datetime.date(2027, 1, 28)) == 0
    assert rows(curriculum_subject__semester__number=2) == 5


# --- the guard, tried by raw SQL

ALL_LINES = """
INSERT INTO curriculum_registration
       (version, student_id, curriculum_subject_id, semester_id, basis, elective_group, is_active)
SELECT 1, %(student)s, s.id, {semester}, 'plan', {elective}, true FROM curriculum_curriculumsubject s
 WHERE s.curriculum_id = %(plan)s AND s.elective_group = ''
"""


def insert(student, plan, semester: str = "s.semester_id", elective: str = "s.elective_group") -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            ALL_LINES.format(semester=semester, elective=elective), {"student": student.pk, "plan": plan.pk}
        )
        return cursor.rowcount


def test_a_row_has_the_semester_of_its_subject_whether_it_says_so_or_not(plan):
    _group, (one,) = make_students(plan, 1)
    for semester in ("s.semester_id", "NULL"):
        Registration.objects.all().delete()
        assert insert(one, plan, semester) == Registration.objects.count() > 5
        found = Registration.objects.select_related("curriculum_subject")
        assert all(row.semester_id == row.curriculum_subject.semester_id for row in found)
    row, other = found.order_by("semester")[0], found.order_by("-semester")[0].curriculum_subject
    Registration.objects.all().exclude(pk=row.pk).delete()
    Registration.objects.filter(pk=row.pk).update(curriculum_subject=other)
    row.refresh_from_db()
    assert row.semester_id == other.semester_id
    # The semester has no key of its own: whatever a statement writes, it stays the subject's.
    Registration.objects.filter(pk=row.pk).update(semester=0)
    row.refresh_from_db()
    assert row.semester_id == other.semester_id


@pytest.mark.parametrize(
    ("semester", "elective"),
    [
        ("(SELECT max(id) FROM curriculum_curriculumsemester)", "''"),
        ("s.semester_id", "left('A' || s.id, 8)"),
    ],
)
def test_a_row_that_says_another_semester_or_alternative_is_refused(plan, semester, elective):
    _group, (one,) = make_students(plan, 1)
    Registration.objects.all().delete()
    with pytest.raises(IntegrityError, match="of its subject"):
        insert(one, plan, semester, elective)


@pytest.mark.parametrize("semester", ["s.semester_id", "NULL"])
def test_nobody_is_registered_for_a_draft(plan, semester):
    _group, (one,) = make_students(plan, 1)
    draft = makers.make_curriculum(plan.speciality.faculty, code="70610104")
    makers.fill(draft)
    with pytest.raises(IntegrityError, match="not approved"):
        insert(one, draft, semester)
