import datetime
from decimal import Decimal

import pytest

from finance.contracts import actions
from finance.contracts.queries import Selection
from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    Contract,
    ContractTypeCoefficient,
    MinimumWage,
    StipendAmount,
)
from finance.prices.actions import set_law_dates
from hemis.documents.actions import drawn_when_opened
from students.models import Programme
from tests.factories import access_of, make_faculty, make_students, make_user, make_year
from tests.sharing import shared

DAY = datetime.date(2026, 9, 10)


@shared
def faculty(db):
    return make_faculty()


@pytest.fixture
def other_faculty(db):
    return make_faculty("303-102")


@shared
def students(faculty):
    return make_students(faculty, 3)


@shared
def accountant(db):
    return make_user("accounting")


@shared
def access(accountant):
    return access_of(accountant)


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A document store of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PUBLIC_URL = "https://hemis.namuna.uz"


@shared
def prices(students, access):
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


@shared
def contracts(prices, students, faculty, access):
    """A contract of each student, formed; their PDFs are drawn when somebody asks."""
    chosen = Selection(year=2026, faculty=faculty.pk)
    numbered = actions.number_contracts(access=access, chosen=chosen, on=DAY)
    with drawn_when_opened():
        actions.issue_documents(numbered.contracts, by=access.user)
    return list(Contract.objects.order_by("student"))
