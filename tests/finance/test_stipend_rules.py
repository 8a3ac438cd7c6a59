"""Who gets which stipend and what a month pays (VMQ 59/2020)."""

import datetime
from decimal import Decimal

import pytest

from finance.steps import readable_steps, steps_as_json
from finance.stipends.rules import (
    GRANT,
    WITH_STIPEND,
    WITHOUT_STIPEND,
    Applicant,
    Marks,
    Month,
    appointed,
    first_of,
    last_of,
    paid,
)

FIVES, GOOD = Marks(fives=6), Marks(fives=2, fours=3, threes=1)


def kind_of(
    marks=GOOD, *, ground=GRANT, form="11", social="10", first=False, threes=Decimal(30), returned=False
):
    one = Applicant(form, ground, social, first, marks, returned)
    return appointed(one, threes=threes, source="VMQ 59")


@pytest.mark.duty("7.1")
@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, "11"),
        ({"marks": FIVES}, "14"),
        ({"marks": FIVES, "ground": WITH_STIPEND}, "15"),
        ({"ground": WITH_STIPEND}, "11"),
        ({"marks": FIVES, "ground": WITHOUT_STIPEND}, "16"),
        ({"ground": WITHOUT_STIPEND}, ""),
        # A third of “3” marks: no stipend on a grant; a contract with stipend has paid for it.
        ({"marks": Marks(fours=7, threes=3)}, ""),
        ({"marks": Marks(fours=8, threes=3)}, "11"),
        ({"marks": Marks(fours=7, threes=3), "ground": WITH_STIPEND}, "11"),
        ({"marks": Marks(fours=7, threes=3), "threes": None}, "11"),
        # A debt loses it, whatever the other marks are.
        ({"marks": Marks(fives=5, debts=1)}, ""),
        ({"marks": Marks(fives=5, debts=1), "social": "11"}, ""),
        ({"social": "11"}, "18"),
        ({"social": "13"}, "18"),
        ({"social": "12"}, "17"),
        ({"form": "13"}, ""),
        ({"marks": Marks(), "first": True}, "11"),
        # Back from leave or reinstated: the base for this semester, whatever the last session was but a debt.
        ({"returned": True, "marks": FIVES}, "11"),
        ({"returned": True, "marks": Marks(fours=7, threes=3)}, "11"),
        ({"returned": True, "marks": Marks(fives=5, debts=1)}, ""),
        ({"returned": True, "social": "12"}, "17"),
        ({"returned": True, "ground": WITHOUT_STIPEND}, ""),
    ],
)
def test_the_kind_by_rule_and_why(given, kind):
    found = kind_of(**given)
    assert found.value == kind
    assert found.steps and found.steps[-1].source, "the step that decided names its source"
    read = readable_steps(steps_as_json(found.steps))
    assert read[-1]["value"] == ("✓" if kind else "✗") and all(one["text"] for one in read)


OCTOBER = datetime.date(2026, 10, 1)


def month(**more):
    usual = {
        "first": OCTOBER, "valid_from": datetime.date(2026, 9, 2), "ended_on": None, "studying": True,
        "status": "Oʻqimoqda", "debts": 0, "amount": Decimal(545_000),
    }  # fmt: skip
    return paid(Month(**usual | more))


@pytest.mark.duty("7.1")
@pytest.mark.parametrize(
    ("given", "amount"),
    [
        ({}, 545_000),
        ({"debts": 1}, 0),
        ({"studying": False, "status": "Akademik taʼtil"}, 0),
        ({"studying": False, "status": "Akademik taʼtil", "maternity": True}, 545_000),
        ({"studying": False, "maternity": True, "ended_on": datetime.date(2026, 9, 20)}, 0),
        ({"amount": None}, 0),
        ({"ended_on": datetime.date(2026, 9, 20)}, 0),
        # The month in which it ends is still paid: the student studied on its first day.
        ({"ended_on": datetime.date(2026, 10, 20)}, 545_000),
        ({"ended_on": datetime.date(2026, 10, 1), "valid_from": datetime.date(2026, 10, 15)}, 0),
    ],
)
def test_what_a_month_pays(given, amount):
    found = month(**given)
    assert found.value == amount and found.steps[0].text and found.steps[0].source


def test_the_ends_of_a_month():
    assert first_of(datetime.date(2028, 2, 15)) == datetime.date(2028, 2, 1)
    assert last_of(datetime.date(2028, 2, 15)) == datetime.date(2028, 2, 29)
    assert last_of(datetime.date(2026, 12, 1)) == datetime.date(2026, 12, 31)


def test_a_step_that_only_tells_shows_no_value():
    steps = kind_of().steps
    kept = steps_as_json(steps)
    told = next(one for one in kept if "marks of the last session" in one["text"])
    assert told["value"] == ""
    assert [one["value"] for one in readable_steps([told | {"value": "None"}])] == [""], "kept by 0.5.0"
