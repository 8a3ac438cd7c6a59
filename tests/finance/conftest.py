import datetime
from decimal import Decimal

import pytest

from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    ContractTypeCoefficient,
    MinimumWage,
    StipendAmount,
)
from finance.prices.actions import set_law_dates
from students.models import Programme
from tests.factories import access_of, make_faculty, make_students, make_user, make_year

DAY = datetime.date(2026, 9, 10)


@pytest.fixture
def faculty(db):
    return make_faculty()


@pytest.fixture
def other_faculty(db):
    return make_faculty("303-102")


@pytest.fixture
def students(faculty):
    return make_students(faculty, 3)


@pytest.fixture
def accountant(db):
    return make_user("accounting")


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
