"""The query of a card with many joins: planned as written, and nothing else is."""

import pytest
from django.db import DatabaseError, connection, transaction

from hemis.people.models import User
from hemis.planning import WEIGHED, first_query_planned_as_written

pytestmark = pytest.mark.django_db

LIMIT = "SELECT current_setting('join_collapse_limit')::int"


def asked(sql: str = LIMIT):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_the_setting_holds_for_the_first_query_alone():
    usual = asked()
    assert usual != WEIGHED
    with first_query_planned_as_written():
        assert [asked(), asked()] == [WEIGHED, usual]
    assert asked() == usual


def test_rows_come_as_ever(django_assert_num_queries):
    user = User.objects.create(login="planned", password="!")
    with first_query_planned_as_written(), django_assert_num_queries(1):
        assert User.objects.get(pk=user.pk) == user
    with first_query_planned_as_written(), pytest.raises(User.DoesNotExist):
        User.objects.get(pk=0)


def test_a_query_that_fails_leaves_no_setting():
    usual = asked()
    with pytest.raises(DatabaseError), transaction.atomic(), first_query_planned_as_written():
        asked("SELECT 1 / 0")
    assert asked() == usual
