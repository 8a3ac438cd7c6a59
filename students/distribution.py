"""Distribution of people into groups: a pure function, with the reason for each who finds no place (duty 2.1).

A group takes who studies its speciality, in its form and language (an empty one takes
every form or language). Groups of one kind are filled to the same size as far as their
places go; who sits there already counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

BY_NAME, BALANCED = "name", "balanced"
NO_GROUP, NO_PLACE = "no_group", "no_place"


@dataclass(frozen=True)
class Someone:
    """Who is to be placed; ``name`` sorts, ``score`` is None where there is none."""

    key: int
    name: str
    speciality: int
    form: str
    language: str
    gender: str = ""
    score: Decimal | None = None
    entry_year: int | None = None


@dataclass(frozen=True)
class Place:
    """A group: its places and how many sit there already."""

    key: int
    name: str
    speciality: int
    form: str
    language: str
    capacity: int
    taken: int
    entry_year: int

    def takes(self, one: Someone) -> bool:
        return (
            self.speciality == one.speciality
            and self.form in ("", one.form)
            and self.language in ("", one.language)
            and one.entry_year in (None, self.entry_year)
        )


@dataclass
class Distribution:
    """Who goes where (person → group) and why the others do not."""

    places: dict[int, int] = field(default_factory=dict)
    left: dict[int, str] = field(default_factory=dict)


def distribute(people: Iterable[Someone], groups: Sequence[Place], *, by: str = BY_NAME) -> Distribution:
    """Everybody into a fitting group as long as there are places.

    By name: the alphabet runs through the groups one after the other. Balanced: women
    and men are dealt out apart, the highest scores first, each to the group that has the
    least, so that groups come near each other in both. People with fewer groups to choose from go first.
    """
    found = Distribution()
    free = {one.key: max(0, one.capacity - one.taken) for one in groups}
    size = {one.key: one.taken for one in groups}
    order = {one.key: at for at, one in enumerate(sorted(groups, key=lambda one: (one.name, one.key)))}
    kinds: dict[tuple[int, ...], list[Someone]] = {}
    scales = _Scales()
    for one in people:
        fitting = tuple(sorted((group.key for group in groups if group.takes(one)), key=order.__getitem__))
        kinds.setdefault(fitting, []).append(one)
    for fitting, same in sorted(kinds.items(), key=lambda kind: (len(kind[0]), kind[0])):
        if not fitting:
            found.left |= {one.key: NO_GROUP for one in same}
            continue
        shares = even_shares(len(same), [(key, size[key], free[key]) for key in fitting])
        for one, key in _by_name(same, shares) if by == BY_NAME else scales.deal(same, shares):
            if key is None:
                found.left[one.key] = NO_PLACE
                continue
            found.places[one.key] = key
            free[key] -= 1
            size[key] += 1
    return found


def even_shares(count: int, groups: Sequence[tuple[int, int, int]]) -> dict[int, int]:
    """How many of ``count`` each group (key, size now, free places) gets, so that sizes come out even."""
    shares = dict.fromkeys((key for key, _size, _free in groups), 0)
    for _one in range(count):
        open_ones = [
            (size + shares[key], at, key) for at, (key, size, free) in enumerate(groups) if shares[key] < free
        ]
        if not open_ones:
            break
        shares[min(open_ones)[2]] += 1
    return shares


def _by_name(people: Sequence[Someone], shares: dict[int, int]) -> list[tuple[Someone, int | None]]:
    ordered = sorted(people, key=lambda one: (one.name, one.key))
    seats: list[int | None] = [key for key, share in shares.items() for _seat in range(share)]
    return list(zip(ordered, seats + [None] * (len(ordered) - len(seats)), strict=True))


class _Scales:
    """What lies in each group already: how many of each gender, and the sum of scores."""

    def __init__(self) -> None:
        self.genders: Counter[tuple[int, str]] = Counter()
        self.scores: dict[int, Decimal] = {}

    def deal(self, people: Sequence[Someone], shares: dict[int, int]) -> list[tuple[Someone, int | None]]:
        """Women and men apart, the highest score first, each to the group that has the least of both."""
        left = dict(shares)
        dealt: list[tuple[Someone, int | None]] = []
        for one in sorted(people, key=lambda one: (one.gender, -(one.score or 0), one.name, one.key)):
            open_ones = [key for key, share in left.items() if share]
            if not open_ones:
                dealt.append((one, None))
                continue
            key = min(open_ones, key=lambda at: (self.genders[at, one.gender], self.scores.get(at, 0)))
            left[key] -= 1
            self.genders[key, one.gender] += 1
            self.scores[key] = self.scores.get(key, Decimal(0)) + (one.score or 0)
            dealt.append((one, key))
        return dealt
