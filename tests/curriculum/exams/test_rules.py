"""Sessions as the solver sees them: no hard rule is ever broken, wishes are weighed, the account is honest."""

from __future__ import annotations

import datetime
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum.exams import engine, rules
from curriculum.exams.rules import Exam, Place, Problem, Room, Seats, Slot
from curriculum.solver import search
from curriculum.timetable.rules import Audience, audiences_meet

MONDAY = datetime.date(2026, 12, 21)
HALL, ROOM = Room(1, 60, 1), Room(2, 30, 2)


def session(days: int) -> tuple[datetime.date, ...]:
    return tuple(MONDAY + datetime.timedelta(n) for n in range(days))


def exam(key, *groups: int, days=range(7), examiners=(1,), people=25, **fields) -> Exam:
    audience = tuple(one if isinstance(one, Audience) else Audience(one) for one in groups)
    return Exam(str(key), 1, audience, tuple(examiners), people, frozenset(days), **fields)


def a_problem(exams, *, days: int = 7, rooms=(HALL, ROOM), **fields) -> Problem:
    return Problem(exams, rooms, session(days), **fields)


def plain_check(problem: Problem, places) -> list[str]:
    """The hard rules once more, pair by pair, without the code that is tested."""
    exams = {one.key: one for one in problem.exams}
    rooms = {one.pk: one for one in problem.rooms}
    found = []
    for key, place in places.items():
        one, slot = exams[key], Slot(place.day, place.pair)
        if (
            place.day not in one.days
            or place.pair not in problem.pairs
            or not set(place.examiners) <= set(one.examiners)
            or len(set(place.examiners)) != one.heads
        ):
            found.append(f"{key}: day or examiner")
        if rooms[place.room].seats < one.people:
            found.append(f"{key}: too small")
        if slot in problem.busy_rooms.get(place.room, ()):
            found.append(f"{key}: busy")
        for who in place.examiners:
            if slot in problem.busy_teachers.get(who, ()) or slot in problem.cannot.get(who, ()):
                found.append(f"{key}: {who} is busy or cannot")
        for listener, slots in problem.busy_listeners.items():
            if slot in slots and any(audiences_meet(mine, listener) for mine in one.audience):
                found.append(f"{key}: group is busy")
        for listener, days in problem.standing.items():
            for day in days:
                near = abs((problem.days[place.day] - day).days) < max(problem.gap, 1)
                if near and any(audiences_meet(mine, listener) for mine in one.audience):
                    found.append(f"{key}: too near what stands")
    for (key, place), (other_key, other) in itertools.combinations(places.items(), 2):
        apart = abs((problem.days[place.day] - problem.days[other.day]).days)
        same_hour = (place.day, place.pair) == (other.day, other.pair)
        if same_hour and (place.room == other.room or set(place.examiners) & set(other.examiners)):
            found.append(f"{key} and {other_key}: room or examiner")
        if rules.meet(exams[key], exams[other_key]) and (same_hour or apart < max(problem.gap, 1)):
            found.append(f"{key} and {other_key}: too near")
    held = [(who, one.day) for one in places.values() for who in one.examiners]
    for examiner, day in set(held):
        if held.count((examiner, day)) > problem.examiner_day_max:
            found.append(f"{examiner}: too many a day")
    return found


@st.composite
def problems(draw) -> Problem:
    """Some groups with streams, alternatives of an elective, guests, busy hours and what stands already."""
    groups, days = draw(st.integers(2, 6)), draw(st.integers(3, 14))
    of_session = st.sets(st.integers(0, days - 1), min_size=1)
    who = st.lists(st.integers(1, 6), min_size=1, max_size=3, unique=True)
    slots = st.sets(st.builds(Slot, st.integers(0, days - 1), st.integers(1, 3)), max_size=5)
    exams, serial = [], itertools.count(1)
    for first in range(1, groups + 1, 2):
        pair = [one for one in (first, first + 1) if one <= groups]
        for _subject in range(draw(st.integers(1, 3))):
            together = draw(st.booleans())
            for some in [pair] if together else [[one] for one in pair]:
                guests = [Audience(-draw(st.integers(1, 3)))] if draw(st.booleans()) else []
                exams.append(
                    exam(
                        next(serial), *some, *guests, days=draw(of_session), examiners=draw(who),
                        people=20 * len(some), needs_access=draw(st.booleans()), heads=draw(st.integers(1, 2)),
                    )
                )  # fmt: skip
        for line in (1, 2):
            chosen = Audience(first, None, None, "5/T1", 10 * first + line)
            exams.append(exam(next(serial), chosen, days=draw(of_session), examiners=draw(who), people=12))
    return a_problem(
        exams,
        days=days,
        rooms=(HALL, ROOM, Room(3, 15, 2, accessible=False)),
        pairs=(1, 2, 3),
        gap=draw(st.integers(0, 3)),
        examiner_day_max=draw(st.integers(1, 3)),
        busy_teachers={1: draw(slots)},
        busy_rooms={1: draw(slots)},
        busy_listeners={Audience(1): draw(slots), Audience(2, None, None, "5/T1", 11): draw(slots)},
        standing={Audience(2): [MONDAY + datetime.timedelta(draw(st.integers(-2, days + 2)))]},
        cannot={2: draw(slots)},
        rather_not={3: draw(slots)},
    )


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_first_fit_breaks_no_hard_rule_and_counts_itself_right(problem):
    places = engine.first_session(problem)
    assert plain_check(problem, places) == []
    assert rules.broken(problem, places) == []
    account = rules.account_of(problem, places)
    assert account.placed == len(places) and account.wanted == len(problem.exams)
    for one in problem.exams:
        if one.key not in places:
            why = rules.obstacle(problem, one, places)
            assert why.reason != rules.NO_FREE_SLOT or sum(why.by.values()) == why.slots


@settings(max_examples=8, deadline=None)
@given(problem=problems(), seed=st.integers(1, 99))
def test_no_draft_of_the_solver_breaks_a_hard_rule_and_improving_never_worsens(problem, seed):
    places = engine.place(problem, seconds=2, seed=seed)
    assert plain_check(problem, places) == []
    assert len(places) >= len(engine.first_session(problem))
    before = rules.account_of(problem, places).cost(problem.weights)
    better = engine.improve(problem, places, seconds=1.5, seed=seed)
    assert plain_check(problem, better) == []
    assert rules.account_of(problem, better).cost(problem.weights) <= before


@settings(max_examples=100, deadline=None)
@given(problem=problems(), chance=st.randoms(use_true_random=False))
def test_what_breaks_a_rule_is_seen_to_break_it(problem, chance):
    """Places by chance: the tested check and the plain one agree on whether anything is wrong."""
    places = {
        one.key: Place(
            chance.randrange(len(problem.days)), chance.choice((1, 2, 3)), chance.choice(one.examiners),
            chance.choice(problem.rooms).pk,
        )
        for one in problem.exams[:4]
    }  # fmt: skip
    assert bool(rules.broken(problem, places)) is bool(plain_check(problem, places))


def test_the_solver_finds_what_the_first_fit_misses():
    """The stream takes Monday by the first fit, and the group that can only Monday is left; CP-SAT moves it."""
    problem = a_problem(
        [exam("a", 1, 2, days=[0, 3], people=50), exam("b", 1, days=[0, 1], examiners=(2,)),
         exam("c", 2, days=[0, 1], examiners=(3,))],
        days=5,
    )  # fmt: skip
    assert len(engine.first_session(problem)) < 3
    places = engine.place(problem, seconds=3)
    assert len(places) == 3 and plain_check(problem, places) == []


def test_wishes_are_weighed():
    problem = a_problem(
        [exam("a", 1), exam("b", 1, people=50, examiners=(2,)), exam("c", 1, examiners=(3,))],
        days=14, rather_not={1: {Slot(0, 1)}}, big_from=40,
    )  # fmt: skip
    problem = Problem(**{**vars(problem), "exams": [
        Exam(one.key, 1, one.audience, one.examiners, one.people, frozenset(range(14))) for one in problem.exams
    ]})  # fmt: skip
    places = engine.improve(problem, engine.place(problem, seconds=2), seconds=4)
    account = rules.account_of(problem, places)
    assert (account.placed, account.tight, account.wishes_broken, account.late_pairs) == (3, 0, 0, 0)
    assert places["b"].day <= min(places["a"].day, places["c"].day)


def test_who_cannot_climb_steps_gets_a_room_without_them_and_buildings_stay_few():
    rooms = (Room(1, 30, 1, accessible=False), Room(2, 60, 2), Room(3, 30, 1))
    problem = a_problem([exam("a", 1, days=[0], needs_access=True), exam("b", 2, days=[0], examiners=(2,))],
                        rooms=rooms, days=1)  # fmt: skip
    places = engine.place(problem, seconds=2)
    assert places["a"].room in (2, 3)
    places = engine.improve(problem, places, seconds=2)
    account = rules.account_of(problem, places)
    assert (account.no_access, account.buildings) == (0, 0)


@pytest.mark.parametrize(
    ("one", "fields", "reason", "by"),
    [
        (exam("x", 1, days=[]), {}, rules.NO_DAY, {}),
        (exam("x", 1, examiners=()), {}, rules.NO_EXAMINER, {}),
        (exam("x", 1, heads=2), {}, rules.NO_EXAMINER, {}),
        (exam("x", 1, days=[0], examiners=(1, 2), heads=2), {"cannot": {2: {Slot(0, 1)}}}, rules.NO_FREE_SLOT,
         {rules.EXAMINER: 1}),
        (exam("x", 1, people=500), {}, rules.NO_SUCH_ROOM, {}),
        (exam("x", 1, days=[0]), {"busy_listeners": {Audience(1): {Slot(0, 1)}}}, rules.NO_FREE_SLOT,
         {rules.AUDIENCE: 1}),
        (exam("x", 1, days=[0, 1]), {"standing": {Audience(1): [MONDAY]}}, rules.NO_FREE_SLOT, {rules.DENSE: 2}),
        (exam("x", 1, days=[0]), {"cannot": {1: {Slot(0, 1)}}}, rules.NO_FREE_SLOT, {rules.EXAMINER: 1}),
        (exam("x", 1, days=[0]), {"busy_rooms": {1: {Slot(0, 1)}, 2: {Slot(0, 1)}}}, rules.NO_FREE_SLOT,
         {rules.ROOM: 1}),
    ],
)  # fmt: skip
def test_the_account_says_why_something_has_no_place(one, fields, reason, by):
    problem = a_problem([one], pairs=(1,), **fields)
    assert engine.first_session(problem) == {}
    found = rules.obstacle(problem, one, {})
    assert (found.reason, dict(found.by)) == (reason, by)


def test_groups_of_a_stream_sit_together_while_the_room_seats_them():
    seats = [Seats(n, 25, frozenset({1})) for n in (1, 2, 3)] + [
        Seats(4, 25, frozenset()),
        Seats(5, 20, frozenset({1})),
    ]
    assert rules.together(seats, 60) == [[1, 2], [3, 5], [4]]
    assert rules.together(seats, 10) == [[1], [2], [3], [4], [5]]


def test_without_the_extra_it_says_so(monkeypatch):
    monkeypatch.setattr(search, "is_installed", lambda: False)
    with pytest.raises(search.NotInstalled):
        engine.place(a_problem([exam("a", 1)]), seconds=1)
