"""A session of a large faculty by the solver: final controls of streams and of single groups."""

from __future__ import annotations

import datetime
import time
from typing import Any

from curriculum.exams import engine, rules
from curriculum.exams.rules import Exam, Problem, Room
from curriculum.timetable.rules import SUNDAY, Audience
from reports.bench.parts import Out, part

GROUPS_OF_STREAM, PEOPLE, KAFEDRAS, TEACHERS = 4, 25, 12, 9
FIRST = datetime.date(2027, 1, 4)
WEEKS = 3
# Of the six finals of a group: so many are sat with the stream, the others by the group alone.
WITH_STREAM, ALONE = 2, 4


def session_of(groups: int) -> Problem:
    """Six finals a group in three weeks, four pairs a day, one free day between; rooms and examiners enough."""
    days = tuple(FIRST + datetime.timedelta(n) for n in range(7 * WEEKS))
    open_days = frozenset(at for at, day in enumerate(days) if day.weekday() != SUNDAY)
    exams: list[Exam] = []

    def sit(subject: int, *members: int) -> None:
        teachers = [subject % KAFEDRAS * TEACHERS + n for n in range(TEACHERS)]
        audience = tuple(Audience(one) for one in members)
        # A third of the kafedra has taught it to these groups.
        examiners = tuple(one for at, one in enumerate(teachers) if at % 3 != members[0] % 3)
        exams.append(
            Exam(f"{subject}:{members[0]}", subject, audience, examiners, PEOPLE * len(members), open_days)
        )

    for first in range(1, groups + 1, GROUPS_OF_STREAM):
        stream = range(first, min(first + GROUPS_OF_STREAM, groups + 1))
        for number in range(WITH_STREAM):
            sit(first + number, *stream)
        for number in range(WITH_STREAM, WITH_STREAM + ALONE):
            for group in stream:
                sit(first + number, group)
    rooms = [Room(1000 + n, PEOPLE * GROUPS_OF_STREAM, n % 3) for n in range(max(groups // 16, 1))]
    rooms += [Room(2000 + n, PEOPLE + 5, n % 3, n % 2 == 0) for n in range(max(groups // 5, 2))]
    return Problem(exams, rooms, days)


def measure_exams(groups: int = 80, *, seconds: float = 20, better: float = 15) -> dict[str, Any]:
    """Seconds of placing the session and of bettering it; how much was placed, broken rules, costs of wishes.

    Raises:
        NotInstalled: OR-Tools is missing.
    """
    problem = session_of(groups)
    began = time.perf_counter()
    places = engine.place(problem, seconds=seconds)
    placing = time.perf_counter() - began
    first = rules.account_of(problem, places)
    places = engine.improve(problem, places, seconds=better)
    last = rules.account_of(problem, places)
    return {
        "groups": groups, "finals": sum(len(exam.audience) for exam in problem.exams), "wanted": len(problem.exams),
        "placed": len(places), "placing": placing, "broken": len(rules.broken(problem, places)),
        "first_cost": first.cost(problem.weights), "cost": last.cost(problem.weights), "tight": last.tight,
        "bettering": better,
    }  # fmt: skip


@part("exams", session_groups=(80, "of the computed session"))
def exams(out: Out, session_groups: int) -> None:
    found = measure_exams(session_groups)
    out.head(
        f"Session of {found['groups']} groups by the solver: {found['finals']} finals, {found['wanted']} sittings"
    )
    out.line(
        f"placed {found['placed']} in {found['placing']:.1f} s, broken hard rules {found['broken']}; "
        f"cost of wishes {found['first_cost']}, after {found['bettering']:.0f} s more {found['cost']} "
        f"(finals of a group as near as may be: {found['tight']})"
    )
    out.verdict(found["placed"] == found["wanted"] and not found["broken"])
