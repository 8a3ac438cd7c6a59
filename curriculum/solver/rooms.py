"""Rooms for the places of a week: an assignment for each hour, with an eye to where groups are before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from curriculum.solver import rules
from curriculum.solver.rules import Cell, Moment, Place, Problem, Room, Want

Places = dict[str, Place]
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
