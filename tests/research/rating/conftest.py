"""One small university with its teachers for each file; what a test writes is undone, the university stays."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.research.rating.world import World


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """For the whole file; nothing of it stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(world):
    """In the place of pytest-django's own, which would close the database after every test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
