"""The first fit: a week at once that the solver may start from, whatever its time (duty 2.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from curriculum.solver import engine, rules
from curriculum.solver.first import first_week
from curriculum.solver.rules import Cell, Moment, Problem
from curriculum.timetable.rules import Audience
from reports.bench.timetable import week_of
from tests.curriculum.test_solver_rules import CLASSROOM, ROOMS, small, wants


@pytest.mark.parametrize("problem", [small(4), small(6, seed=3), week_of(8)], ids=["four", "six", "eight"])
def test_it_breaks_no_hard_rule(problem):
    places = first_week(problem)
    assert rules.broken(problem, places) == []
    assert len(places) == len(problem.wants)


def test_it_keeps_to_what_stands_and_to_the_day():
    busy = {Audience(1): {Moment(0, 1, 0), Moment(0, 1, 1)}}
    problem = Problem(
        [*wants(1, 60), *wants(2, 15, teacher=2)], [CLASSROOM], days=1, pairs=(1, 2, 3), group_day_max=2,
        busy_listeners=busy, cannot={1: {Cell(0, 2)}},
    )  # fmt: skip
    places = first_week(problem)
    assert rules.broken(problem, places) == []
    # One pair of the day is taken, so one is left, and the first teaching's teacher cannot have its second pair.
    assert len(places) == 1 and {one.cell for one in places.values()} <= {Cell(0, 2), Cell(0, 3)}


def test_halves_are_taught_side_by_side():
    halves = [Audience(1, 11, 1), Audience(1, 12, 1)]
    problem = Problem(
        [*wants(1, audience=[halves[0]]), *wants(2, teacher=2, audience=[halves[1]])],
        [CLASSROOM, replace(CLASSROOM, pk=20)], days=1, pairs=(1,),
    )  # fmt: skip
    assert len(first_week(problem)) == 2 and rules.broken(problem, first_week(problem)) == []


def test_a_large_week_is_there_however_short_the_time():
    problem = week_of(16)
    assert len(engine.place(problem, seconds=0.1)) == len(problem.wants)
    with_one_room = Problem(problem.wants, ROOMS)
    places = engine.place(with_one_room, seconds=0.1)
    assert places and rules.broken(with_one_room, places) == []
