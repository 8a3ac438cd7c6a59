import datetime
from decimal import Decimal

import pytest
from django.db import transaction

from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    ContractTypeCoefficient,
    MinimumWage,
    StipendAmount,
)
from finance.prices.actions import set_law_dates
from hemis.people.models import User
from structure.models import Unit
from students.models import Programme, Student
from tests.factories import access_of, make_faculty, make_students, make_user, make_year

DAY = datetime.date(2026, 9, 10)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """A faculty, three students of it and an accountant, once for a file; nothing of them stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "hemis.documents.rendering.pdf_of", lambda html, token, style: f"%PDF {token}".encode()
            )
            faculty = make_faculty()
            students = [one.pk for one in make_students(faculty, 3)]
            made = (faculty.pk, students, make_user("accounting").pk)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(world):
    """In the place of pytest-django's own, which would close the database after every test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def faculty(db, world):
    return Unit.objects.get(pk=world[0])


@pytest.fixture
def other_faculty(db):
    return make_faculty("303-102")


@pytest.fixture
def students(db, world):
    return list(Student.objects.filter(pk__in=world[1]).order_by("pk"))


@pytest.fixture
def accountant(db, world):
    return User.objects.get(pk=world[2])


@pytest.fixture
def access(accountant):
    return access_of(accountant)


@pytest.fixture
def store(settings, tmp_path):
    """A document store of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PUBLIC_URL = "https://hemis.namuna.uz"


@pytest.fixture
def prices(students, access, store):
    """All that 2026/2027 needs: M, S, k, K of every programme, the dates of the law."""
    year = make_year()
    MinimumWage.objects.create(amount=747300, valid_from=datetime.date(2021, 2, 1), document="PF-6155")
    StipendAmount.objects.create(
        rate="11", amount=470800, valid_from=datetime.date(2021, 2, 1), document="PF-6155"
    )
    for code, value in (("11", "1"), ("12", "1.5"), ("16", "1"), ("19", "1")):
        ContractTypeCoefficient.objects.create(
            contract_type=code, coefficient=Decimal(value), valid_from=datetime.date(2021, 1, 1)
        )
    CalculationSetting.objects.create(academic_year=year, mode="11")
    for programme in Programme.objects.all():
        BaseCoefficient.objects.create(
            programme=programme, academic_year=year, coefficient=10, amount=6000000
        )
    set_law_dates(access=access, year=2026)
    return year
