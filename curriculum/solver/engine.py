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
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from curriculum.solver import rules
from curriculum.solver.first import first_week
from curriculum.solver.rules import BOTH, Cell, Moment, Place, Problem, Room, Want
from curriculum.timetable.rules import Audience

Places = dict[str, Place]


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


Stop = Callable[[], bool]
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
    found = give_rooms(problem, _Week(bare).solve(first, left, workers, seed, stop))
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
    chance = random.Random(seed)  # noqa: S311 (which groups are looked at next is no secret)
    best, end = dict(places), time.monotonic() + seconds
    cost = rules.account_of(problem, best).cost(problem.weights)
    while (left := end - time.monotonic()) > 1 and not (stop and stop()):
        free = _taken_up(problem, best, chance)
        part = _part(problem, best, free)
        hint = {key: best[key] for key in free if key in best}
        found = _Week(part).solve(hint, min(STEP_SECONDS, left), workers, chance.randrange(1 << 30), stop)
        tried = {key: one for key, one in best.items() if key not in free} | give_rooms(part, found)
        price = rules.account_of(problem, tried).cost(problem.weights)
        if price <= cost:
            best, cost = tried, price
        if len(free) == len(problem.wants) and price == 0:
            break
    return best


def _taken_up(problem: Problem, places: Mapping[str, Place], chance: random.Random) -> set[str]:
    """The wants of some groups that lack something or are picked by chance; teachings stay whole."""
    of_group: defaultdict[int, list[Want]] = defaultdict(list)
    of_teaching: defaultdict[int, list[str]] = defaultdict(list)
    for want in problem.wants:
        of_teaching[want.teaching].append(want.key)
        for group in {one.group for one in want.audience}:
            of_group[group].append(want)
    groups = sorted(of_group)
    lacking = [group for group in groups if any(want.key not in places for want in of_group[group])]
    queue = [chance.choice(lacking if lacking and chance.random() < 0.7 else groups)]
    chance.shuffle(groups)
    free: set[str] = set()
    seen: set[int] = set()
    while queue or groups:
        group = queue.pop(0) if queue else groups.pop()
        if group in seen:
            continue
        seen.add(group)
        for want in of_group[group]:
            free.update(of_teaching[want.teaching])
            # Groups of a stream move together, so they are looked at together.
            queue += [one.group for one in want.audience if one.group not in seen]
        if len(free) >= AT_ONCE:
            break
    return free


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


class _Week:
    """The model of one week."""

    def __init__(self, problem: Problem):
        self.cp = cp_model()
        self.problem = problem
        self.model = self.cp.CpModel()
        self.cost: list[Any] = []
        self.x: dict[str, dict[tuple[Cell, int | None], Any]] = {}
        self._place()
        self._teachers()
        self._groups()
        self._rooms()
        self._spread()
        self.model.minimize(sum(self.cost))

    # --- variables

    def _place(self) -> None:
        weights, problem = self.problem.weights, self.problem
        for want in problem.wants:
            options = {
                option: self.model.new_bool_var(f"{want.key}@{option}")
                for option in rules.allowed(problem, want)
            }
            unplaced = self.model.new_bool_var(f"{want.key}@nowhere")
            self.model.add_exactly_one([*options.values(), unplaced])
            self.cost.append(weights.unplaced * unplaced)
            for (cell, _parity), variable in options.items():
                price = weights.late_pair * (cell.pair >= problem.late_from)
                price += weights.first_pair * (cell.pair == problem.pairs[0])
                price += weights.wish * sum(
                    cell in problem.rather_not.get(teacher, ()) for teacher in want.teachers
                )
                if price:
                    self.cost.append(price * variable)
            self.x[want.key] = options

    def _at(self, wants: list[Want]) -> dict[Moment, list[Any]]:
        """The variables of the wants by the moments that they would take."""
        found: defaultdict[Moment, list[Any]] = defaultdict(list)
        for want in wants:
            for (cell, parity), variable in self.x[want.key].items():
                for moment in Place(*cell, parity).moments:
                    found[moment].append(variable)
        return found

    # --- hard rules and the wishes that belong to them

    def _teachers(self) -> None:
        weights = self.problem.weights
        by_teacher: defaultdict[int, list[Want]] = defaultdict(list)
        for want in self.problem.wants:
            for teacher in want.teachers:
                by_teacher[teacher].append(want)
        for teacher, wants in by_teacher.items():
            at = self._at(wants)
            for variables in at.values():
                self.model.add_at_most_one(variables)
            standing = self.problem.busy_teachers.get(teacher, set())
            self._day_limit(at, standing, self.problem.teacher_day_max)
            self._windows(at, standing, weights.teacher_window)
            self._days(wants, standing, weights.teacher_day)

    def _groups(self) -> None:
        by_group: defaultdict[int, list[tuple[Audience, Want]]] = defaultdict(list)
        for want in self.problem.wants:
            for listener in want.audience:
                by_group[listener.group].append((listener, want))
        for group, rows in by_group.items():
            at = self._group_at(str(group), rows)
            standing: set[Moment] = set()
            for listener, moments in self.problem.busy_listeners.items():
                if listener.group == group:
                    standing |= moments
            self._day_limit(at, standing, self.problem.group_day_max)
            self._windows(at, standing, self.problem.weights.group_window)

    def _group_at(self, name: str, rows: list[tuple[Audience, Want]]) -> dict[Moment, list[Any]]:
        """At a moment: everybody once, or the parts of one division or elective side by side, each once."""
        at: defaultdict[Moment, list[Any]] = defaultdict(list)
        whole = self._at([want for audience, want in rows if rules.split(audience) is None])
        for moment, variables in whole.items():
            at[moment] += variables
        for key, parts in _parts(rows).items():
            within: defaultdict[Moment, list[list[Any]]] = defaultdict(list)
            for part, some in parts.items():
                for moment, variables in self._group_at(f"{name}/{part}", some).items():
                    within[moment].append(variables)
            for moment, sides in within.items():
                in_use = self.model.new_bool_var(f"{name}/{key}@{moment}")
                for variables in sides:
                    self.model.add(sum(variables) <= in_use)
                self.model.add(in_use <= sum(one for variables in sides for one in variables))
                at[moment].append(in_use)
        for variables in at.values():
            self.model.add_at_most_one(variables)
        return at

    def _day_limit(self, at: Mapping[Moment, list[Any]], standing: set[Moment], most: int) -> None:
        if most >= len(self.problem.pairs):
            return
        for day in range(self.problem.days):
            for parity in BOTH:
                taken = sum(one.day == day and one.parity == parity for one in standing)
                variables = [
                    variable
                    for pair in self.problem.pairs
                    for variable in at.get(Moment(day, pair, parity), ())
                ]
                if variables:
                    self.model.add(sum(variables) <= max(most - taken, 0))

    def _windows(self, at: Mapping[Moment, list[Any]], standing: set[Moment], price: int) -> None:
        """An empty pair with something before and something after it costs."""
        pairs = self.problem.pairs
        if not price or len(pairs) < 3:
            return
        for day in range(self.problem.days):
            for parity in BOTH:
                moments = [Moment(day, pair, parity) for pair in pairs]
                taken = [1 if one in standing else sum(at.get(one, ())) for one in moments]
                if all(isinstance(one, int) for one in taken):
                    continue
                before, after = self._reach(taken), self._reach(taken[::-1])[::-1]
                for place in range(1, len(pairs) - 1):
                    if moments[place] in standing:
                        continue
                    window = self.model.new_bool_var("")
                    self.model.add(window >= before[place - 1] + after[place + 1] - taken[place] - 1)
                    self.cost.append(price * window)

    def _reach(self, taken: list[Any]) -> list[Any]:
        """For each place whether it or one before it is taken."""
        found: list[Any] = []
        for one in taken:
            reached = self.model.new_bool_var("")
            self.model.add(reached >= one)
            if found:
                self.model.add(reached >= found[-1])
            found.append(reached)
        return found

    def _days(self, wants: list[Want], standing: set[Moment], price: int) -> None:
        """A day for which the teacher comes costs, unless something is there already."""
        if not price:
            return
        for day in {*range(self.problem.days)} - {one.day for one in standing}:
            variables = [
                variable
                for want in wants
                for (cell, _parity), variable in self.x[want.key].items()
                if cell.day == day
            ]
            if variables:
                used = self.model.new_bool_var("")
                self.model.add_max_equality(used, variables)
                self.cost.append(price * used)

    def _spread(self) -> None:
        """Two lessons of one teaching on a day cost."""
        price = self.problem.weights.same_day
        by_teaching: defaultdict[int, list[Want]] = defaultdict(list)
        for want in self.problem.wants:
            by_teaching[want.teaching].append(want)
        for wants in by_teaching.values():
            if len(wants) < 2 or not price:
                continue
            for day in range(self.problem.days):
                variables = [
                    variable
                    for want in wants
                    for (cell, _parity), variable in self.x[want.key].items()
                    if cell.day == day
                ]
                if len(variables) > 1:
                    over = self.model.new_int_var(0, len(wants) - 1, "")
                    self.model.add(over >= sum(variables) - 1)
                    self.cost.append(price * over)

    def _rooms(self) -> None:
        """No moment has more lessons that need such a room than there are such rooms free.

        Asked for every union of the kinds that lessons accept and for every size.
        """
        accepted = {frozenset(want.room_kinds) for want in self.problem.wants}
        unions = _unions(accepted)
        for kinds in unions:
            concerned = [want for want in self.problem.wants if set(want.room_kinds) <= kinds]
            rooms = [room for room in self.problem.rooms if room.kind in kinds]
            for people in thresholds(concerned, rooms):
                large = [want for want in concerned if want.people >= people]
                free = [room for room in rooms if room.capacity >= people]
                self._enough(large, free)

    def _enough(self, wants: list[Want], rooms: list[Room]) -> None:
        for moment, variables in self._at(wants).items():
            count = sum(moment not in self.problem.busy_rooms.get(room.pk, ()) for room in rooms)
            if len(variables) > count:
                self.model.add(sum(variables) <= count)

    # --- solving

    def solve(
        self,
        hint: Mapping[str, Place],
        seconds: float,
        workers: int,
        seed: int,
        stop: Stop | None,
    ) -> Places:
        for key, options in self.x.items():
            place = hint.get(key)
            for (cell, parity), variable in options.items():
                at = place is not None and place.cell == cell and place.parity == parity
                self.model.add_hint(variable, at)
        solver = self.cp.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = workers
        solver.parameters.random_seed = seed
        status = solver.solve(self.model, watch(self.cp, stop))
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return dict(hint)
        return {
            key: Place(*cell, parity)
            for key, options in self.x.items()
            for (cell, parity), variable in options.items()
            if solver.boolean_value(variable)
        }


def _parts(rows: list[tuple[Audience, Want]]) -> dict[str, dict[int, list[tuple[Audience, Want]]]]:
    """Division or elective → its parts → what is for them, without that split."""
    found: defaultdict[str, defaultdict[int, list[tuple[Audience, Want]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for audience, want in rows:
        if (divided := rules.split(audience)) is not None:
            key, part, rest = divided
            found[key][part].append((rest, want))
    return {key: dict(parts) for key, parts in found.items()}


def watch(cp: Any, stop: Stop | None) -> Any:
    """Ends the search at a better solution when somebody has asked for it."""

    class Watch(cp.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            if stop is not None and stop():
                self.stop_search()

    return Watch()


def _unions(sets: set[frozenset[str]]) -> set[frozenset[str]]:
    found: set[frozenset[str]] = set()
    for one in sets:
        found |= {one | other for other in found} | {one}
    return found


def thresholds(wants: list[Want], rooms: list[Room]) -> list[int]:
    """The sizes at which the number of rooms changes, as far as lessons ask for them."""
    most = max((want.people for want in wants), default=0)
    sizes = {0} | {room.capacity + 1 for room in rooms if room.capacity < most}
    return sorted(sizes)


# --- rooms

# A room of another kind than the lesson wants best; a change weighs so much for each point of its wish.
KIND_PRICE, CHANGE_PRICE, NO_ROOM = 40, 15, 100_000
# (group, day, pair) → the rooms in which its lessons are.
Whereabouts = Mapping[tuple[int, int, int], list[Room]]


def give_rooms(problem: Problem, places: Mapping[str, Place]) -> Places:
    """Give each place a room, cell by cell; what finds none is left out.

    First with an eye to the pair before, then once more to the pair after as well; what
    costs less is taken.
    """
    first = _settle(problem, places, {})
    again = _settle(problem, places, _whereabouts(problem, first))
    better = _room_cost(problem, again) < _room_cost(problem, first)
    return again if len(again) >= len(first) and better else first


def _room_cost(problem: Problem, places: Mapping[str, Place]) -> int:
    return rules.account_of(problem, places).cost(problem.weights)


def _whereabouts(problem: Problem, places: Mapping[str, Place]) -> Whereabouts:
    rooms = {room.pk: room for room in problem.rooms}
    found: defaultdict[tuple[int, int, int], list[Room]] = defaultdict(list)
    for want in problem.wants:
        place = places.get(want.key)
        if place is not None and place.room in rooms:
            for group in {one.group for one in want.audience}:
                found[group, place.day, place.pair].append(rooms[place.room])
    return found


def _settle(problem: Problem, places: Mapping[str, Place], after: Whereabouts) -> Places:
    """Rooms for all places; ``after`` says where groups were in a settlement before, in the pair that follows."""
    wants = {want.key: want for want in problem.wants}
    by_cell: defaultdict[Cell, list[str]] = defaultdict(list)
    for key, place in places.items():
        by_cell[place.cell].append(key)
    found: Places = {}
    used: defaultdict[int, set[Moment]] = defaultdict(set)
    here: defaultdict[tuple[int, int, int], list[Room]] = defaultdict(list)
    rooms = {room.pk: room for room in problem.rooms}
    for pk, moments in problem.busy_rooms.items():
        used[pk] |= moments
    for cell in sorted(by_cell):
        # Weekly lessons need a room in both weeks, so they choose first.
        for parities in ({None}, {0}, {1}):
            keys = sorted(key for key in by_cell[cell] if places[key].parity in parities)
            near = [_near(problem, wants[key], cell, here, after) for key in keys]
            given = _assign(problem, [wants[key] for key in keys], places, used, near)
            for key, room in given.items():
                found[key] = replace(places[key], room=room)
                used[room] |= set(places[key].moments)
                for group in {one.group for one in wants[key].audience}:
                    here[group, cell.day, cell.pair].append(rooms[room])
    return found


def _near(
    problem: Problem, want: Want, cell: Cell, before: Whereabouts, after: Whereabouts
) -> list[list[Room]]:
    """Where each group of the lesson is in the pair before, and in the pair after."""
    at = problem.pairs.index(cell.pair)
    groups = {one.group for one in want.audience}
    found = []
    if at > 0:
        found += [before.get((group, cell.day, problem.pairs[at - 1]), []) for group in groups]
    if at + 1 < len(problem.pairs):
        found += [after.get((group, cell.day, problem.pairs[at + 1]), []) for group in groups]
    return [rooms for rooms in found if rooms]


def _assign(
    problem: Problem,
    wants: list[Want],
    places: Mapping[str, Place],
    used: Mapping[int, set[Moment]],
    near: list[list[list[Room]]],
) -> dict[str, int]:
    """The cheapest rooms for lessons of one cell (an assignment problem)."""
    from ortools.graph.python import linear_sum_assignment

    if not wants:
        return {}
    task = linear_sum_assignment.SimpleLinearSumAssignment()
    count = len(problem.rooms)
    for row, want in enumerate(wants):
        moments = places[want.key].moments
        for column, room in enumerate(problem.rooms):
            if fits_now(room, want, moments, used):
                task.add_arc_with_cost(row, column, _price(problem, room, want, near[row]))
        task.add_arc_with_cost(row, count + row, NO_ROOM)
    for row in range(len(wants), len(wants) + count):
        for column in range(count + len(wants)):
            task.add_arc_with_cost(row, column, 0)
    if task.solve() != task.OPTIMAL:
        return {}
    found = {}
    for row, want in enumerate(wants):
        column = task.right_mate(row)
        if column < count:
            found[want.key] = problem.rooms[column].pk
    return found


def fits_now(room: Room, want: Want, moments: list[Moment], used: Mapping[int, set[Moment]]) -> bool:
    """Whether the room suits the lesson and is free at all these moments."""
    return rules.fits(room, want) and used.get(room.pk, set()).isdisjoint(moments)


def _price(problem: Problem, room: Room, want: Want, near: list[list[Room]]) -> int:
    """A room of another kind, too large, or elsewhere than the groups are before and after costs."""
    weights = problem.weights
    price = KIND_PRICE * want.room_kinds.index(room.kind) + (room.capacity - want.people) // 5
    for rooms in near:
        change = all(one.pk != room.pk for one in rooms)
        price += CHANGE_PRICE * weights.room_change * change
        price += CHANGE_PRICE * weights.building_change * all(one.building != room.building for one in rooms)
    return price
