"""The model of one week for CP-SAT: hours of lessons, with rooms counted kind by kind and size by size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from curriculum.solver import rules
from curriculum.solver.rules import BOTH, Cell, Moment, Place, Problem, Room, Want
from curriculum.solver.search import Stop, cp_model, searched
from curriculum.timetable.rules import Audience

Places = dict[str, Place]


class Week:
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
        self, hint: Mapping[str, Place], seconds: float, workers: int, seed: int, stop: Stop | None
    ) -> Places:
        """Places without rooms; ``hint`` where nothing was found in time."""
        found = searched(
            self.cp, self.model, self.x, {key: (one.cell, one.parity) for key, one in hint.items()},
            seconds=seconds, workers=workers, seed=seed, stop=stop,
        )  # fmt: skip
        if found is None:
            return dict(hint)
        return {key: Place(*cell, parity) for key, (cell, parity) in found.items()}


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
