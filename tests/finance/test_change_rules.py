"""What a contract comes to when study changes or ends: examples of the law, and that plans always add up."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.contracts.change_rules import (
    BY_MONTHS,
    BY_SEMESTER,
    Due,
    Study,
    month_after,
    months_left,
    months_studied,
    owed,
    replanned,
    repriced,
)

NOVEMBER, MARCH = datetime.date(2026, 11, 20), datetime.date(2027, 3, 3)
YEAR_SUM = Decimal(12_000_000)


def study(on=NOVEMBER, **more):
    return Study(**{"amount": YEAR_SUM, "year": 2026, "months": 12, "on": on} | more)


@pytest.mark.parametrize(
    ("on", "months", "studied"),
    [
        (datetime.date(2026, 8, 25), 12, 0),
        (datetime.date(2026, 9, 1), 12, 1),
        (NOVEMBER, 12, 3),
        (datetime.date(2027, 8, 31), 12, 12),
        (datetime.date(2027, 11, 1), 12, 12),
        # Who began in February pays for seven months.
        (datetime.date(2027, 1, 31), 7, 0),
        (MARCH, 7, 2),
    ],
)
def test_the_month_of_the_order_is_studied_to_its_end(on, months, studied):
    assert months_studied(2026, months, on) == studied


@pytest.mark.parametrize(
    ("day", "left"),
    [
        (datetime.date(2026, 9, 30), 12), (datetime.date(2026, 8, 20), 12), (datetime.date(2027, 2, 8), 7),
        (datetime.date(2027, 8, 1), 1), (datetime.date(2028, 1, 1), 1),
    ],
)  # fmt: skip
def test_who_begins_late_pays_for_the_months_left(day, left):
    assert months_left(2026, day) == left


@pytest.mark.duty("7.1")
@pytest.mark.parametrize(
    ("mode", "more", "sum_owed"),
    [
        (BY_MONTHS, {}, 3_000_000),
        (BY_MONTHS, {"on": datetime.date(2026, 8, 20)}, 0),
        (BY_MONTHS, {"on": MARCH, "months": 7}, 3_428_571),
        # The current semester is not given back.
        (BY_SEMESTER, {}, 6_000_000),
        (BY_SEMESTER, {"on": MARCH, "second_semester": True}, 12_000_000),
        (BY_SEMESTER, {"on": MARCH, "months": 7, "second_semester": False}, 1_714_286),
        # A differentiated contract, expelled in the first semester of the first course: half.
        (BY_SEMESTER, {"first_course": True, "contract_type": "16"}, 6_000_000),
        (BY_SEMESTER, {"first_course": True, "contract_type": "13", "months": 9}, 6_000_000),
        (BY_SEMESTER, {"contract_type": "16", "months": 9}, 4_000_000),
    ],
)
def test_what_is_owed_when_study_ends(mode, more, sum_owed):
    found = owed(study(**more), mode=mode, source="2431-son Nizom")
    assert found.value == sum_owed
    assert found.steps[0].value == YEAR_SUM and found.steps[-1].value == found.value
    assert all(step.source for step in found.steps)


@pytest.mark.duty("7.1")
def test_after_a_transfer_the_rest_of_the_year_is_paid_at_the_new_price():
    found = repriced(study(), new_year_sum=Decimal(20_000_000))
    # Three months at a million, nine at 20/12 million.
    assert found.value == 18_000_000
    assert (
        repriced(study(on=datetime.date(2026, 8, 20)), new_year_sum=Decimal(20_000_000)).value == 20_000_000
    )
    assert repriced(study(), new_year_sum=YEAR_SUM).value == YEAR_SUM, "the same price changes nothing"


def test_a_month_after_is_the_same_day_or_the_last():
    assert month_after(datetime.date(2027, 1, 31)) == datetime.date(2027, 2, 28)
    assert month_after(datetime.date(2026, 12, 15)) == datetime.date(2027, 1, 15)
    assert month_after(datetime.date(2026, 11, 30)) == datetime.date(2026, 12, 30)


def test_what_is_added_is_due_in_a_month_and_what_falls_away_is_taken_from_the_end():
    plan = [Due(datetime.date(2026, 10, 1), Decimal(3)), Due(datetime.date(2027, 5, 1), Decimal(9))]
    more = replanned(plan, amount=Decimal(20), on=NOVEMBER)
    assert [(one.day, one.amount) for one in more] == [
        (datetime.date(2026, 10, 1), 3), (datetime.date(2026, 12, 20), 8), (datetime.date(2027, 5, 1), 9),
    ]  # fmt: skip
    assert replanned(plan, amount=Decimal(4), on=NOVEMBER) == [
        plan[0],
        Due(datetime.date(2027, 5, 1), Decimal(1)),
    ]
    assert replanned(plan, amount=Decimal(2), on=NOVEMBER) == [Due(datetime.date(2026, 10, 1), Decimal(2))]
    assert replanned(plan, amount=Decimal(0), on=NOVEMBER) == []


days = st.dates(datetime.date(2026, 9, 1), datetime.date(2027, 8, 31))
sums = st.integers(1, 10**10).map(Decimal)


@given(
    plan=st.dictionaries(days, sums, min_size=1, max_size=5),
    changes=st.lists(st.tuples(st.integers(0, 10**10).map(Decimal), days), min_size=1, max_size=5),
)
def test_plans_add_up_whatever_changes_come(plan, changes):
    parts = [Due(day, amount) for day, amount in plan.items()]
    for amount, on in changes:
        parts = replanned(parts, amount=amount, on=on)
        assert sum((one.amount for one in parts), Decimal(0)) == amount
        assert all(one.amount > 0 for one in parts)
        found = [one.day for one in parts]
        assert found == sorted(set(found)), "each day once, in order"


@given(
    amount=sums, months=st.integers(1, 12), on=days, second=st.booleans(), first_course=st.booleans(),
    kind=st.sampled_from(["11", "13", "16", "18", "19"]), mode=st.sampled_from([BY_MONTHS, BY_SEMESTER]),
)  # fmt: skip
def test_never_more_than_the_contract_is_owed(amount, months, on, second, first_course, kind, mode):
    found = owed(Study(amount, 2026, months, on, second, first_course, kind), mode=mode, source="x")
    assert 0 <= found.value <= amount and found.value == found.value.to_integral_value()
