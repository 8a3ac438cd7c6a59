"""The price formula and the instalments: by example and by property."""

import datetime
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.contracts import rules
from finance.contracts.rules import CannotPrice, Part, PriceInputs, instalments, price
from finance.steps import figure, readable_steps, steps_as_json

M, S, K, P = D("747300"), D("470800"), D("10"), D("6000000")
WITH, WITHOUT = "11", "12"
DAY, PART_TIME, SECOND_HIGHER = "11", "13", "15"


def by_coefficient(**changes):
    usual = {
        "mode": "11",
        "contract_type": "11",
        "sum_type": WITH,
        "education_form": DAY,
        "minimum_wage": M,
        "base_stipend": S,
        "base_coefficient": K,
        "type_coefficient": D(1),
        "differentiated": D("1.5"),
        "foreign_sum": D("9000000"),
    }
    return PriceInputs(**(usual | changes))


def by_sum(**changes):
    return by_coefficient(**({"mode": "12", "base_sum": P} | changes))


@pytest.mark.duty("7.1")
@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (by_coefficient(), "7473000"),
        (by_coefficient(sum_type=WITHOUT), "1823400"),
        (by_coefficient(sum_type=WITHOUT, education_form=PART_TIME), "7473000"),
        (by_coefficient(sum_type=WITHOUT, education_form=SECOND_HIGHER), "7473000"),
        (by_sum(sum_type=WITHOUT, education_form=SECOND_HIGHER), "6000000"),
        (by_coefficient(graduating=True), "6531400"),
        (by_coefficient(discount=D(10)), "7290660"),
        (by_coefficient(sum_type=WITHOUT, discount=D(10)), "1641060"),
        (by_coefficient(contract_type="17", type_coefficient=D(2)), "22419000"),
        (by_coefficient(contract_type="16", sum_type=WITHOUT, type_coefficient=D(2)), "5470200"),
        (by_coefficient(contract_type="13", type_coefficient=D(2), discount=D(10)), "13451400"),
        (by_coefficient(contract_type="18", sum_type=WITHOUT, type_coefficient=D(2)), "3646800"),
        (by_coefficient(contract_type="19", sum_type=WITHOUT), "9000000"),
        (by_coefficient(months=6), "3736500"),
        (by_sum(sum_type=WITHOUT), "6000000"),
        (by_sum(), "11649600"),
        (by_sum(sum_type=WITHOUT, discount=D(10)), "5400000"),
        (by_sum(discount=D(10)), "11049600"),
        (by_sum(contract_type="17", type_coefficient=D(2), sum_type=WITHOUT), "18000000"),
        (by_sum(contract_type="17", type_coefficient=D(2)), "23649600"),
        (by_sum(contract_type="17", type_coefficient=D(2), discount=D(10)), "21284640"),
        (by_sum(contract_type="12", type_coefficient=D("1.5"), discount=D(10)), "13184640"),
        (by_sum(sum_type=WITHOUT, months=6), "3000000"),
        (by_sum(months=6), "5824800"),
        (by_sum(graduating=True), "10708000"),
        (by_sum(graduating=True, sum_type=WITHOUT), "6000000"),
    ],
)
def test_price_by_example(inputs, expected):
    found = price(inputs)
    assert found.value == D(expected)
    assert found.steps[-1].value == found.value


def test_price_is_rounded_once_half_up():
    exact = by_sum(sum_type=WITHOUT, base_sum=D("1000001"), months=6)
    assert price(exact).value == D("500001")
    third = by_sum(sum_type=WITHOUT, base_sum=D("1000000"), months=4, type_coefficient=D("1.0001"))
    assert price(third).value == D("333367")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"mode": None}, "mode"),
        ({"minimum_wage": None}, "minimum_wage"),
        ({"base_coefficient": None}, "base_coefficient"),
        ({"type_coefficient": None}, "type_coefficient"),
        ({"sum_type": WITHOUT, "base_stipend": None}, "base_stipend"),
        ({"graduating": True, "base_stipend": None}, "base_stipend"),
        ({"mode": "12", "base_sum": None}, "base_sum"),
        ({"mode": "12", "base_sum": P, "base_stipend": None}, "base_stipend"),
        ({"contract_type": "17", "differentiated": None}, "differentiated"),
        ({"contract_type": "19", "sum_type": WITHOUT, "foreign_sum": None}, "foreign_sum"),
        ({"contract_type": "18"}, "not_offered"),
        ({"contract_type": "19"}, "not_offered"),
        ({"education_form": PART_TIME}, "stipend_not_for_form"),
        ({"education_form": SECOND_HIGHER}, "stipend_not_for_form"),
        ({"months": 0}, "months"),
        ({"months": 13}, "months"),
        ({"discount": D(100)}, "discount"),
        ({"discount": D(-1)}, "discount"),
        ({"sum_type": WITHOUT, "base_coefficient": D(7)}, "not_positive"),
    ],
)
def test_what_is_missing_is_named(changes, name):
    with pytest.raises(CannotPrice) as caught:
        price(by_coefficient(**changes))
    assert name in caught.value.names
    assert all(text for text in caught.value.texts())


def test_a_stipend_that_the_formula_does_not_use_is_not_asked_for():
    assert price(by_coefficient(base_stipend=None)).value == D("7473000")
    assert price(by_coefficient(sum_type=WITHOUT, education_form=PART_TIME, base_stipend=None)).value == D(
        "7473000"
    )


def test_every_step_has_a_text_a_value_and_a_source():
    for step in price(by_coefficient(discount=D(10), months=6, graduating=True)).steps:
        assert str(step.text) and step.value is not None and step.source


def test_kept_steps_read_as_they_were_made():
    found = price(by_sum(discount=D("12.5"), months=7, graduating=True))
    read = readable_steps(steps_as_json(found.steps))
    assert read[-1]["value"] == figure(found.value)
    assert any("12,5" in step["text"] for step in read)


money = st.decimals(min_value=1, max_value=10**9, places=2)
coefficient = st.decimals(min_value="0.0001", max_value=50, places=4)


@given(
    mode=st.sampled_from(["11", "12"]),
    kind=st.sampled_from([str(code) for code in range(11, 20)]),
    sum_type=st.sampled_from([WITH, WITHOUT]),
    form=st.sampled_from(["11", "12", "13", "14", "15", "16"]),
    months=st.integers(1, 12),
    discount=st.decimals(0, "99.99", places=2),
    graduating=st.booleans(),
    wage=money,
    stipend=money,
    base=coefficient,
    amount=money,
    k=coefficient,
    q=coefficient,
)
def test_a_price_is_a_positive_whole_sum_or_a_named_reason(
    mode, kind, sum_type, form, months, discount, graduating, wage, stipend, base, amount, k, q
):
    inputs = PriceInputs(
        mode, kind, sum_type, form, months, discount, graduating, wage, stipend, base, amount, amount, k, q
    )
    try:
        found = price(inputs)
    except CannotPrice as error:
        assert set(error.names) <= set(rules.MISSING)
        return
    assert found.value > 0 and found.value == found.value.to_integral_value()


@given(k=coefficient, months=st.integers(1, 11), discount=st.decimals(0, 99, places=2))
def test_fewer_months_and_more_discount_never_cost_more(k, months, discount):
    def of(**changes):
        return price(by_sum(sum_type=WITHOUT, type_coefficient=k + 1, **changes)).value

    assert of(months=months) <= of(months=months + 1)
    assert of(discount=discount) >= of(discount=min(discount + 1, D("99.99")))


def parts(*shares):
    return [
        Part(D(share), datetime.date(2026, 9, 15) + datetime.timedelta(days=30 * at))
        for at, share in enumerate(shares)
    ]


@pytest.mark.duty("7.1")
def test_instalments_of_the_law():
    found = instalments(D("7473001"), parts(25, 50, 75, 100))
    assert [x.amount for x in found] == [D("1868251"), D("1868250"), D("1868250"), D("1868250")]


@given(
    amount=st.integers(1, 10**12),
    shares=st.sets(st.integers(1, 9999), max_size=8),
)
def test_instalments_add_up_exactly_and_reach_their_shares(amount, shares):
    ordered = [*(D(share) / 100 for share in sorted(shares)), D(100)]
    found = instalments(D(amount), parts(*ordered))
    assert sum(x.amount for x in found) == amount
    assert all(x.amount > 0 for x in found)
    paid = D(0)
    for one in found:
        paid += one.amount
        assert paid * 100 >= amount * one.share or paid == amount


@pytest.mark.parametrize("shares", [(), (50,), (25, 50, 75)])
def test_instalments_that_do_not_reach_the_whole_are_refused(shares):
    with pytest.raises(CannotPrice):
        instalments(D(1000), parts(*shares))


def test_days_that_go_back_are_refused():
    back = [Part(D(50), datetime.date(2027, 1, 1)), Part(D(100), datetime.date(2026, 12, 1))]
    with pytest.raises(CannotPrice):
        instalments(D(1000), back)
