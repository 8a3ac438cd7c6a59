"""What tests share is made once and looks to each test as if it had been made for it alone (``tests.sharing``)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from hemis.people.models import User
from structure.models import Unit
from tests.factories import make_faculty, make_kafedra, make_user
from tests.sharing import WORLDS, shared

made: list[str] = []


@shared
def faculty(db):
    made.append("faculty")
    return make_faculty()


@shared
def kafedra(faculty):
    made.append("kafedra")
    return make_kafedra(faculty)


@pytest.fixture
def own(kafedra):
    """Made for each test: never seen by what is shared."""
    return make_user("head", kafedra)


@pytest.mark.parametrize("again", range(2))
def test_what_one_test_does_the_next_does_not_see(faculty, kafedra, own, again):
    assert User.objects.get() == own
    assert kafedra.parent is faculty, "what is one object in the world is one object for the test"
    assert Unit.objects.get(pk=faculty.pk).name == faculty.name == "Fakultet 303-101"
    faculty.name = "Boshqa"
    faculty.save()
    Unit.objects.filter(pk=kafedra.pk).update(name="Boshqa")


def test_a_part_of_the_world_is_enough(faculty):
    assert list(Unit.objects.all()) == [faculty]


def test_who_asks_for_nothing_finds_nothing(db):
    assert not Unit.objects.exists()


def test_each_was_made_once(faculty, kafedra):
    """Here: by this file's tests before it, or now."""
    assert sorted(made) == ["faculty", "kafedra"]


def test_an_outermost_transaction_is_allowed(faculty):
    with transaction.atomic(durable=True):
        Unit.objects.create(code="303-109", name="Uchinchi", kind=Unit.FACULTY)


def test_what_waits_for_the_commit_is_still_refused(faculty):
    """A test's end checks it, on the world too."""
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("UPDATE structure_unit SET parent_id = 987654 WHERE id = %s", [faculty.pk])
        connection.check_constraints()


@shared
def numbers(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.shared_numbers (n integer UNIQUE DEFERRABLE INITIALLY IMMEDIATE)")


def test_what_does_not_wait_for_the_commit_is_refused_at_once(numbers):
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("INSERT INTO shared_numbers VALUES (1), (1)")


def test_with_real_commits_it_is_made_anew(transactional_db, kafedra):
    assert WORLDS.copies is None
    assert not connection.in_atomic_block
    assert set(made[-2:]) == {"faculty", "kafedra"}
    assert Unit.objects.get(pk=kafedra.pk).parent_id
