from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import override_settings

from tests.records.makers import Graduates, module_world


@pytest.fixture(autouse=True)
def _store(tmp_path):
    """Documents of a test lie in a place of their own."""
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture(scope="module")
def graduates(django_db_setup, django_db_blocker):
    """One group for the whole file; what a test does to it is undone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hemis.documents.rendering.pdf_of", lambda html, token, style: f"%PDF {token}".encode())
        yield from module_world(django_db_blocker, Graduates)


@pytest.fixture
def world(graduates):
    """The group, as it was before the test."""
    assert connection.settings_dict["NAME"].startswith("test_")
    with transaction.atomic():
        yield graduates
        transaction.set_rollback(True)
