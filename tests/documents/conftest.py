import copy

import pytest

from hemis.access.models import RoleAssignment
from hemis.documents.kinds import KINDS
from hemis.people.models import Person, User
from structure.models import Unit
from tests.documents.sample import PAYLOAD, TEMPLATES, Sample


@pytest.fixture(autouse=True)
def _as_in_use(drawn_at_once):
    """Here it is the drawing that is tried."""


@pytest.fixture(autouse=True)
def sample(settings, tmp_path, monkeypatch):
    """The sample kind with its templates, and a store of its own."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], TEMPLATES]
    settings.TEMPLATES = templates
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PUBLIC_URL = "https://hemis.namuna.uz"
    monkeypatch.setitem(KINDS, "sample", Sample)
    return Sample


@pytest.fixture
def faculty(db):
    return Unit.objects.create(code="303-101", name="Birinchi", kind="11")


@pytest.fixture
def other_faculty(db):
    return Unit.objects.create(code="303-102", name="Ikkinchi", kind="11")


@pytest.fixture
def people(db):
    """Makes a person with an account in a role."""
    numbers = iter(range(1, 100))

    def make(role="", unit=None):
        n = next(numbers)
        person = Person.objects.create(last_name="Karimov", first_name=f"Aziz{n}", pinfl=f"{n:014d}")
        user = User.objects.create_user(f"user{n}", "parol-parol-1", person=person)
        if role:
            RoleAssignment.objects.create(user=user, role=role, unit=unit)
        return user

    return make


@pytest.fixture
def issued(db, django_capture_on_commit_callbacks):
    """Issues a sample document and stores it."""
    from hemis.documents.actions import issue

    def make(**options):
        with django_capture_on_commit_callbacks(execute=True):
            return issue(**{"kind": "sample", "payload": PAYLOAD} | options)

    return make
