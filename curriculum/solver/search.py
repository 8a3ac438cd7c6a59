"""What the solvers of weeks and of sessions share: OR-Tools, one search, and bettering part by part."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from curriculum.timetable.rules import Audience

Stop = Callable[[], bool]
Placed = TypeVar("Placed")
Option = TypeVar("Option")


class NotInstalled(Exception):
    """The optional extra ``timetable`` (OR-Tools) is not installed."""


def is_installed() -> bool:
    """Whether OR-Tools can be had."""
    import importlib.util

    return importlib.util.find_spec("ortools") is not None


def cp_model() -> Any:
    """OR-Tools' CP-SAT.

    Raises:
        NotInstalled: OR-Tools is missing.
    """
    if not is_installed():
        raise NotInstalled
    from ortools.sat.python import cp_model as found

    return found


class Item(Protocol):
    """What is placed: its key, and who attends it."""

    @property
    def key(self) -> str: ...

    @property
    def audience(self) -> Sequence[Audience]: ...


def searched(
    cp: Any, model: Any, options: Mapping[str, Mapping[Option, Any]], hint: Mapping[str, Option], *,
    seconds: float, workers: int, seed: int, stop: Stop | None,
) -> dict[str, Option] | None:  # fmt: skip
    """Key → the option that one search chose, starting from ``hint``; None where it found nothing in time."""
    for key, variables in options.items():
        for option, variable in variables.items():
            model.add_hint(variable, hint.get(key) == option)
    solver = cp.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    status = solver.solve(model, _watch(cp, stop))
    if status not in (cp.OPTIMAL, cp.FEASIBLE):
        return None
    return {
        key: option
        for key, variables in options.items()
        for option, variable in variables.items()
        if solver.boolean_value(variable)
    }


def _watch(cp: Any, stop: Stop | None) -> Any:
    """Ends the search at a better solution when somebody has asked for it."""

    class Watch(cp.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            if stop is not None and stop():
                self.stop_search()

    return Watch()


def bettered(
    places: Mapping[str, Placed], items: Sequence[Item], *, cost: Callable[[Mapping[str, Placed]], float],
    take_up: Callable[[Mapping[str, Placed], random.Random], set[str]],
    anew: Callable[[Mapping[str, Placed], set[str], float, random.Random], Mapping[str, Placed]],
    seconds: float, step: float, last: float, seed: int, stop: Stop | None,
) -> dict[str, Placed]:  # fmt: skip
    """Take up some items at a time and place them ``anew``, everything else standing; keep what costs no more.

    It ends after ``seconds``, when asked to stop, when nothing costs any more, or when all were
    taken up together and fewer than ``last`` seconds are left. ``step``: the most seconds of one search.
    """
    chance = random.Random(seed)  # noqa: S311 (which groups are looked at next is no secret)
    best, end = dict(places), time.monotonic() + seconds
    price = cost(best)
    while price and (left := end - time.monotonic()) > 1 and not (stop and stop()):
        free = take_up(best, chance)
        kept = {key: one for key, one in best.items() if key not in free}
        tried = kept | dict(anew(best, free, min(step, left), chance))
        if (now := cost(tried)) <= price:
            best, price = tried, now
        if len(free) == len(items) and left < last:
            break
    return best


def taken_up(
    items: Sequence[Item], places: Collection[str], chance: random.Random, *, at_once: int,
    together: Callable[[Any], Iterable[str]],
) -> set[str]:  # fmt: skip
    """Keys of some groups' items: of groups that lack something, or picked by chance; at least ``at_once``.

    ``together``: the keys that move with an item. Groups that sit together move together.
    """
    of_group: defaultdict[int, list[Item]] = defaultdict(list)
    for item in items:
        for group in {one.group for one in item.audience}:
            of_group[group].append(item)
    groups = sorted(of_group)
    lacking = [group for group in groups if any(item.key not in places for item in of_group[group])]
    queue = [chance.choice(lacking if lacking and chance.random() < 0.7 else groups)]
    chance.shuffle(groups)
    free: set[str] = set()
    seen: set[int] = set()
    while (queue or groups) and len(free) < at_once:
        group = queue.pop(0) if queue else groups.pop()
        if group in seen:
            continue
        seen.add(group)
        for item in of_group[group]:
            free.update(together(item))
            queue += [one.group for one in item.audience if one.group not in seen]
    return free
