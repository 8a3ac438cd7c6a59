import pytest


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    """Files of a test lie in its own place."""
    settings.MEDIA_ROOT = tmp_path / "media"
