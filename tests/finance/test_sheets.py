"""Reference tables from Excel: added and changed by their keys, every fault named; what is exported goes in again."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from finance.models import (
    BaseCoefficient,
    Benefit,
    CurrencyRate,
    DifferentiatedCoefficient,
    ForeignPrice,
    InstalmentRule,
    MinimumWage,
    PayoutAccount,
    StipendAmount,
)
from hemis.sheets import writing
from hemis.sheets.declaration import SHEETS
from hemis.sheets.reading import Table, read_table
from tests.factories import client_of, make_year

pytestmark = pytest.mark.django_db


def table(headers: list[str], *rows: list) -> Table:
    return read_table(writing.book([("1", headers, list(rows))]))


def take(code: str, access, headers: list[str], *rows: list):
    """Check and save; what was saved, and the faults."""
    declared = SHEETS[f"finance.{code}"](access, {})
    found = declared.check(table(headers, *rows))
    planned = declared.plan(found.good)
    saved = SHEETS[f"finance.{code}"](access, {}).save(found.good) if found.good else planned
    assert saved == planned
    return saved, [(one.row, one.fault) for one in found.faults]


@pytest.mark.duty("7.1")
def test_amounts_are_added_changed_and_left_alone(access):
    headers = ["Amal qilish sanasi", "Miqdori, soʻm", "Asos hujjat"]
    MinimumWage.objects.create(amount=1, valid_from=datetime.date(2025, 8, 1), document="xato")
    saved, faults = take(
        "minimum_wages", access, headers, ["01.08.2025", "1 271 000", "PF-1"], ["01.09.2026", 1_400_000, "PF-2"],
        ["kecha", "0", "PF-3"],
    )  # fmt: skip
    assert (saved.added, saved.changed) == (1, 1)
    assert {fault for _row, fault in faults} == {"bad_date", "bad_number"}
    assert MinimumWage.objects.get(valid_from=datetime.date(2025, 8, 1)).amount == 1_271_000
    again, _faults = take("minimum_wages", access, headers, ["01.08.2025", "1271000", "PF-1"])
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)


@pytest.mark.duty("7.1")
def test_prices_of_programmes_by_the_code_of_the_speciality(prices, access):
    headers = ["Oʻquv yili", "Mutaxassislik kodi", "Taʼlim shakli", "Bazaviy koeffitsient", "Talaba toifasi"]
    saved, faults = take(
        "base_coefficients", access, headers,
        ["2026/2027", "60610100", "Kunduzgi", "11,5", ""], ["2026", "60610100", "Kunduzgi", 13, "Ikkinchi oliy"],
        ["2026", "60610100", "Sirtqi", 8, ""], ["2031", "60610100", "Kunduzgi", 8, ""],
        ["2026", "60610100", "Kunduzgi", "", ""], ["2026", "60610100", "Kunduzgi", 12, ""],
    )  # fmt: skip
    assert (saved.added, saved.changed) == (1, 1)
    assert [row for row, _fault in faults] == [4, 5, 6, 7], (
        "no such programme or year, no figure, the same twice"
    )
    assert BaseCoefficient.objects.get(student_type="").coefficient == Decimal("11.5")
    assert BaseCoefficient.objects.get(student_type="12").coefficient == 13
    saved, _faults = take(
        "foreign_prices", access, ["Oʻquv yili", "Mutaxassislik kodi", "Taʼlim shakli", "Valyuta", "Yillik summa"],
        ["2026", "60610100", "Kunduzgi", "usd", "1500"],
    )  # fmt: skip
    assert ForeignPrice.objects.get().currency == 840
    headers = [
        "Oʻquv yili",
        "Mutaxassislik kodi",
        "Taʼlim shakli",
        "Fakultet kodi",
        "Shartnoma turi",
        "Koeffitsient",
    ]
    saved, faults = take(
        "differentiated", access, headers,
        ["2026", "60610100", "Kunduzgi", "", "Oshirilgan kontrakt (>56)", "1,5"],
        ["2026", "", "", "303-101", "Oshirilgan kontrakt (>56)", "1.25"],
        ["2026", "", "", "", "Oshirilgan kontrakt (>56)", "1.25"],
    )  # fmt: skip
    assert saved.added == DifferentiatedCoefficient.objects.count() == 2 and faults == [(4, "bad_row")]


@pytest.mark.duty("7.1")
def test_rates_benefits_dates_and_accounts(prices, students, access):
    saved, _faults = take(
        "currency_rates",
        access,
        ["Valyuta", "Amal qilish sanasi", "Kurs, soʻm"],
        ["USD", "01.09.2026", "12650,25"],
    )
    assert CurrencyRate.objects.get().rate == Decimal("12650.25")
    headers = ["Nomi", "Chegirma, %", "Amal qilish sanasi", "Tugash sanasi", "Asos"]
    Benefit.objects.create(name="Aʼlo", percent=20, valid_from=datetime.date(2026, 1, 1), document="x")
    _saved, faults = take(
        "benefits", access, headers, ["Aʼlo", 25, "01.06.2026", "", "y"],
        ["Boshqa", 10, "01.06.2026", "01.01.2026", "y"], ["Yetim", 35, "01.06.2026", "31.12.2026", "y"],
    )  # fmt: skip
    assert faults == [(2, "bad_row"), (3, "bad_row")], "two periods of one benefit never meet"
    assert Benefit.objects.get(name="Yetim").valid_to == datetime.date(2026, 12, 31)
    make_year(2027)
    saved, _faults = take(
        "instalment_dates", access, ["Oʻquv yili", "Reja", "Kurs", "Ulushi, %", "Muddat"],
        ["2027", "foreign", "first", 50, "15.09.2027"], ["2027", "foreign", "first", 100, "01.03.2028"],
    )  # fmt: skip
    assert InstalmentRule.objects.filter(academic_year=2027, plan="foreign").count() == 2
    saved, faults = take(
        "payout_accounts", access, ["Talaba raqami", "Karta yoki hisobraqam"],
        [students[0].number, "8600 1234 1234 1234"], [students[1].number, "12"], ["999999999999", "8600123412341235"],
    )  # fmt: skip
    assert PayoutAccount.objects.get().student == students[0]
    assert faults == [(3, "bad_account"), (4, "bad_row")]


@pytest.mark.duty("7.1")
def test_what_a_register_exports_goes_in_again(access, accountant):
    StipendAmount.objects.create(
        rate="11", amount=545_000, valid_from=datetime.date(2025, 8, 1), document="PF-1"
    )
    office = client_of(accountant)
    answer = office.get(reverse("finance_stipend_amounts_export", args=["xlsx"]))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    declared = SHEETS["finance.stipend_amounts"](access, {})
    found = declared.check(read_table(content))
    assert not found.faults and declared.plan(found.good).unchanged == 1


@pytest.mark.duty("7.1")
@pytest.mark.parametrize("name", ["minimum_wages", "differentiated", "benefits", "payout_accounts"])
def test_the_list_leads_to_the_upload(accountant, name):
    office = client_of(accountant)
    link = reverse(f"finance_{name}_import")
    assert link in office.get(reverse(f"finance_{name}_list")).content.decode()
    upload = office.get(link)
    assert (
        upload.url == reverse("sheet_upload", args=[f"finance.{name}"])
        and office.get(upload.url).status_code == 200
    )
    assert office.get(reverse("sheet_template", args=[f"finance.{name}"])).status_code == 200
