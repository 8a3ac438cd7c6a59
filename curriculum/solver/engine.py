"""The solver: OR-Tools CP-SAT places lessons in the week, an assignment gives the rooms.

Hours come first. Rooms are counted while hours are chosen, kind by kind and size
by size, so that what is placed finds a room afterwards with the least changing.

A whole faculty with all its wishes is more than the solver can look over at once,
so ``place`` asks only for places, and ``improve`` then takes up a few groups at a
time, everything else standing, and keeps what is better.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from curriculum.solver import rules
from curriculum.solver.first import first_week
from curriculum.solver.rooms import give_rooms
from curriculum.solver.rules import Place, Problem
from curriculum.solver.search import Stop, bettered, cp_model, taken_up
from curriculum.solver.week import Week

Places = dict[str, Place]
# How many wants are taken up at a time, and for how long, in seconds.
AT_ONCE, STEP_SECONDS = 110, 6.0
NO_WISHES = {
    "group_window": 0,
    "same_day": 0,
    "wish": 0,
    "teacher_window": 0,
    "teacher_day": 0,
    "late_pair": 0,
    "first_pair": 0,
    "room_change": 0,
    "building_change": 0,
}


def place(
    problem: Problem, *, seconds: float, workers: int = 2, seed: int = 1, stop: Stop | None = None
) -> Places:
    """Find a place and a room for as many wants as can be within ``seconds``; wishes do not count yet.

    It starts from the first fit, so that there is a week to go on from however short
    the time is. The hard rules hold in whatever is returned.

    Raises:
        NotInstalled: OR-Tools is missing.
    """
    cp_model()
    bare = replace(problem, weights=replace(problem.weights, **NO_WISHES))
    began, first = time.monotonic(), first_week(problem)
    if len(first) == len(problem.wants):
        return first
    left = max(seconds - (time.monotonic() - began), 1)
    found = give_rooms(problem, Week(bare).solve(first, left, workers, seed, stop))
    return found if len(found) > len(first) else first


def improve(
    problem: Problem,
    places: Mapping[str, Place],
    *,
    seconds: float,
    workers: int = 2,
    seed: int = 1,
    stop: Stop | None = None,
) -> Places:
    """Better the places for ``seconds``: never worse than they were by the account.

    Raises:
        NotInstalled: OR-Tools is missing.
    """
    of_teaching: defaultdict[int, list[str]] = defaultdict(list)
    for want in problem.wants:
        of_teaching[want.teaching].append(want.key)

    def take_up(best: Mapping[str, Place], chance: random.Random) -> set[str]:
        return taken_up(
            problem.wants, best, chance, at_once=AT_ONCE, together=lambda want: of_teaching[want.teaching]
        )

    def anew(best: Mapping[str, Place], free: set[str], left: float, chance: random.Random) -> Places:
        part = _part(problem, best, free)
        hint = {key: best[key] for key in free if key in best}
        return give_rooms(part, Week(part).solve(hint, left, workers, chance.randrange(1 << 30), stop))

    return bettered(
        places, problem.wants, cost=lambda some: rules.account_of(problem, some).cost(problem.weights),
        take_up=take_up, anew=anew, seconds=seconds, step=STEP_SECONDS, last=0, seed=seed, stop=stop,
    )  # fmt: skip


def _part(problem: Problem, places: Mapping[str, Place], free: set[str]) -> Problem:
    """The problem of the free wants alone: all other places stand as if they were lessons already."""
    teachers, rooms, listeners = rules.taken(problem, places, but=free)
    return replace(
        problem,
        wants=[want for want in problem.wants if want.key in free],
        busy_teachers=teachers,
        busy_rooms=rooms,
        busy_listeners=listeners,
    )
