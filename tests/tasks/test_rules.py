"""What tasks and tests are worth: pure figures, by example and by property."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.tasks import rules

pytestmark = pytest.mark.duty("9.1")
ONE = Decimal(1)
NOON = datetime.datetime(2026, 10, 1, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def choices(*shares: float) -> list[rules.Choice]:
    return [rules.Choice(at, Decimal(str(share))) for at, share in enumerate(shares, start=1)]


def score(kind: str, rows, chosen, text: str = "") -> Decimal:
    found = rules.score_of(kind, rows, chosen, text)
    assert found is not None
    return found.value


# --- scores

SHARES = st.lists(st.sampled_from([100, 50, 33.33, 25, 0, -25, -50, -100]), min_size=2, max_size=8)


@settings(max_examples=150, deadline=None)
@given(SHARES, st.data())
def test_a_score_lies_between_nothing_and_everything(shares, data):
    rows = choices(*shares)
    chosen = data.draw(st.lists(st.sampled_from([one.key for one in rows]), unique=True))
    for kind in ("single", "several"):
        assert 0 <= score(kind, rows, chosen) <= 1


@settings(max_examples=150, deadline=None)
@given(SHARES, st.data())
def test_ticking_everything_gains_nothing(shares, data):
    """All ticked is worth no more than any honest choice of right ones, and nothing where one is wrong."""
    rows = choices(*shares)
    right = [one.key for one in rows if one.share > 0]
    if not right:
        return
    everything = score("several", rows, [one.key for one in rows])
    honest = data.draw(st.lists(st.sampled_from(right), min_size=1, unique=True))
    if len(right) < len(rows):
        assert everything == 0
        assert everything <= score("several", rows, honest)
    assert score("several", rows, right) == 1


@settings(max_examples=80, deadline=None)
@given(SHARES, st.data())
def test_one_more_wrong_tick_never_helps(shares, data):
    rows = choices(*shares)
    chosen = data.draw(st.lists(st.sampled_from([one.key for one in rows]), unique=True))
    wrong = [one.key for one in rows if one.share <= 0 and one.key not in chosen]
    if wrong:
        assert score("several", rows, [*chosen, wrong[0]]) <= score("several", rows, chosen)


def test_scores_by_example():
    four = choices(50, 50, -50, -50)
    assert score("several", four, [1]) == Decimal("0.5")
    assert score("several", four, [1, 2, 3]) == Decimal("0.5")
    assert score("several", four, [1, 3]) == 0
    # Even where the file gave wrong answers no penalty, all of them together cost the whole.
    assert score("several", choices(50, 50, 0, 0), [1, 2, 3, 4]) == 0
    assert score("single", choices(100, 0), [1]) == 1
    assert score("single", choices(100, 0), [1, 2]) == 0
    assert score("single", choices(100, 0), []) == 0
    assert score("single", choices(100, 0), ["1", None, {}]) == 0
    assert score("single", choices(100, 50), [2]) == Decimal("0.5")


def test_matching_and_short_answers():
    pairs = [rules.Choice(1, text="meow"), rules.Choice(2, text="woof"), rules.Choice(3, text="meow")]
    assert score("matching", pairs, {"1": 1, "2": 2, "3": 3}) == 1
    assert score("matching", pairs, {"1": 3, "2": 2, "3": 1}) == 1, "halves that say the same change places"
    assert score("matching", pairs, {"1": 2}) == 0
    assert score("matching", pairs, ["1"]) == 0
    words = [rules.Choice(1, Decimal(100), "Oʻzbekiston"), rules.Choice(2, Decimal(50), "UZ")]
    for said in ("O'zbekiston", " oʻzbekiston. ", "Ўзбекистон", "O`ZBEKISTON"):
        assert score("short", words, [], said) == 1, said
    assert score("short", words, [], "uz") == Decimal("0.5")
    assert score("short", words, [], "Rossiya") == 0
    assert score("short", words, [], "") == 0


def test_an_essay_waits_unless_nothing_was_written():
    assert rules.score_of("essay", [], [], "Mana fikrim") is None
    assert score("essay", [], [], "  ") == 0
    assert rules.result([ONE, None], Decimal(10)) is None
    assert rules.percent([ONE, None]) is None


@settings(max_examples=80, deadline=None)
@given(st.lists(st.decimals(0, 1, places=4), min_size=1, max_size=30), st.decimals("0.5", 100, places=1))
def test_points_never_exceed_the_maximum(scores, maximum):
    found = rules.result(scores, maximum)
    assert found is not None and 0 <= found.value <= rules.tenth(maximum) and found.steps
    assert 0 <= rules.percent(scores) <= 100


def test_what_counts_of_several_attempts():
    points = [Decimal(3), Decimal(5), Decimal(4)]
    assert rules.counting(points, "best") == 5
    assert rules.counting(points, "last") == 4
    assert rules.counting([Decimal(3), None], "best") == 3
    assert rules.counting([Decimal(3), None], "last") is None
    assert rules.counting([], "best") is None


# --- tasks


def test_late_work():
    facts = {"deadline": NOON, "accepts": True, "penalty": 20, "until": NOON + HOUR}
    assert rules.lateness(NOON, **facts) == rules.Late(True)
    assert rules.lateness(NOON + HOUR, **facts) == rules.Late(True, True, 20)
    assert not rules.lateness(NOON + 2 * HOUR, **facts).allowed
    assert not rules.lateness(NOON + HOUR, deadline=NOON, accepts=False).allowed
    assert rules.lateness(NOON + 100 * HOUR, deadline=NOON, accepts=True).allowed


@settings(max_examples=60, deadline=None)
@given(st.decimals(0, 100, places=1), st.integers(0, 100))
def test_marks_stay_within_the_maximum(raw, penalty):
    maximum = Decimal(100)
    found = rules.marked(raw, maximum=maximum, penalty=penalty)
    assert 0 <= found.value <= raw and found.steps


@pytest.mark.parametrize("raw", ["-0.1", "5.1"])
def test_marks_beyond_the_maximum_are_refused(raw):
    with pytest.raises(ValueError, match="between 0 and 5"):
        rules.marked(Decimal(raw), maximum=Decimal(5))


def test_which_control_a_kind_of_training_feeds():
    assert rules.controls_of("11", is_test=False) == ("12", "17", "18")
    assert rules.controls_of("13", is_test=False) == ("11", "15", "16")
    assert rules.controls_of("12", is_test=True) == ("11", "15", "16")
    assert "13" in rules.controls_of("11", is_test=True)


# --- tests

BANK = [
    rules.BankQuestion(key, topic, level)
    for key, (topic, level) in enumerate([(t, d) for t in "ab" for d in (1, 2, 3) for _n in range(3)])
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            rules.Quota,
            st.integers(1, 5),
            st.sampled_from(["", "a", "b", "c"]),
            st.sampled_from([None, 1, 2, 3]),
        ),
        max_size=5,
    ),
    st.integers(0, 10**6),
    st.booleans(),
)
def test_what_is_drawn_fits_the_quotas(quotas, seed, shuffles):
    drawn = rules.draw(BANK[:1], BANK, quotas, seed=seed, shuffles=shuffles)
    keys = [one.key for one in drawn.questions]
    assert len(keys) == len(set(keys)) and BANK[0].key in keys
    lacking = sum(missing for _quota, missing in drawn.lacks)
    assert len(keys) == 1 + sum(one.count for one in quotas) - lacking
    again = rules.draw(BANK[:1], BANK, quotas, seed=seed, shuffles=shuffles)
    assert [one.key for one in again.questions] == keys


def test_a_wide_quota_does_not_take_the_questions_of_a_narrow_one():
    quotas = [rules.Quota(15), rules.Quota(3, "a", 1)]
    for seed in range(20):
        assert rules.draw([], BANK, quotas, seed=seed, shuffles=True).lacks == []


def test_orders_differ_between_people_and_stay_for_one():
    keys = list(range(8))
    orders = {tuple(rules.order_of(keys, seed=seed, question=1, shuffles=True)) for seed in range(10)}
    assert len(orders) > 5
    assert all(sorted(one) == keys for one in orders)
    assert rules.order_of(keys, seed=1, question=1, shuffles=False) == keys


def test_a_session_ends_with_the_test():
    assert rules.closes_at(NOON, 30, NOON + HOUR) == NOON + HOUR / 2
    assert rules.closes_at(NOON, 90, NOON + HOUR) == NOON + HOUR


def test_items_tell_good_questions_from_bad():
    """Ten people: question 1 tells them apart, 2 is known to all, 3 has a wrong key."""
    attempts = []
    for person in range(10):
        good = Decimal(person >= 5)
        attempts.append({1: good, 2: ONE, 3: ONE - good, 4: good, 5: good})
    found = {one.key: one for one in rules.analyse(attempts)}
    assert found[1].discrimination == 1 and found[1].verdict == ""
    assert found[2].ease == 1 and found[2].verdict == "too easy"
    assert found[3].discrimination == -1 and "weak students" in found[3].verdict
    assert rules.analyse(attempts[:3])[0].discrimination is None
    assert rules.analyse([]) == []
