"""A week of a large faculty by the solver: streams, classes and halves of laboratory work."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

from curriculum.solver import engine, rules
from curriculum.solver.rules import Problem, Room, Want
from curriculum.timetable.rules import Audience
from reports.bench.parts import Out, part

GROUPS_OF_STREAM, PEOPLE, WEEKS = 4, 25, 15
LECTURE, LABORATORY, PRACTICE = "11", "12", "13"
# Subjects of a group: lessons of the half-year by kind of training; laboratory work is done in halves.
LECTURES, PRACTICES, LABORATORIES = (15, 15, 15, 15, 8, 8), (15, 22, 15, 15, 8, 8), (8, 8)


def week_of(groups: int) -> Problem:
    """A faculty of so many groups, fifteen pairs a week or fewer each, with rooms and teachers enough."""
    teachings, teachers = count(1), count(1)
    wants: list[Want] = []

    def ask(lessons: int, teacher: int, kind: str, people: int, *audience: Audience) -> None:
        wants.extend(
            rules.wants_of(
                next(teachings), lessons=lessons, weeks=WEEKS, teachers=(teacher,), audience=audience,
                training_type=kind, people=people,
            )
        )  # fmt: skip

    for first in range(1, groups + 1, GROUPS_OF_STREAM):
        stream = [Audience(one) for one in range(first, min(first + GROUPS_OF_STREAM, groups + 1))]
        for lessons in LECTURES:
            ask(lessons, next(teachers), LECTURE, PEOPLE * len(stream), *stream)
        for lessons in PRACTICES:
            teacher = next(teachers)
            for group in stream:
                ask(lessons, teacher, PRACTICE, PEOPLE, group)
        for lessons in LABORATORIES:
            teacher = next(teachers)
            for group in stream:
                for half in (1, 2):
                    part = Audience(group.group, 10 * group.group + half, group.group)
                    ask(lessons, teacher, LABORATORY, PEOPLE // 2 + 1, part)
    rooms = [Room(1000 + n, LECTURE, PEOPLE * GROUPS_OF_STREAM, n % 3) for n in range(max(groups // 8, 1))]
    rooms += [Room(2000 + n, PRACTICE, PEOPLE + 5, n % 3) for n in range(max(groups // 3, 1))]
    rooms += [Room(3000 + n, LABORATORY, PEOPLE // 2 + 3, n % 3) for n in range(max(groups // 8, 1))]
    return Problem(wants, rooms)


def measure_timetable(groups: int = 80, *, seconds: float = 30, better: float = 15) -> dict[str, Any]:
    """Seconds of placing the week and of bettering it; how much was placed, broken rules, costs of wishes.

    Raises:
        NotInstalled: OR-Tools is missing.
    """
    problem = week_of(groups)
    began = time.perf_counter()
    places = engine.place(problem, seconds=seconds)
    placing = time.perf_counter() - began
    first = rules.account_of(problem, places)
    places = engine.improve(problem, places, seconds=better)
    last = rules.account_of(problem, places)
    return {
        "groups": groups, "wanted": len(problem.wants), "placed": len(places), "placing": placing,
        "broken": len(rules.broken(problem, places)), "first_cost": first.cost(problem.weights),
        "cost": last.cost(problem.weights), "bettering": better,
    }  # fmt: skip


@part("timetable", groups=(80, "of the computed timetable"))
def timetable(out: Out, groups: int) -> None:
    found = measure_timetable(groups)
    out.head(f"Timetable of {found['groups']} groups by the solver: {found['wanted']} places of a week")
    out.line(
        f"placed {found['placed']} in {found['placing']:.1f} s, broken hard rules {found['broken']}; "
        f"cost of wishes {found['first_cost']}, after {found['bettering']:.0f} s more {found['cost']}"
    )
    out.verdict(found["placed"] == found["wanted"] and not found["broken"])
