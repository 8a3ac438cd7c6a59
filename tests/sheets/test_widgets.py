"""Cells: harmless untidiness is put right, everything else is a named fault."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemis.people import identifiers
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, SheetColumn

FIRST_13 = st.builds(
    lambda date, first, last: f"{first}{date:%d%m%y}{last:06d}",
    st.dates(datetime.date(2000, 1, 1), datetime.date(2009, 12, 31)),
    st.sampled_from("56"),
    st.integers(0, 999_999),
)
ANYTHING = st.one_of(
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.none(),
)


def bad(widget, value) -> str:
    with pytest.raises(Bad) as found:
        widget.clean(value)
    return found.value.fault


@given(FIRST_13)
def test_every_right_pinfl_is_taken_in_each_shape(body):
    pinfl = body + identifiers.pinfl_check_digit(body)
    widget = widgets.PinflWidget()
    shapes = [
        pinfl,
        int(pinfl),
        float(int(pinfl)),
        f" {pinfl} ",
        f"{pinfl}.0",
        f"'{pinfl}",
        f"{pinfl[:1]} {pinfl[1:7]} {pinfl[7:]}",
    ]
    for shape in shapes:
        assert widget.clean(shape) == pinfl
    assert widget.untidy(pinfl, pinfl) == ""
    assert widget.untidy(float(int(pinfl)), pinfl) != ""


@given(FIRST_13, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_seen(body, at, more):
    """Weights 7, 3, 1 have no divisor with ten, so no single slip passes."""
    pinfl = body + identifiers.pinfl_check_digit(body)
    wrong = pinfl[:at] + str((int(pinfl[at]) + more) % 10) + pinfl[at + 1 :]
    assert not identifiers.pinfl_is_valid(wrong)


@given(FIRST_13)
def test_a_pinfl_begins_with_what_it_tells(body):
    pinfl = body + identifiers.pinfl_check_digit(body)
    birth = identifiers.pinfl_birth_date(pinfl)
    assert birth is not None
    assert identifiers.pinfl_beginning(birth, identifiers.pinfl_gender(pinfl)) == pinfl[:7]


@pytest.mark.parametrize("value", ["1234", "5121104087625", "5121104087625a", "٥١٢١١٠٤٠٨٧٦٢٥٠", "5,1211E+13"])
def test_what_is_no_pinfl(value, db):
    assert bad(widgets.PinflWidget(), value) == "bad_pinfl"


@given(st.text("ABCDEKMHOPT", min_size=2, max_size=2), st.integers(0, 9_999_999))
def test_passports_in_every_harmless_shape(letters, number):
    right = f"{letters}{number:07d}"
    cyrillic = letters.translate(str.maketrans("ABEKMHOPCT", "АВЕКМНОРСТ"))
    for shape in (
        right,
        right.lower(),
        f"{letters} {number:07d}",
        f"{letters}-{number:07d}",
        f"{cyrillic}{number:07d}",
    ):
        assert identifiers.normalise_passport(shape) == right


@given(st.integers(0, 999_999_999))
def test_phones_in_every_harmless_shape(number):
    digits = f"{number:09d}"
    right = f"+998{digits}"
    for shape in (
        right,
        digits,
        f"({digits[:2]}) {digits[2:5]}-{digits[5:7]}-{digits[7:]}",
        f"998{digits}",
        float(f"998{digits}"),
    ):
        assert identifiers.normalise_phone(shape) == right


@given(st.dates(datetime.date(1930, 1, 1), datetime.date(2030, 12, 31)))
def test_dates_in_every_harmless_shape(date):
    widget = widgets.DateWidget()
    midnight = datetime.datetime.combine(date, datetime.time())
    serial = (date - datetime.date(1899, 12, 30)).days
    shapes = [
        date,
        midnight,
        serial,
        float(serial),
        f"{date:%Y-%m-%d}",
        f"{date:%d.%m.%Y}",
        f"{date:%d/%m/%Y}",
        f"{midnight}",
    ]
    for shape in shapes:
        assert widget.clean(shape) == date


@pytest.mark.parametrize("value", ["31.02.2005", "yozda", 0, 10**9, "2005", datetime.date(1066, 10, 14), -5])
def test_what_is_no_date(value, db):
    assert bad(widgets.DateWidget(), value) == "bad_date"


@pytest.mark.parametrize(
    ("value", "right"),
    [(89.6, "89.6"), ("89,6", "89.6"), (" 89.60 ", "89.6"), (0, "0.0"), (189, "189.0"), (70.25, "70.2")],
)
def test_scores(value, right, db):
    score = widgets.DecimalWidget(low=Decimal(0), high=Decimal(189), fault="score_out_of_range")
    assert score.clean(value) == Decimal(right)


@pytest.mark.parametrize("value", [-1, 189.1, "yuz", float("nan"), float("inf"), "NaN", "1e99", 10**30])
def test_what_is_no_score(value, db):
    score = widgets.DecimalWidget(low=Decimal(0), high=Decimal(189), fault="score_out_of_range")
    assert bad(score, value) == "score_out_of_range"


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("  KARIMOV ", "Karimov"),
        ("O`rinov", "Oʻrinov"),
        ("O‘RINOV", "Oʻrinov"),
        ("Ўринов", "Oʻrinov"),
        ("komil o'g'li", "Komil oʻgʻli"),
        ("Шарипова", "Sharipova"),
        ("Meʼmorov", "Meʼmorov"),
    ],
)
def test_names(value, right, db):
    widget = widgets.NameWidget()
    assert widget.clean(value) == right
    assert widget.clean(right) == right
    assert bool(widget.untidy(value, right)) == (value != right)


@pytest.mark.parametrize("value", ["1", "---", "Karimov2", "?"])
def test_what_is_no_name(value, db):
    assert bad(widgets.NameWidget(), value) == "bad_name"


def test_the_nearest_known_value_is_offered(db):
    widget = widgets.KnownWidget(["110-26.01", "610-26.01"], fault="unknown_group", message="%(value)s")
    assert widget.clean(" 110-26.01") == "110-26.01"
    with pytest.raises(Bad) as found:
        widget.clean("110-26.1")
    assert "110-26.01" in found.value.hint
    codes = widgets.KnownWidget(["60610100"], fault="unknown_speciality", message="%(value)s")
    assert codes.clean(60610100.0) == codes.clean("60610100") == codes.clean(60610100) == "60610100"


def test_options_by_name_code_script_and_short_form(db):
    form = widgets.CodedWidget("h_education_form", fault="unknown_education_form")
    for value in (
        "Kunduzgi taʼlim",
        "Kunduzgi ta'lim",
        "KUNDUZGI",
        "Кундузги таълим",
        "Дневное обучение",
        "11",
        11.0,
    ):
        assert form.clean(value) == "11"
    region = widgets.CodedWidget("h_soato", fault="unknown_region", among=lambda code: len(code) == 4)
    with pytest.raises(Bad) as found:
        region.clean("Toshket")
    assert "Toshkent shahri" in found.value.hint


COLUMNS = [
    widgets.PinflWidget(),
    widgets.PassportWidget(),
    widgets.PhoneWidget(),
    widgets.DateWidget(),
    widgets.NameWidget(),
    widgets.TextWidget(50),
    widgets.DecimalWidget(low=Decimal(0), high=Decimal(189), fault="score_out_of_range"),
    widgets.KnownWidget(["110-26.01"], fault="unknown_group", message="%(value)s"),
]


@given(st.lists(ANYTHING, max_size=8), st.sampled_from(COLUMNS), st.booleans())
def test_no_cell_crashes_a_column(values, widget, required):
    """Whatever stands in a cell, it is cleaned, empty or a fault; what is kept is plain text."""
    column = SheetColumn("Ustun", widget, required=required)
    for value, clean in column.clean_all(values).items():
        if not isinstance(clean, Bad):
            assert "\x00" not in str(clean) and "\t" not in str(clean) and "\n" not in str(clean)
            if clean != "":
                assert widget.clean(clean) == clean
                widget.untidy(value, clean)
                assert isinstance(widget.shown(clean), str)


@given(st.text(alphabet="0123456789", min_size=13, max_size=13))
def test_the_control_digit_is_the_weighted_sum(first13):
    weighted = sum(
        weight * int(digit)
        for weight, digit in zip(itertools.cycle(identifiers.PINFL_WEIGHTS), first13, strict=False)
    )
    assert identifiers.pinfl_check_digit(first13) == str(weighted % 10)
