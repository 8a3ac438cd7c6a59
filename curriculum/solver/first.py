"""A first week at once: each want at the first hour that no hard rule forbids, the hardest first.

It is what the solver starts from, and what is kept when its time ends with nothing better.
"""

from __future__ import annotations

from collections import defaultdict

from curriculum.solver import rules
from curriculum.solver.rules import Cell, Moment, Place, Problem, Room, Want
from curriculum.timetable.rules import Audience, audiences_meet


class _Taken:
    """What the places given so far leave no room for."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.teachers: defaultdict[int, set[Moment]] = defaultdict(set)
        self.rooms: defaultdict[int, set[Moment]] = defaultdict(set)
        self.groups: defaultdict[int, set[Moment]] = defaultdict(set)
        self.at: defaultdict[tuple[int, Moment], list[Audience]] = defaultdict(list)
        self.days: defaultdict[tuple[int, int], int] = defaultdict(int)
        for teacher, moments in problem.busy_teachers.items():
            self.teachers[teacher] |= moments
        for room, moments in problem.busy_rooms.items():
            self.rooms[room] |= moments
        for listener, moments in problem.busy_listeners.items():
            self._hear(listener, moments)

    def _hear(self, listener: Audience, moments: set[Moment]) -> None:
        self.groups[listener.group] |= moments
        for moment in moments:
            self.at[listener.group, moment].append(listener)

    def is_free(self, want: Want, moments: list[Moment]) -> bool:
        """Whether its teachers and listeners may have it at all these moments."""
        if any(not self.teachers[one].isdisjoint(moments) for one in want.teachers):
            return False
        if any(
            audiences_meet(listener, other)
            for listener in want.audience
            for moment in moments
            for other in self.at.get((listener.group, moment), ())
        ):
            return False
        return all(
            self._holds(self.teachers[one], moment, self.problem.teacher_day_max)
            for one in want.teachers
            for moment in moments
        ) and all(
            self._holds(self.groups[listener.group], moment, self.problem.group_day_max)
            for listener in want.audience
            for moment in moments
        )

    @staticmethod
    def _holds(busy: set[Moment], moment: Moment, most: int) -> bool:
        """Whether a day has a pair left for the moment."""
        if moment in busy:
            return True
        return sum(one.day == moment.day and one.parity == moment.parity for one in busy) < most

    def room_for(self, rooms: list[Room], moments: list[Moment]) -> Room | None:
        """The first of the suitable rooms that is free."""
        return next((room for room in rooms if self.rooms[room.pk].isdisjoint(moments)), None)

    def take(self, want: Want, place: Place) -> None:
        moments = set(place.moments)
        self.rooms[place.room or 0] |= moments
        self.days[want.teaching, place.day] += 1
        for teacher in want.teachers:
            self.teachers[teacher] |= moments
        for listener in want.audience:
            self._hear(listener, moments)

    def price(self, want: Want, cell: Cell) -> tuple[int, int, int, int]:
        """Not twice a day, not when the teacher would rather not, early, on the emptiest day."""
        wish = sum(cell in self.problem.rather_not.get(one, ()) for one in want.teachers)
        load = sum(
            moment.day == cell.day for listener in want.audience for moment in self.groups[listener.group]
        )
        return self.days[want.teaching, cell.day], wish, cell.pair, load


def first_week(problem: Problem) -> dict[str, Place]:
    """Places and rooms of as many wants as the first fit finds; every hard rule holds."""
    taken, found = _Taken(problem), {}
    options = {want.key: rules.allowed(problem, want) for want in problem.wants}
    hardest = sorted(
        problem.wants, key=lambda want: (-len(want.audience), len(options[want.key]), -want.people, want.key)
    )
    for want in hardest:
        suitable = sorted(
            (room for room in problem.rooms if rules.fits(room, want)),
            key=lambda room, want=want: (want.room_kinds.index(room.kind), room.capacity, room.pk),
        )
        for cell, parity in sorted(options[want.key], key=lambda one, want=want: taken.price(want, one[0])):
            place = Place(*cell, parity)
            if not taken.is_free(want, place.moments):
                continue
            room = taken.room_for(suitable, place.moments)
            if room is not None:
                found[want.key] = Place(*cell, parity, room.pk)
                taken.take(want, found[want.key])
                break
    return found
