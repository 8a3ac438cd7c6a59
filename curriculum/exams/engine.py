"""The solver of sessions: OR-Tools CP-SAT chooses days and pairs, rooms are given pair by pair afterwards.

The first fit gives a whole session at once; CP-SAT is asked for what it left out, and
then takes up a few groups at a time, everything else standing, and keeps what is better.
Who holds an exam is chosen before its hour, the least burdened of those who may.
"""

from __future__ import annotations

import itertools
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from curriculum.exams import rules
from curriculum.exams.rules import Exam, Place, Problem, Room, Slot, Taken
from curriculum.solver.search import Stop, bettered, cp_model, searched, taken_up

Places = dict[str, Place]
# How many exams are taken up at a time, and for how long, in seconds.
AT_ONCE, STEP_SECONDS = 45, 4.0
NO_WISHES = {"tight": 0, "access": 0, "wish": 0, "building": 0, "late_pair": 0, "big_late": 0}


def place(
    problem: Problem, *, seconds: float, workers: int = 2, seed: int = 1, stop: Stop | None = None
) -> Places:
    """A place, a room and an examiner for as many exams as can be within ``seconds``.

    The hard rules hold in whatever is returned.

    Raises:
        NotInstalled: OR-Tools is missing.
    """
    cp_model()
    began, first = time.monotonic(), first_session(problem)
    if len(first) == len(problem.exams):
        return first
    bare = replace(problem, weights=replace(problem.weights, **NO_WISHES))
    examiners = _examiners(problem, {exam.key for exam in problem.exams}, first, random.Random(seed))  # noqa: S311
    left = max(seconds - (time.monotonic() - began), 1)
    hours = _Session(bare, Taken(bare), examiners).solve(first, left, workers, seed, stop)
    found = give_rooms(problem, Taken(problem), hours)
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

    def take_up(best: Mapping[str, Place], chance: random.Random) -> set[str]:
        return taken_up(problem.exams, best, chance, at_once=AT_ONCE, together=lambda exam: [exam.key])

    def anew(best: Mapping[str, Place], free: set[str], left: float, chance: random.Random) -> Places:
        part = replace(problem, exams=[exam for exam in problem.exams if exam.key in free])
        so_far = rules.taken(problem, best, but=free)
        hint = {key: best[key] for key in free if key in best}
        model = _Session(part, so_far, _examiners(problem, free, best, chance))
        hours = model.solve(hint, left, workers, chance.randrange(1 << 30), stop)
        return give_rooms(part, so_far, hours)

    return bettered(
        places, problem.exams, cost=lambda some: rules.account_of(problem, some).cost(problem.weights),
        take_up=take_up, anew=anew, seconds=seconds, step=STEP_SECONDS, last=STEP_SECONDS, seed=seed, stop=stop,
    )  # fmt: skip


def first_session(problem: Problem) -> Places:
    """Each exam at the first hour that no hard rule forbids, the hardest first."""
    so_far, found = Taken(problem), {}
    hardest = sorted(problem.exams, key=lambda one: (len(one.days), -len(one.audience), -one.people, one.key))
    for exam in hardest:
        for slot in sorted(
            rules.slots_of(problem, exam), key=lambda slot, one=exam: _price(problem, one, slot)
        ):
            if not so_far.audience_is_free(exam, slot) or not so_far.keeps_days_between(exam, slot.day):
                continue
            examiners, rooms = so_far.free_examiners(exam, slot), so_far.free_rooms(exam, slot)
            if len(examiners) >= exam.heads and rooms:
                first, *others = examiners[: exam.heads]
                found[exam.key] = Place(*slot, first, rooms[0].pk, *others)
                so_far.take(exam, found[exam.key])
                break
    return found


def _price(problem: Problem, exam: Exam, slot: Slot) -> tuple[int, int, int]:
    """By daylight, large ones early."""
    return int(slot.pair >= problem.late_from), slot.day, slot.pair


def _examiners(
    problem: Problem, free: Iterable[str], places: Mapping[str, Place], chance: random.Random
) -> dict[str, tuple[int, ...]]:
    """Exam → who holds it: as it was, or the least burdened; now and then somebody else."""
    wanted = set(free)
    load: defaultdict[int, int] = defaultdict(int)
    for place in places.values():
        for who in place.examiners:
            load[who] += 1
    found: dict[str, tuple[int, ...]] = {}
    for exam in problem.exams:
        if exam.key not in wanted or len(exam.examiners) < exam.heads:
            continue
        known = places.get(exam.key)
        if known is not None and chance.random() < 0.8:
            found[exam.key] = known.examiners
            continue
        least = sorted(exam.examiners, key=lambda one: (load[one], chance.random()))
        found[exam.key] = tuple(least[: exam.heads])
        for who in found[exam.key]:
            load[who] += 1
    return found


class _Session:
    """The model of days and pairs."""

    def __init__(self, problem: Problem, so_far: Taken, examiners: Mapping[str, tuple[int, ...]]):
        self.cp = cp_model()
        self.problem, self.so_far, self.examiners = problem, so_far, examiners
        self.model = self.cp.CpModel()
        self.cost: list[Any] = []
        self.x: dict[str, dict[Slot, Any]] = {}
        self._place()
        self._teachers()
        self._groups()
        self._rooms()
        self.model.minimize(sum(self.cost))

    def _place(self) -> None:
        weights, problem = self.problem.weights, self.problem
        for exam in problem.exams:
            heads = self.examiners.get(exam.key, ())
            options = {
                slot: self.model.new_bool_var(f"{exam.key}@{slot}")
                for slot in rules.slots_of(problem, exam)
                if heads
                and all(self.so_far.examiner_is_free(who, slot) for who in heads)
                and self.so_far.audience_is_free(exam, slot)
                and self.so_far.keeps_days_between(exam, slot.day)
            }
            unplaced = self.model.new_bool_var(f"{exam.key}@nowhere")
            self.model.add_exactly_one([*options.values(), unplaced])
            self.cost.append(weights.unplaced * unplaced)
            for slot, variable in options.items():
                price = weights.late_pair * (slot.pair >= problem.late_from)
                price += weights.big_late * rules.lateness(problem, exam, slot.day)
                price += weights.wish * sum(slot in problem.rather_not.get(who, ()) for who in heads)
                if price:
                    self.cost.append(price * variable)
            self.x[exam.key] = options

    def _at(self, exams: Iterable[Exam]) -> dict[Slot, list[Any]]:
        found: defaultdict[Slot, list[Any]] = defaultdict(list)
        for exam in exams:
            for slot, variable in self.x[exam.key].items():
                found[slot].append(variable)
        return found

    def _on(self, exams: Iterable[Exam]) -> dict[int, list[Any]]:
        found: defaultdict[int, list[Any]] = defaultdict(list)
        for slot, variables in self._at(exams).items():
            found[slot.day] += variables
        return found

    def _teachers(self) -> None:
        by_teacher: defaultdict[int, list[Exam]] = defaultdict(list)
        for exam in self.problem.exams:
            for who in self.examiners.get(exam.key, ()):
                by_teacher[who].append(exam)
        for teacher, exams in by_teacher.items():
            for variables in self._at(exams).values():
                self.model.add_at_most_one(variables)
            for day, variables in self._on(exams).items():
                left = self.problem.examiner_day_max - self.so_far.examined[teacher, day]
                if len(variables) > left:
                    self.model.add(sum(variables) <= max(left, 0))

    def _groups(self) -> None:
        by_group: defaultdict[int, list[tuple[Any, Exam]]] = defaultdict(list)
        for exam in self.problem.exams:
            for listener in exam.audience:
                by_group[listener.group].append((listener, exam))
        for group, rows in by_group.items():
            for exams in _sat_by_one(rows):
                self._one_student(group, exams)

    def _one_student(self, group: int, exams: list[Exam]) -> None:
        """What holds for whoever sits all of these."""
        for variables in self._at(exams).values():
            self.model.add_at_most_one(variables)
        problem, on = self.problem, self._on(exams)
        for day, variables in on.items():
            date = problem.days[day]
            there = sum(when == date for _who, when in self.so_far.sat[group])
            # Others of the group may sit what stands there; the days of each exam are looked at one by one.
            left = problem.day_most - (there if problem.day_most > 1 else 0)
            if len(variables) > left:
                self.model.add(sum(variables) <= max(left, 0))
        for variables in self._windows(on, problem.gap - 1):
            self.model.add(sum(variables) <= 1)
        if problem.weights.tight and group > 0:
            for variables in self._windows(on, problem.tight_days):
                over = self.model.new_int_var(0, len(exams), "")
                self.model.add(over >= sum(variables) - 1)
                self.cost.append(problem.weights.tight * over)

    def _windows(self, on: Mapping[int, list[Any]], length: int) -> list[list[Any]]:
        """Variables of the days that lie no more than ``length`` days after each day."""
        if length < 1:
            return []
        found = []
        for first in sorted(on):
            days = [day for day in on if day >= first and self.problem.apart(day, first) <= length]
            if len(days) > 1:
                found.append([one for day in days for one in on[day]])
        return found

    def _rooms(self) -> None:
        """No pair has more exams of a size than there are rooms that seat so many."""
        most = max((exam.people for exam in self.problem.exams), default=0)
        sizes = {0} | {room.seats + 1 for room in self.problem.rooms if room.seats < most}
        for people in sorted(sizes):
            large = [exam for exam in self.problem.exams if exam.people >= people]
            rooms = [room for room in self.problem.rooms if room.seats >= people]
            for slot, variables in self._at(large).items():
                count = sum(slot not in self.so_far.rooms[room.pk] for room in rooms)
                if len(variables) > count:
                    self.model.add(sum(variables) <= count)

    def solve(
        self, hint: Mapping[str, Place], seconds: float, workers: int, seed: int, stop: Stop | None
    ) -> Places:
        found = searched(
            self.cp, self.model, self.x, {key: place.slot for key, place in hint.items()},
            seconds=seconds, workers=workers, seed=seed, stop=stop,
        )  # fmt: skip
        if found is None:
            return dict(hint)
        return {key: _held(slot, self.examiners[key]) for key, slot in found.items()}


def _held(slot: Slot, heads: tuple[int, ...]) -> Place:
    first, *others = heads
    return Place(*slot, first, None, *others)


def _sat_by_one(rows: list[tuple[Any, Exam]]) -> list[list[Exam]]:
    """What one student may have to sit: the exams of everybody and one alternative of each elective."""
    whole = [exam for audience, exam in rows if rules.split(audience) is None]
    electives: defaultdict[str, defaultdict[int, list[Exam]]] = defaultdict(lambda: defaultdict(list))
    for audience, exam in rows:
        if (divided := rules.split(audience)) is not None:
            electives[divided[0]][divided[1]].append(exam)
    choices = [list(parts.values()) for parts in electives.values()]
    return [[*whole, *itertools.chain.from_iterable(chosen)] for chosen in itertools.product(*choices)]


# --- rooms


def give_rooms(problem: Problem, so_far: Taken, places: Mapping[str, Place]) -> Places:
    """Give each place a room, the largest exam of a pair first; what finds none is left out.

    The smallest room that seats everybody, reached without steps where somebody needs it,
    in a building that is open that day already.
    """
    found: Places = {}
    used = {room: set(slots) for room, slots in so_far.rooms.items()}
    open_on: defaultdict[int, set[int]] = defaultdict(set)
    for day, buildings in so_far.buildings.items():
        open_on[day] |= buildings
    waiting = sorted(rules.placed(problem, places), key=lambda one: (one[1].day, -one[0].people, one[0].key))
    for exam, place in waiting:
        rooms = [
            one for one in problem.rooms if rules.fits(one, exam) and place.slot not in used.get(one.pk, ())
        ]
        if not rooms:
            continue
        room = min(
            rooms, key=lambda one, exam=exam, place=place: _room_price(problem, one, exam, open_on[place.day])
        )
        used.setdefault(room.pk, set()).add(place.slot)
        open_on[place.day].add(room.building)
        found[exam.key] = replace(place, room=room.pk)
    return found


def _room_price(problem: Problem, room: Room, exam: Exam, open_on: set[int]) -> tuple[float, int, int]:
    weights = problem.weights
    price = weights.access * (exam.needs_access and not room.accessible)
    price += weights.building * (bool(open_on) and room.building not in open_on)
    return price + (room.seats - exam.people) / 50, room.seats, room.pk
