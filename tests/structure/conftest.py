"""What the tests of structure and rooms share."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests import factories
from tests.sharing import shared


@pytest.fixture
def client_of(db):
    """A client signed in with a role, reading English."""

    def make(role: str, unit=None) -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(factories.make_user(role, unit))
        return client

    return make


@shared
def hr(db):
    return factories.access_of(factories.make_user("hr"))


@shared
def academic(db):
    return factories.access_of(factories.make_user("academic_affairs"))


@pytest.fixture
def refused():
    """Raw SQL that the database refuses, with a piece of what it says."""

    def try_it(match: str, sql: str, *params) -> None:
        with (
            pytest.raises(IntegrityError, match=match),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, params)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return try_it
