"""What the tests of the student base share."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import factories, pictures
from tests.sharing import shared


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Files of a test lie where the test lies."""
    settings.MEDIA_ROOT = tmp_path


@shared
def faculty(db):
    factories.make_university()
    factories.make_year()
    return factories.make_faculty()


@shared
def group(faculty):
    return factories.make_group(faculty)


@shared
def students(faculty, group):
    return factories.make_students(faculty, 4, group=group)


@shared
def dean(faculty):
    return factories.make_user("dean", faculty)


@shared
def stranger(db):
    """The dean's office of another faculty."""
    return factories.make_user("dean", factories.make_faculty("303-102"))


def picture(kind: str = "JPEG", size: tuple[int, int] = (400, 500)) -> bytes:
    return pictures.picture(kind, size, "slategray")


def upload(content: bytes, name: str = "x.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
