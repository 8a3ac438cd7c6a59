"""Distribution of people into groups: a pure function, with the reason for each who finds no place (duty 2.1).

A group takes who studies its speciality, in its form and language (an empty one takes
every form or language). Groups of one kind are filled to the same size as far as their
places go; who sits there already counts.
"""

from __future__ import annotations

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
    and men are dealt out in turns, the highest scores first and back and forth, so that
    groups come near each other in both. People with fewer groups to choose from go first.
    """
    found = Distribution()
    free = {one.key: max(0, one.capacity - one.taken) for one in groups}
    size = {one.key: one.taken for one in groups}
    order = {one.key: at for at, one in enumerate(sorted(groups, key=lambda one: (one.name, one.key)))}
    kinds: dict[tuple[int, ...], list[Someone]] = {}
    for one in people:
        fitting = tuple(sorted((group.key for group in groups if group.takes(one)), key=order.__getitem__))
        kinds.setdefault(fitting, []).append(one)
    for fitting, same in sorted(kinds.items(), key=lambda kind: (len(kind[0]), kind[0])):
        if not fitting:
            found.left |= {one.key: NO_GROUP for one in same}
            continue
        shares = even_shares(len(same), [(key, size[key], free[key]) for key in fitting])
        for one, key in _dealt(same, shares, by=by):
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


def _dealt(people: Sequence[Someone], shares: dict[int, int], *, by: str) -> list[tuple[Someone, int | None]]:
    seats: list[int | None]
    if by == BY_NAME:
        ordered = sorted(people, key=lambda one: (one.name, one.key))
        seats = [key for key, share in shares.items() for _seat in range(share)]
    else:
        ordered = sorted(people, key=lambda one: (one.gender, -(one.score or 0), one.name, one.key))
        seats = back_and_forth(shares)
    return list(zip(ordered, seats + [None] * (len(ordered) - len(seats)), strict=True))


def back_and_forth(shares: dict[int, int]) -> list[int | None]:
    """Seats in rounds over the groups, every second round backwards, until each has its share."""
    left, seats, forward = dict(shares), [], True
    while any(left.values()):
        keys = [key for key, share in left.items() if share]
        for key in keys if forward else reversed(keys):
            left[key] -= 1
            seats.append(key)
        forward = not forward
    return seats  # type: ignore[return-value]
