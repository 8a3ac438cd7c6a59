"""Distribution into groups: pure, complete, even, and it says why somebody is left over (duty 2.1)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from students.distribution import (
    BALANCED,
    BY_NAME,
    NO_GROUP,
    NO_PLACE,
    Place,
    Someone,
    distribute,
    even_shares,
)


def person(
    key: int, *, language: str = "11", gender: str = "11", score: int = 100, form: str = "11"
) -> Someone:
    return Someone(key, f"n{key:03d}", 1, form, language, gender, Decimal(score), 2026)


def group(
    key: int, *, language: str = "11", capacity: int = 30, taken: int = 0, form: str = "11", year: int = 2026
) -> Place:
    return Place(key, f"g{key}", 1, form, language, capacity, taken, year)


def test_the_alphabet_runs_through_groups_of_the_same_size():
    found = distribute([person(n) for n in range(10)], [group(1), group(2), group(3)])
    assert Counter(found.places.values()) == {1: 4, 2: 3, 3: 3} and not found.left
    assert [found.places[n] for n in range(10)] == [1, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_balanced_groups_have_as_many_women_and_nearly_the_same_mean_score():
    people = [person(n, gender="12" if n % 3 == 0 else "11", score=60 + 3 * n) for n in range(24)]
    found = distribute(people, [group(1), group(2)], by=BALANCED)
    sides = {key: [one for one in people if found.places[one.key] == key] for key in (1, 2)}
    assert [sum(one.gender == "12" for one in side) for side in sides.values()] == [4, 4]
    means = [sum(one.score for one in side) / len(side) for side in sides.values()]
    assert abs(means[0] - means[1]) < 5
    # Neither does a second kind of people, who may go elsewhere besides, tip the scales.
    mixed = [person(100 + n, language="12", score=189 - 2 * n) for n in range(9)]
    open_groups = [group(1, language=""), group(2, language=""), group(3, language="12", capacity=1)]
    found = distribute([*people, *mixed], open_groups, by=BALANCED)
    scores = {key: [one.score for one in [*people, *mixed] if found.places[one.key] == key] for key in (1, 2)}
    assert abs(sum(scores[1]) / len(scores[1]) - sum(scores[2]) / len(scores[2])) < 8
    by_name = distribute(people, [group(1), group(2)], by=BY_NAME)
    halves = [sum(one.score for one in people if by_name.places[one.key] == key) / 12 for key in (1, 2)]
    assert abs(halves[0] - halves[1]) > 30, "the alphabet alone would not do it"


def test_language_form_year_and_places_bind_and_the_reason_is_told():
    groups = [
        group(1, capacity=2),
        group(2, language="12"),
        group(3, language="", form="12"),
        group(4, year=2025),
    ]
    people = [person(1), person(2), person(3), person(4, language="12"), person(5, language="13", form="12"),
              person(6, language="13")]  # fmt: skip
    found = distribute(people, groups)
    assert found.places == {1: 1, 2: 1, 4: 2, 5: 3}
    assert found.left == {3: NO_PLACE, 6: NO_GROUP}


def test_who_can_go_to_one_group_only_is_placed_before_who_may_choose():
    mixed, uzbek = group(1, language="", capacity=1), group(2, capacity=1)
    found = distribute([person(1), person(2, language="12")], [mixed, uzbek])
    assert found.places == {1: 2, 2: 1}


def test_groups_that_have_people_already_get_fewer():
    assert even_shares(6, [(1, 10, 20), (2, 4, 20)]) == {1: 0, 2: 6}
    assert even_shares(10, [(1, 10, 20), (2, 4, 20)]) == {1: 2, 2: 8}


SOMEBODY = st.tuples(st.sampled_from(["11", "12"]), st.sampled_from(["11", "12"]), st.integers(0, 189))


@settings(max_examples=40, deadline=None)
@given(
    people=st.lists(SOMEBODY, max_size=60),
    sizes=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10), st.sampled_from(["", "11", "12"])), max_size=5),
    by=st.sampled_from([BY_NAME, BALANCED]),
)  # fmt: skip
def test_everybody_is_placed_once_where_it_fits_or_left_with_a_reason(people, sizes, by):
    everybody = [person(n, language=la, gender=ge, score=sc) for n, (la, ge, sc) in enumerate(people)]
    groups = {
        n: group(n, capacity=cap, taken=min(cap, taken), language=la)
        for n, (cap, taken, la) in enumerate(sizes)
    }
    found = distribute(everybody, list(groups.values()), by=by)
    assert set(found.places) | set(found.left) == {one.key for one in everybody}
    assert not set(found.places) & set(found.left)
    known = {one.key: one for one in everybody}
    assert all(groups[at].takes(known[key]) for key, at in found.places.items())
    filled = Counter(found.places.values())
    assert all(groups[at].taken + count <= groups[at].capacity for at, count in filled.items())
    for key, why in found.left.items():
        fitting = [one for one in groups.values() if one.takes(known[key])]
        assert bool(fitting) is (why == NO_PLACE)
        assert all(one.taken + filled[one.key] >= one.capacity for one in fitting), "a free place is used"
