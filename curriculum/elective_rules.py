"""How the choices of electives are settled: a pure function with the reason of every place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

TIME, GPA = "time", "gpa"
OWN, LIST, OFFICE = "own", "list", "office"


@dataclass(frozen=True)
class Alternative:
    """One of the alternatives of an elective group: its places, and how many it needs to be taught."""

    key: int
    places: int
    minimum: int = 1


@dataclass(frozen=True)
class Wish:
    """What a student chose, and when (any number that grows with time)."""

    student: int
    alternative: int
    moment: float
    gpa: Decimal | None = None
    placed: bool = False


@dataclass(frozen=True)
class Settled:
    """A student's place and how it came about: own choice, from the waiting list, or given by the office."""

    student: int
    alternative: int
    way: str


@dataclass
class Outcome:
    """All places, the alternatives that too few chose, and who is left without a place."""

    places: list[Settled] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    without: list[int] = field(default_factory=list)


def in_order(wishes: Iterable[Wish], priority: str) -> list[Wish]:
    """Who comes before whom: by the moment of choosing, or by GPA and then by the moment."""
    if priority == GPA:
        return sorted(wishes, key=lambda one: (-(one.gpa or Decimal(0)), one.moment, one.student))
    return sorted(wishes, key=lambda one: (one.moment, one.student))


def settle(
    alternatives: Sequence[Alternative],
    wishes: Iterable[Wish],
    undecided: Iterable[int],
    priority: str = TIME,
) -> Outcome:
    """Places of one elective group.

    In order: everybody gets the own choice while there are places; those whose
    alternative is full and those who did not choose get the one with the most free
    places; an alternative that stays below its minimum even so is dropped, the
    smallest first, while the others hold everybody, and all is settled anew. Nobody is placed twice
    and no alternative beyond its places; who finds none is told of as ``without``.
    """
    ordered = in_order(wishes, priority)
    kept = {one.key: one for one in alternatives}
    dropped: list[int] = []
    others = [one for one in undecided if one not in {wish.student for wish in ordered}]
    while True:
        outcome = _outcome(ordered, others, kept, _seat(ordered, kept), dropped)
        small = _too_small(kept, outcome, len(ordered) + len(others))
        if small is None:
            return outcome
        dropped.append(small)
        del kept[small]


def _seat(ordered: Sequence[Wish], kept: Mapping[int, Alternative]) -> dict[int, int]:
    """Own choices while there are places, in the order of priority."""
    left = {key: one.places for key, one in kept.items()}
    seated: dict[int, int] = {}
    for wish in ordered:
        if left.get(wish.alternative, 0) > 0 and wish.student not in seated:
            seated[wish.student] = wish.alternative
            left[wish.alternative] -= 1
    return seated


def _too_small(kept: Mapping[int, Alternative], outcome: Outcome, people: int) -> int | None:
    """The alternative to drop: below its minimum, the fewest first; the others must hold everybody."""
    counts = dict.fromkeys(kept, 0)
    for place in outcome.places:
        counts[place.alternative] += 1
    candidates = [
        key
        for key, one in kept.items()
        if counts[key] < one.minimum
        and len(kept) > 1
        and sum(other.places for other in kept.values() if other.key != key) >= people
    ]
    return min(candidates, key=lambda key: (counts[key], key), default=None)


def _outcome(
    ordered: Sequence[Wish], others: Sequence[int], kept: Mapping[int, Alternative], seated: Mapping[int, int],
    dropped: list[int],
) -> Outcome:  # fmt: skip
    outcome = Outcome(dropped=list(dropped))
    left = {key: one.places for key, one in kept.items()}
    first = {wish.student: wish for wish in ordered}
    for student, key in seated.items():
        left[key] -= 1
        outcome.places.append(Settled(student, key, OWN if first[student].placed else LIST))
    for student in [one.student for one in ordered if one.student not in seated] + list(others):
        free = [key for key, count in left.items() if count > 0]
        if not free:
            outcome.without.append(student)
            continue
        key = max(free, key=lambda one: (left[one], -one))
        left[key] -= 1
        outcome.places.append(Settled(student, key, OFFICE))
    return outcome
