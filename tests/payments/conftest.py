"""A faculty with contracts in force, shared by all tests of a file."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from tests.payments.world import World, make_world


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Students, contracts and an accountant for the whole file; nothing of them stays."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("hemis.documents.rendering.pdf_of", lambda html, token, style: f"%PDF {token}".encode())
        patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("media"))
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(world: World):
    """In the place of pytest-django's own, which would close the database after every test."""
    assert connection.settings_dict["NAME"].startswith("test_")
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
