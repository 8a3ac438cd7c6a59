from __future__ import annotations

import pytest
from django.test import override_settings


@pytest.fixture(autouse=True)
def _store(tmp_path):
    """Documents of a test lie in a place of their own."""
    with override_settings(MEDIA_ROOT=tmp_path):
        yield
