"""What a session of controls is to the solver: exams, hard rules, wishes, and an honest account. Pure."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from curriculum.timetable.rules import Audience, audiences_meet


class Slot(NamedTuple):
    """A pair of a day; the day is its place in ``Problem.days``."""

    day: int
    pair: int


@dataclass(frozen=True)
class Exam:
    """A control that some groups sit together, and who of the kafedra may hold it.

    ``days`` are the days on which every plan allows it; who sits with another group by a
    registration of one's own is an audience besides (a group with a negative number).
    """

    key: str
    subject: int
    audience: tuple[Audience, ...]
    examiners: tuple[int, ...]
    people: int
    days: frozenset[int]
    needs_access: bool = False
    # How many hold it together: two where the sheet is marked by a commission.
    heads: int = 1


@dataclass(frozen=True)
class Room:
    """An auditorium that may be given; ``seats`` is how many may sit in it at a control."""

    pk: int
    seats: int
    building: int
    accessible: bool = True


@dataclass(frozen=True)
class Weights:
    """What a broken wish costs; a control without a place costs more than any of them."""

    unplaced: int = 1000
    tight: int = 6
    access: int = 20
    wish: int = 6
    building: int = 3
    late_pair: int = 2
    big_late: int = 1


@dataclass(frozen=True)
class Problem:
    """A session to be filled: what is to be sat, where, and what is taken already.

    ``gap`` is how many days after a control the next one of a group may be at the
    earliest (2: one free day between); 0 and 1 ask for nothing.
    """

    exams: Sequence[Exam]
    rooms: Sequence[Room]
    days: tuple[datetime.date, ...]
    pairs: tuple[int, ...] = (1, 2, 3, 4)
    gap: int = 2
    most_a_day: int = 1
    examiner_day_max: int = 3
    late_from: int = 4
    big_from: int = 60
    busy_teachers: Mapping[int, set[Slot]] = field(default_factory=dict)
    busy_rooms: Mapping[int, set[Slot]] = field(default_factory=dict)
    busy_listeners: Mapping[Audience, set[Slot]] = field(default_factory=dict)
    # Days of controls that stand already and count against the same gap, within the session or near it.
    standing: Mapping[Audience, Sequence[datetime.date]] = field(default_factory=dict)
    cannot: Mapping[int, set[Slot]] = field(default_factory=dict)
    rather_not: Mapping[int, set[Slot]] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)

    @property
    def day_most(self) -> int:
        """Controls of a group in a day: one where days between are asked for."""
        return 1 if self.gap > 1 else self.most_a_day or len(self.pairs)

    @property
    def tight_days(self) -> int:
        """Controls of a group so many days apart or fewer are closer than anyone would wish."""
        return max(self.gap, 1)

    def apart(self, one: int, other: int) -> int:
        """How many days lie between two days of the session."""
        return abs((self.days[one] - self.days[other]).days)


@dataclass(frozen=True)
class Place:
    """Where an exam got, and who holds it; ``room`` is None while no room was found."""

    day: int
    pair: int
    examiner: int
    room: int | None = None
    second: int | None = None

    @property
    def examiners(self) -> tuple[int, ...]:
        """Everybody who holds it."""
        return (self.examiner,) if self.second is None else (self.examiner, self.second)

    @property
    def slot(self) -> Slot:
        return Slot(self.day, self.pair)


def split(audience: Audience) -> tuple[str, int] | None:
    """The elective and the alternative that this is for; None for a whole group."""
    if audience.elective is None or audience.alternative is None:
        return None
    return audience.elective, audience.alternative


def fits(room: Room, exam: Exam) -> bool:
    """Whether the room seats everybody."""
    return room.seats >= exam.people


def meet(one: Exam, other: Exam) -> bool:
    """Whether somebody sits both."""
    return any(audiences_meet(mine, theirs) for mine in one.audience for theirs in other.audience)


class Taken:
    """What stands and what has been placed: who may still have which hour."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.teachers: defaultdict[int, set[Slot]] = defaultdict(set)
        self.rooms: defaultdict[int, set[Slot]] = defaultdict(set)
        self.busy: defaultdict[int, list[tuple[Audience, set[Slot]]]] = defaultdict(list)
        # Days of controls by group: those of this kind, which keep days between.
        self.sat: defaultdict[int, list[tuple[Audience, datetime.date]]] = defaultdict(list)
        self.load: Counter = Counter()
        self.examined: Counter = Counter()
        # Buildings in which controls of this session are held, by day.
        self.buildings: defaultdict[int, set[int]] = defaultdict(set)
        self._building = {room.pk: room.building for room in problem.rooms}
        for teacher, slots in problem.busy_teachers.items():
            self.teachers[teacher] |= slots
        for room, slots in problem.busy_rooms.items():
            self.rooms[room] |= slots
        for listener, slots in problem.busy_listeners.items():
            self.busy[listener.group].append((listener, set(slots)))
        for listener, days in problem.standing.items():
            self.sat[listener.group] += [(listener, day) for day in days]

    def take(self, exam: Exam, place: Place) -> None:
        """The exam has this place."""
        for who in place.examiners:
            self.teachers[who].add(place.slot)
            self.load[who] += 1
            self.examined[who, place.day] += 1
        if place.room is not None:
            self.rooms[place.room].add(place.slot)
            self.buildings[place.day].add(self._building[place.room])
        for listener in exam.audience:
            self.busy[listener.group].append((listener, {place.slot}))
            self.sat[listener.group].append((listener, self.problem.days[place.day]))

    # --- why not

    def audience_is_free(self, exam: Exam, slot: Slot) -> bool:
        return not any(
            slot in slots and audiences_meet(mine, other)
            for mine in exam.audience
            for other, slots in self.busy[mine.group]
        )

    def keeps_days_between(self, exam: Exam, day: int) -> bool:
        """Whether nobody who sits it has another control too near."""
        date, problem = self.problem.days[day], self.problem
        for mine in exam.audience:
            theirs = [when for other, when in self.sat[mine.group] if audiences_meet(mine, other)]
            if sum(when == date for when in theirs) >= problem.day_most:
                return False
            if any(when != date and abs((when - date).days) < problem.gap for when in theirs):
                return False
        return True

    def examiner_is_free(self, who: int, slot: Slot) -> bool:
        return (
            slot not in self.teachers[who]
            and slot not in self.problem.cannot.get(who, ())
            and self.examined[who, slot.day] < self.problem.examiner_day_max
        )

    def free_examiners(self, exam: Exam, slot: Slot) -> list[int]:
        """Who may hold it then: willing first, then whoever has held fewest."""
        found = [one for one in exam.examiners if self.examiner_is_free(one, slot)]
        return sorted(
            found, key=lambda one: (slot in self.problem.rather_not.get(one, ()), self.load[one], one)
        )

    def free_rooms(self, exam: Exam, slot: Slot) -> list[Room]:
        """Rooms that seat everybody and are free, the least fitting last."""
        found = [one for one in self.problem.rooms if fits(one, exam) and slot not in self.rooms[one.pk]]
        return sorted(
            found, key=lambda one: (exam.needs_access and not one.accessible, one.seats, one.building, one.pk)
        )

    def why_not(self, exam: Exam, place: Place) -> str:
        """The first hard rule that the place would break; empty when it breaks none."""
        room = next((one for one in self.problem.rooms if one.pk == place.room), None)
        if place.day not in exam.days or place.pair not in self.problem.pairs:
            return DAY
        if not self.audience_is_free(exam, place.slot):
            return AUDIENCE
        if not self.keeps_days_between(exam, place.day):
            return DENSE
        if len(set(place.examiners)) != exam.heads:
            return EXAMINER
        if any(
            who not in exam.examiners or not self.examiner_is_free(who, place.slot) for who in place.examiners
        ):
            return EXAMINER
        if room is None or not fits(room, exam) or place.slot in self.rooms[room.pk]:
            return ROOM
        return ""


def slots_of(problem: Problem, exam: Exam) -> list[Slot]:
    """Pairs of the days on which every plan allows the exam."""
    return [Slot(day, pair) for day in sorted(exam.days) for pair in problem.pairs]


def placed(problem: Problem, places: Mapping[str, Place]) -> Iterator[tuple[Exam, Place]]:
    """The exams that have a place."""
    for exam in problem.exams:
        if exam.key in places:
            yield exam, places[exam.key]


def taken(problem: Problem, places: Mapping[str, Place], *, but: Iterable[str] = ()) -> Taken:
    """What stands and what is placed, but for some exams."""
    found, left_out = Taken(problem), set(but)
    for exam, place in placed(problem, places):
        if exam.key not in left_out:
            found.take(exam, place)
    return found


def broken(problem: Problem, places: Mapping[str, Place]) -> list[str]:
    """Hard rules that the places break, in words for a developer; empty when all hold."""
    found: list[str] = []
    so_far = Taken(problem)
    for exam, place in placed(problem, places):
        if why := so_far.why_not(exam, place):
            found.append(f"{exam.key} at {place}: {why}")
        so_far.take(exam, place)
    return found


# --- the account


@dataclass(frozen=True)
class Account:
    """What came of it: figures that the page shows and the next round has to better."""

    wanted: int
    placed: int
    sittings: int  # students × controls that have a place
    tight: int
    no_access: int
    wishes_broken: int
    buildings: int
    late_pairs: int
    big_late: int
    examiner_most: int

    def cost(self, weights: Weights) -> int:
        return (
            weights.unplaced * (self.wanted - self.placed)
            + weights.tight * self.tight
            + weights.access * self.no_access
            + weights.wish * self.wishes_broken
            + weights.building * self.buildings
            + weights.late_pair * self.late_pairs
            + weights.big_late * self.big_late
        )


def lateness(problem: Problem, exam: Exam, day: int) -> int:
    """How far into the session, in tenths, a large exam stands; 0 for the others."""
    return 10 * day // max(len(problem.days), 1) if exam.people >= problem.big_from else 0


def account_of(problem: Problem, places: Mapping[str, Place]) -> Account:
    """Count the account anew from the places alone."""
    rooms = {room.pk: room for room in problem.rooms}
    of_group: defaultdict[int, list[tuple[Audience, datetime.date]]] = defaultdict(list)
    for listener, days in problem.standing.items():
        of_group[listener.group] += [(listener, day) for day in days]
    load: Counter = Counter()
    used: set[tuple[int, int]] = set()
    no_access = wishes = late = big = 0
    done = list(placed(problem, places))
    for exam, place in done:
        room = rooms.get(place.room or 0)
        no_access += bool(exam.needs_access and room and not room.accessible)
        wishes += sum(place.slot in problem.rather_not.get(who, ()) for who in place.examiners)
        late += place.pair >= problem.late_from
        big += lateness(problem, exam, place.day)
        load.update(place.examiners)
        if room:
            used.add((place.day, room.building))
        for listener in exam.audience:
            of_group[listener.group].append((listener, problem.days[place.day]))
    return Account(
        wanted=len(problem.exams),
        placed=len(done),
        sittings=sum(exam.people for exam, _place in done),
        tight=sum(_tight(problem, rows) for group, rows in of_group.items() if group > 0),
        no_access=no_access,
        wishes_broken=wishes,
        buildings=len(used) - len({day for day, _building in used}),
        late_pairs=late,
        big_late=big,
        examiner_most=max(load.values(), default=0),
    )


def _tight(problem: Problem, rows: list[tuple[Audience, datetime.date]]) -> int:
    """Pairs of a group's controls with no more than the least number of days between."""
    return sum(
        abs((day - other_day).days) <= problem.tight_days and audiences_meet(one, other)
        for at, (one, day) in enumerate(rows)
        for other, other_day in rows[at + 1 :]
    )


# --- why something has no place

AUDIENCE, DENSE, EXAMINER, ROOM, DAY = "audience", "dense", "examiner", "room", "day"
NO_SUCH_ROOM, NO_EXAMINER, NO_DAY, NO_FREE_SLOT = "no_such_room", "no_examiner", "no_day", "no_free_slot"


@dataclass(frozen=True)
class Obstacle:
    """Why an exam stayed without a place: at how many pairs of its days each thing stood in the way."""

    reason: str
    slots: int = 0
    by: Mapping[str, int] = field(default_factory=dict)


def obstacle(problem: Problem, exam: Exam, places: Mapping[str, Place]) -> Obstacle:
    """Look at every pair of the days that are open to the exam and count what stands there."""
    if not exam.days:
        return Obstacle(NO_DAY)
    if len(exam.examiners) < exam.heads:
        return Obstacle(NO_EXAMINER)
    if not any(fits(room, exam) for room in problem.rooms):
        return Obstacle(NO_SUCH_ROOM)
    so_far, by = taken(problem, places, but=[exam.key]), Counter[str]()
    slots = slots_of(problem, exam)
    for slot in slots:
        if not so_far.audience_is_free(exam, slot):
            by[AUDIENCE] += 1
        elif not so_far.keeps_days_between(exam, slot.day):
            by[DENSE] += 1
        elif len(so_far.free_examiners(exam, slot)) < exam.heads:
            by[EXAMINER] += 1
        elif not so_far.free_rooms(exam, slot):
            by[ROOM] += 1
    return Obstacle(NO_FREE_SLOT, len(slots), dict(by))


# --- who sits together


class Seats(NamedTuple):
    """A group before a control: how many of it sit it, and the streams that it hears the subject with."""

    group: int
    people: int
    streams: frozenset[int]


def together(groups: Iterable[Seats], largest: int) -> list[list[int]]:
    """Groups of one subject that sit together: those of one stream, as many as the largest room seats.

    Streams are joined while there is room, in the order of the groups; a group that shares
    no stream sits by itself.
    """
    found: list[tuple[list[int], set[int], int]] = []
    for one in groups:
        for at, (members, streams, people) in enumerate(found):
            if streams & one.streams and people + one.people <= largest:
                found[at] = ([*members, one.group], streams | one.streams, people + one.people)
                break
        else:
            found.append(([one.group], set(one.streams), one.people))
    return [members for members, _streams, _people in found]
