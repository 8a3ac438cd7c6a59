"""The solver's rules and its engine: hard rules always hold, wishes are weighed, the account is honest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum.solver import engine, rules, search
from curriculum.solver.rules import Cell, Moment, Place, Problem, Room, Weights
from curriculum.timetable.rules import Audience, audiences_meet

LECTURE_HALL = Room(1, "11", 100, 1)
CLASSROOM = Room(2, "13", 30, 1)
LABORATORY = Room(3, "12", 15, 2)
ROOMS = [LECTURE_HALL, CLASSROOM, LABORATORY]
GROUP = Audience(1)


def wants(teaching, lessons=15, *, teacher=1, audience=(GROUP,), kind="13", people=25):
    return rules.wants_of(
        teaching, lessons=lessons, weeks=15, teachers=(teacher,), audience=tuple(audience), training_type=kind,
        people=people,
    )  # fmt: skip


@given(lessons=st.integers(0, 80), weeks=st.integers(0, 20))
def test_places_of_the_week_hold_exactly_the_lessons(lessons, weeks):
    found = rules.wants_of(
        1, lessons=lessons, weeks=weeks, teachers=(1,), audience=(), training_type="13", people=1
    )
    assert sum(one.lessons for one in found) == (lessons if weeks else 0)
    for one in found:
        available = weeks if one.every_week else weeks // 2
        assert one.lessons <= max(available, (weeks + 1) // 2 if not one.every_week else 0)


def test_only_halves_of_one_division_and_alternatives_of_one_elective_do_not_meet():
    whole, first, second = Audience(1), Audience(1, 71, 7), Audience(1, 72, 7)
    other, one, two = (
        Audience(1, 81, 8),
        Audience(1, None, None, "5/T1", 11),
        Audience(1, None, None, "5/T1", 12),
    )
    third = Audience(1, None, None, "5/T2", 13)
    assert not audiences_meet(first, second) and not audiences_meet(one, two)
    assert audiences_meet(whole, first) and audiences_meet(first, first) and audiences_meet(first, other)
    assert audiences_meet(whole, one) and audiences_meet(one, one) and audiences_meet(one, third)
    assert audiences_meet(first, one) and not audiences_meet(whole, Audience(2))
    assert not audiences_meet(first._replace(elective="5/T1", alternative=11), one._replace(alternative=12))


def test_alternatives_of_one_elective_share_an_hour_and_halves_within_one_do():
    alternatives = [Audience(1, None, None, "5/T1", line) for line in (11, 12)]
    halves = [Audience(1, half, 7, "5/T1", 13) for half in (71, 72)]
    week = [
        *(
            one
            for at, who in enumerate([*alternatives, *halves])
            for one in wants(at, teacher=at, audience=[who])
        ),
        *wants(9, teacher=9),
    ]
    problem = Problem(week, [replace(CLASSROOM, pk=pk) for pk in range(1, 6)], days=1, pairs=(1, 2))
    places = engine.place(problem, seconds=3)
    assert len(places) == 5 and rules.broken(problem, places) == []
    same = Problem([*wants(1, audience=alternatives[:1]), *wants(2, teacher=2, audience=alternatives[:1])],
                   problem.rooms, days=1, pairs=(1,))  # fmt: skip
    assert len(engine.place(same, seconds=3)) == 1


def test_what_stands_and_what_a_teacher_cannot_are_no_places():
    problem = Problem(
        wants(1), ROOMS, days=1, pairs=(1, 2, 3, 4),
        busy_teachers={1: {Moment(0, 1, 0)}},
        busy_listeners={Audience(1, 71, 7): {Moment(0, 2, 1)}},
        cannot={1: {Cell(0, 3)}},
    )  # fmt: skip
    assert [cell.pair for cell, _parity in rules.allowed(problem, problem.wants[0])] == [4]


def test_the_account_counts_windows_days_and_broken_wishes():
    week = [*wants(1), *wants(2, teacher=2)]
    problem = Problem(week, ROOMS, rather_not={2: {Cell(0, 5)}})
    account = rules.account_of(problem, {"1:1": Place(0, 1, None, 2), "2:1": Place(0, 5, None, 1)})
    assert (account.group_windows, account.teacher_windows) == (6, 0)
    assert (account.teacher_days, account.late_pairs, account.wishes_broken, account.room_changes) == (
        2,
        1,
        1,
        0,
    )
    assert account.cost(Weights()) == 6 * 10 + 2 * 2 + 1 + 6 + 1


def test_changes_of_auditorium_and_building_count_between_neighbouring_pairs_only():
    week = [*wants(1), *wants(2, teacher=2), *wants(3, teacher=3)]
    problem = Problem(week, ROOMS)
    places = {"1:1": Place(0, 1, None, 1), "2:1": Place(0, 2, None, 2), "3:1": Place(0, 4, None, 3)}
    account = rules.account_of(problem, places)
    # In the odd and in the even week from the hall to the classroom, in one building; the window rests.
    assert (account.room_changes, account.building_changes, account.first_pairs) == (2, 0, 1)
    moved = rules.account_of(problem, places | {"3:1": Place(0, 3, None, 3)})
    assert (moved.room_changes, moved.building_changes) == (4, 2)
    dearer = Weights(room_change=7, building_change=11, first_pair=13)
    assert moved.cost(dearer) - moved.cost(Weights(room_change=0, building_change=0, first_pair=0)) == (
        4 * 7 + 2 * 11 + 13
    )


def test_halves_that_come_together_where_one_of_them_was_do_not_all_move():
    halves = [Audience(1, half, 7) for half in (71, 72)]
    week = [*wants(1, audience=halves[:1]), *wants(2, teacher=2, audience=halves[1:]), *wants(3, teacher=3)]
    places = {"1:1": Place(0, 1, None, 1), "2:1": Place(0, 1, None, 2), "3:1": Place(0, 2, None, 2)}
    assert rules.account_of(Problem(week, ROOMS), places).room_changes == 0


@pytest.mark.parametrize("weight", ["room_change", "building_change"])
def test_a_group_stays_in_its_auditorium_where_that_is_wished(weight):
    """The second lesson would take the smaller room of the other building; the wish keeps the group where it is."""
    small, large = replace(CLASSROOM, pk=5, capacity=21, building=2), replace(CLASSROOM, pk=6, capacity=60)
    week = [*wants(1, people=50), *wants(2, teacher=2, people=20)]
    free = dict.fromkeys(("room_change", "building_change", "first_pair", "late_pair"), 0)
    places = {"1:1": Place(0, 1), "2:1": Place(0, 2)}
    indifferent = Problem(week, [small, large], weights=Weights(**free))
    assert engine.give_rooms(indifferent, places)["2:1"].room == small.pk
    wished = replace(indifferent, weights=Weights(**free | {weight: 3}))
    assert engine.give_rooms(wished, places)["2:1"].room == large.pk


def test_the_room_of_the_pair_after_counts_as_well():
    """Only the second lesson is bound to a room; the first one comes to it, though it is settled first."""
    small, large = replace(CLASSROOM, pk=5, capacity=21), replace(CLASSROOM, pk=6, capacity=60)
    week = [*wants(1, people=20), *wants(2, teacher=2, people=50)]
    found = engine.give_rooms(Problem(week, [small, large]), {"1:1": Place(0, 1), "2:1": Place(0, 2)})
    assert found["1:1"].room == found["2:1"].room == large.pk


def test_the_first_pair_is_left_free_where_that_is_wished():
    problem = Problem(wants(1), ROOMS, days=1, pairs=(1, 2), late_from=9)
    assert engine.first_week(problem)["1:1"].pair == 1
    better = engine.improve(problem, engine.first_week(problem), seconds=3)
    assert better["1:1"].pair == 2
    indifferent = replace(problem, weights=Weights(first_pair=0))
    assert rules.account_of(indifferent, engine.first_week(problem)).cost(indifferent.weights) == 2


def test_the_reason_for_no_place_names_what_stands_in_the_way():
    large = wants(1, kind="11", people=500)
    assert rules.obstacle(Problem(large, ROOMS), large[0], {}).reason == rules.NO_SUCH_ROOM
    week = [*wants(1), *wants(2), *wants(3, teacher=3, audience=[Audience(2)])]
    problem = Problem(week, [CLASSROOM], days=1, pairs=(1, 2), busy_teachers={1: {Moment(0, 2, 0)}})
    places = {"3:1": Place(0, 1, None, 2)}
    assert rules.obstacle(problem, week[0], places).by == {rules.ROOM: 1, rules.TEACHER: 1}


def small(groups: int, seed: int = 0) -> Problem:
    """Streams of two groups, classes and halves of laboratory work; more than a handful, less than a faculty."""
    found, number = [], 0
    for first in range(1, groups + 1, 2):
        stream = [Audience(first), Audience(first + 1)]
        number += 1
        found += wants(number, teacher=number, audience=stream, kind="11", people=50)
        for group in (first, first + 1):
            for lessons in (15, 22):
                number += 1
                found += wants(
                    number, lessons, teacher=1 + (number + seed) % (2 * groups), audience=[Audience(group)]
                )
            for half in (1, 2):
                number += 1
                one = Audience(group, 10 * group + half, group)
                found += wants(
                    number, 7, teacher=1 + number % (2 * groups), audience=[one], kind="12", people=13
                )
    rooms = [replace(room, pk=10 * copy + room.pk) for copy in range(1 + groups // 2) for room in ROOMS]
    return Problem(found, rooms)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 50), groups=st.sampled_from([2, 4]))
def test_whatever_is_found_breaks_no_hard_rule_and_improving_never_worsens(seed, groups):
    problem = small(groups, seed)
    places = engine.place(problem, seconds=4, seed=seed + 1)
    assert rules.broken(problem, places) == []
    assert len(places) == len(problem.wants)
    before = rules.account_of(problem, places).cost(problem.weights)
    better = engine.improve(problem, places, seconds=2, seed=seed + 1)
    assert rules.broken(problem, better) == []
    assert rules.account_of(problem, better).cost(problem.weights) <= before


def test_wishes_are_kept_where_they_can_be():
    problem = Problem(
        [*wants(1), *wants(2, teacher=2)],
        ROOMS,
        days=2,
        pairs=(1, 2, 3),
        rather_not={1: {Cell(0, 1), Cell(0, 2)}},
    )
    places = engine.improve(problem, engine.place(problem, seconds=3), seconds=3)
    account = rules.account_of(problem, places)
    assert (account.placed, account.wishes_broken, account.group_windows) == (2, 0, 0)


def test_more_than_the_week_holds_is_left_out_and_the_rest_is_placed():
    problem = Problem(
        [*wants(1, 60), *wants(2, 15, teacher=2)], ROOMS, days=1, pairs=(1, 2, 3), group_day_max=3
    )
    places = engine.place(problem, seconds=3)
    assert len(places) == 3
    assert rules.broken(problem, places) == []


def test_without_the_extra_it_says_so(monkeypatch):
    monkeypatch.setattr(search, "is_installed", lambda: False)
    with pytest.raises(search.NotInstalled):
        engine.place(Problem(wants(1), ROOMS), seconds=1)
