"""What a timetable is to the solver: wants, hard rules, wishes, and an honest account. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from curriculum.timetable.rules import Audience, audiences_meet, room_kinds

ODD, EVEN = 0, 1
BOTH = (ODD, EVEN)


class Cell(NamedTuple):
    """A pair of a day of the week; Monday is 0."""

    day: int
    pair: int


class Moment(NamedTuple):
    """A cell in the odd or the even weeks."""

    day: int
    pair: int
    parity: int


@dataclass(frozen=True)
class Want:
    """A place in the week that a teaching asks for: every week, or every second one.

    ``lessons`` is how many lessons of the half-year it stands for.
    """

    key: str
    teaching: int
    teachers: tuple[int, ...]
    audience: tuple[Audience, ...]
    training_type: str
    people: int
    lessons: int
    every_week: bool = True

    @property
    def room_kinds(self) -> tuple[str, ...]:
        return room_kinds(self.training_type)


@dataclass(frozen=True)
class Room:
    """An auditorium that may be given."""

    pk: int
    kind: str
    capacity: int
    building: int


@dataclass(frozen=True)
class Weights:
    """What a broken wish costs; a lesson without a place costs more than any of them."""

    unplaced: int = 1000
    group_window: int = 10
    same_day: int = 8
    wish: int = 6
    teacher_window: int = 3
    teacher_day: int = 2
    late_pair: int = 1
    first_pair: int = 1
    room_change: int = 1
    building_change: int = 3


@dataclass(frozen=True)
class Problem:
    """A week to be filled: who wants what, where, and what is taken already."""

    wants: Sequence[Want]
    rooms: Sequence[Room]
    days: int = 6
    pairs: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    late_from: int = 5
    group_day_max: int = 4
    teacher_day_max: int = 5
    busy_teachers: Mapping[int, set[Moment]] = field(default_factory=dict)
    busy_rooms: Mapping[int, set[Moment]] = field(default_factory=dict)
    busy_listeners: Mapping[Audience, set[Moment]] = field(default_factory=dict)
    cannot: Mapping[int, set[Cell]] = field(default_factory=dict)
    rather_not: Mapping[int, set[Cell]] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)

    @property
    def cells(self) -> list[Cell]:
        return [Cell(day, pair) for day in range(self.days) for pair in self.pairs]


@dataclass(frozen=True)
class Place:
    """Where a want got: ``parity`` is None for every week; ``room`` is None while no room was found."""

    day: int
    pair: int
    parity: int | None = None
    room: int | None = None

    @property
    def cell(self) -> Cell:
        return Cell(self.day, self.pair)

    @property
    def moments(self) -> list[Moment]:
        return [Moment(self.day, self.pair, one) for one in BOTH if self.parity is None or self.parity == one]


def wants_of(
    teaching: int,
    *,
    lessons: int,
    weeks: int,
    teachers: tuple[int, ...],
    audience: tuple[Audience, ...],
    training_type: str,
    people: int,
) -> list[Want]:
    """The places a week that ``lessons`` in ``weeks`` need.

    As many weekly places as every week is filled by; what is left over takes
    every second week where that is enough, else one more weekly place.
    """
    if lessons <= 0 or weeks <= 0:
        return []
    full, rest = divmod(lessons, weeks)
    shares = [weeks] * full + ([rest] if rest else [])
    return [
        Want(
            key=f"{teaching}:{number}",
            teaching=teaching,
            teachers=teachers,
            audience=audience,
            training_type=training_type,
            people=people,
            lessons=share,
            every_week=share > (weeks + 1) // 2,
        )
        for number, share in enumerate(shares, start=1)
    ]


def split(audience: Audience) -> tuple[str, int, Audience] | None:
    """What divides the group, which part this is, and the audience without that; None for everybody."""
    if audience.elective is not None and audience.alternative is not None:
        rest = audience._replace(elective=None, alternative=None)
        return f"elective {audience.elective}", audience.alternative, rest
    if audience.subgroup is not None:
        return f"division {audience.division}", audience.subgroup, Audience(audience.group)
    return None


def listener_busy(problem: Problem, listener: Audience) -> set[Moment]:
    """Moments at which the listener is taken by what stands already."""
    found: set[Moment] = set()
    for other, moments in problem.busy_listeners.items():
        if audiences_meet(listener, other):
            found |= moments
    return found


def fits(room: Room, want: Want) -> bool:
    """Whether the room is of the right kind and large enough."""
    return room.kind in want.room_kinds and room.capacity >= want.people


def allowed(problem: Problem, want: Want) -> list[tuple[Cell, int | None]]:
    """Cells (with a parity for what is not weekly) that nothing standing forbids the want."""
    taken: set[Moment] = set()
    for teacher in want.teachers:
        taken |= problem.busy_teachers.get(teacher, set())
    for listener in want.audience:
        taken |= listener_busy(problem, listener)
    forbidden = {cell for teacher in want.teachers for cell in problem.cannot.get(teacher, ())}
    rooms = [room for room in problem.rooms if fits(room, want)]
    found: list[tuple[Cell, int | None]] = []
    for cell in problem.cells:
        if cell in forbidden:
            continue
        for parity in (None,) if want.every_week else BOTH:
            moments = Place(*cell, parity).moments
            if taken.isdisjoint(moments) and any(
                problem.busy_rooms.get(room.pk, set()).isdisjoint(moments) for room in rooms
            ):
                found.append((cell, parity))
    return found


def broken(problem: Problem, places: Mapping[str, Place]) -> list[str]:
    """Hard rules that the places break, in words for a developer; empty when all hold."""
    wants = {want.key: want for want in problem.wants}
    rooms = {room.pk: room for room in problem.rooms}
    found: list[str] = []
    teachers: Counter = Counter()
    used_rooms: Counter = Counter()
    at: defaultdict[Moment, list[tuple[str, Audience]]] = defaultdict(list)
    for key, place in places.items():
        want = wants[key]
        if (place.parity is None) != want.every_week:
            found.append(f"{key}: wrong weeks")
        if any(place.cell in problem.cannot.get(teacher, ()) for teacher in want.teachers):
            found.append(f"{key}: the teacher cannot")
        if place.room is None or not fits(rooms[place.room], want):
            found.append(f"{key}: room")
        for moment in place.moments:
            for teacher in want.teachers:
                teachers[teacher, moment] += 1 + (moment in problem.busy_teachers.get(teacher, ()))
            used_rooms[place.room, moment] += 1 + (moment in problem.busy_rooms.get(place.room or 0, ()))
            for listener in want.audience:
                if moment in listener_busy(problem, listener):
                    found.append(f"{key}: {listener} is busy at {moment}")
                found += [
                    f"{key} and {other} at {moment}"
                    for other, who in at[moment]
                    if audiences_meet(who, listener)
                ]
                at[moment].append((key, listener))
    found += [f"teacher {who}" for who, count in teachers.items() if count > 1]
    found += [f"room {where}" for where, count in used_rooms.items() if count > 1]
    return found


# --- the account


def _windows(pairs: set[int]) -> int:
    """Empty pairs between the first and the last of a day."""
    return max(pairs) - min(pairs) + 1 - len(pairs) if pairs else 0


def _occupied(problem: Problem, places: Mapping[str, Place]) -> Iterator[tuple[Want, Place]]:
    for want in problem.wants:
        if want.key in places:
            yield want, places[want.key]


@dataclass(frozen=True)
class Account:
    """What came of it: figures that the page shows and the next round has to better."""

    wanted: int
    placed: int
    lessons_wanted: int
    lessons_placed: int
    group_windows: int
    teacher_windows: int
    teacher_days: int
    late_pairs: int
    first_pairs: int
    same_day: int
    wishes_broken: int
    room_changes: int
    building_changes: int

    def cost(self, weights: Weights) -> int:
        return (
            weights.unplaced * (self.wanted - self.placed)
            + weights.group_window * self.group_windows
            + weights.same_day * self.same_day
            + weights.wish * self.wishes_broken
            + weights.teacher_window * self.teacher_windows
            + weights.teacher_day * self.teacher_days
            + weights.late_pair * self.late_pairs
            + weights.first_pair * self.first_pairs
            + weights.room_change * self.room_changes
            + weights.building_change * self.building_changes
        )


def account_of(problem: Problem, places: Mapping[str, Place]) -> Account:
    """Count the account anew from the places alone."""
    groups: defaultdict[tuple[int, int, int], set[int]] = defaultdict(set)
    teachers: defaultdict[tuple[int, int, int], set[int]] = defaultdict(set)
    rooms_of: defaultdict[tuple[int, int, int], defaultdict[int, set[int]]] = defaultdict(
        lambda: defaultdict(set)
    )
    days: defaultdict[int, set[int]] = defaultdict(set)
    same: Counter = Counter()
    late = first = wishes = 0
    for want, place in _occupied(problem, places):
        late += place.pair >= problem.late_from
        first += place.pair == problem.pairs[0]
        same[want.teaching, place.day] += 1
        for moment in place.moments:
            for group in {one.group for one in want.audience}:
                groups[group, moment.day, moment.parity].add(moment.pair)
                if place.room is not None:
                    rooms_of[group, moment.day, moment.parity][moment.pair].add(place.room)
            for teacher in want.teachers:
                teachers[teacher, moment.day, moment.parity].add(moment.pair)
        for teacher in want.teachers:
            days[teacher].add(place.day)
            wishes += place.cell in problem.rather_not.get(teacher, ())
    placed = [want for want in problem.wants if want.key in places]
    buildings = {room.pk: room.building for room in problem.rooms}
    moves = [move for rooms in rooms_of.values() for move in _moves(problem, rooms)]
    return Account(
        wanted=len(problem.wants),
        placed=len(placed),
        lessons_wanted=sum(want.lessons for want in problem.wants),
        lessons_placed=sum(want.lessons for want in placed),
        group_windows=sum(_windows(pairs) for pairs in groups.values()),
        teacher_windows=sum(_windows(pairs) for pairs in teachers.values()),
        teacher_days=sum(len(one) for one in days.values()),
        late_pairs=late,
        first_pairs=first,
        same_day=sum(count - 1 for count in same.values()),
        wishes_broken=wishes,
        room_changes=len(moves),
        building_changes=sum(
            {buildings.get(one) for one in here}.isdisjoint(buildings.get(one) for one in there)
            for here, there in moves
        ),
    )


def _moves(problem: Problem, rooms: Mapping[int, set[int]]) -> Iterator[tuple[set[int], set[int]]]:
    """Auditoriums of two neighbouring pairs between which a group has to move; halves may be in several."""
    for pair, following in zip(problem.pairs, problem.pairs[1:], strict=False):
        here, there = rooms.get(pair), rooms.get(following)
        if here and there and here.isdisjoint(there):
            yield here, there


# --- why something has no place

TEACHER, AUDIENCE, ROOM, UNAVAILABLE = "teacher", "audience", "room", "unavailable"
NO_SUCH_ROOM, NO_FREE_CELL = "no_such_room", "no_free_cell"


@dataclass(frozen=True)
class Obstacle:
    """Why a want stayed without a place: how many cells of the week each thing stood in the way of."""

    key: str
    reason: str
    cells: int
    by: Mapping[str, int]


def obstacle(problem: Problem, want: Want, places: Mapping[str, Place]) -> Obstacle:
    """Look at every cell of the week and count what stands there."""
    rooms = [room for room in problem.rooms if fits(room, want)]
    if not rooms:
        return Obstacle(want.key, NO_SUCH_ROOM, len(problem.cells), {})
    taken_teachers, taken_rooms, listeners = taken(problem, places, but={want.key})
    by: Counter = Counter()
    for cell in problem.cells:
        options = [Place(*cell, parity).moments for parity in ((None,) if want.every_week else BOTH)]
        by[_in_the_way(problem, want, cell, options, taken_teachers, taken_rooms, listeners, rooms)] += 1
    by.pop("", None)
    return Obstacle(want.key, NO_FREE_CELL, len(problem.cells), dict(by))


def taken(
    problem: Problem, places: Mapping[str, Place], *, but: set[str]
) -> tuple[dict[int, set[Moment]], dict[int, set[Moment]], dict[Audience, set[Moment]]]:
    """Busy moments of teachers, rooms and listeners: what stands and what is placed, but for some wants."""
    teachers = {who: set(moments) for who, moments in problem.busy_teachers.items()}
    rooms = {who: set(moments) for who, moments in problem.busy_rooms.items()}
    listeners = {who: set(moments) for who, moments in problem.busy_listeners.items()}
    for want, place in _occupied(problem, places):
        if want.key in but:
            continue
        for teacher in want.teachers:
            teachers.setdefault(teacher, set()).update(place.moments)
        if place.room is not None:
            rooms.setdefault(place.room, set()).update(place.moments)
        for listener in want.audience:
            listeners.setdefault(listener, set()).update(place.moments)
    return teachers, rooms, listeners


def _in_the_way(problem, want, cell, options, teachers, rooms_taken, listeners, rooms) -> str:
    """The first thing that stands in the way in this cell; empty when nothing does."""
    if any(cell in problem.cannot.get(teacher, ()) for teacher in want.teachers):
        return UNAVAILABLE

    def free(taken: Iterable[set[Moment]]) -> bool:
        sets = list(taken)
        return any(all(one.isdisjoint(moments) for one in sets) for moments in options)

    if not free(teachers.get(teacher, set()) for teacher in want.teachers):
        return TEACHER
    if not free(
        moments
        for who, moments in listeners.items()
        if any(audiences_meet(who, listener) for listener in want.audience)
    ):
        return AUDIENCE
    if not any(free([rooms_taken.get(room.pk, set())]) for room in rooms):
        return ROOM
    return ""
