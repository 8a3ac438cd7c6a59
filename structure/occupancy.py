"""Who uses rooms when: uses come from every app that registers a source.

A source writes ``RoomSlot`` rows by a trigger on its own table (see
``sql/rooms.sql``), so the database keeps all of them apart; here it says how a
slot reads on the page. Class pairs come from whoever keeps them (duty 3.3).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from hemis.access.scope import Access
from structure import rules
from structure.models import Auditorium, RoomSlot


@dataclass(frozen=True)
class Use:
    """How one use reads: a short title, who and what, and where to look on."""

    title: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Source:
    """A kind of use: ``describe(access, ids)`` reads the rows of its own table in one go."""

    code: str
    title: str | Promise
    describe: Callable[[Access, Iterable[int]], dict[int, Use]]
    colour: str = "blue"


_sources: dict[str, Source] = {}
_pairs: list[Callable[[], Sequence[rules.Pair]]] = []


def register_source(source: Source) -> None:
    """Let an app's uses of rooms appear with its own words."""
    _sources[source.code] = source


def sources() -> list[Source]:
    return list(_sources.values())


def register_pairs(find: Callable[[], Sequence[rules.Pair]]) -> None:
    """Let the app that keeps class pairs draw the day; an empty answer leaves the usual hours."""
    _pairs[:] = [find]


def pairs() -> Sequence[rules.Pair]:
    """The pairs by which a day is drawn."""
    return (_pairs[0]() if _pairs else ()) or rules.USUAL_PAIRS


@dataclass(frozen=True)
class Shown:
    """A slot with its words."""

    slot: RoomSlot
    source: Source | None
    use: Use

    @property
    def hours(self) -> str:
        return f"{self.slot.starts_at:%H:%M}–{self.slot.ends_at:%H:%M}"


@dataclass
class Cell:
    """A day and pair of a room: what takes it."""

    day: datetime.date
    pair: rules.Pair
    uses: list[Shown] = field(default_factory=list)


@dataclass
class RoomWeek:
    """A room's week: a row of cells a day, and what lies outside all pairs or on Sunday."""

    room: Auditorium
    days: list[tuple[datetime.date, list[Cell]]]
    outside: list[Shown]

    @property
    def used(self) -> int:
        """How many pairs are taken."""
        return sum(bool(cell.uses) for _day, cells in self.days for cell in cells)

    def outside_on(self, day: datetime.date) -> list[Shown]:
        """What takes the room on a day outside all pairs."""
        return [one for one in self.outside if one.slot.day == day]

    @property
    def share(self) -> int:
        """Taken pairs in per cent of all."""
        return rules.share(self.used, sum(len(cells) for _day, cells in self.days))


def read_slots(
    rooms: Iterable[Auditorium], days: Sequence[datetime.date], access: Access
) -> dict[int, list[Shown]]:
    """Uses by room, in words; one query for the slots and those of each source for its rows."""
    slots = list(
        RoomSlot.objects.filter(auditorium__in=[room.pk for room in rooms], day__in=days).order_by(
            "day", "starts_at"
        )
    )
    wanted: dict[str, set[int]] = defaultdict(set)
    for slot in slots:
        wanted[slot.source].add(slot.source_id)
    words = {
        code: _sources[code].describe(access, ids) if code in _sources else {} for code, ids in wanted.items()
    }
    found: dict[int, list[Shown]] = defaultdict(list)
    for slot in slots:
        source = _sources.get(slot.source)
        use = words[slot.source].get(slot.source_id) or Use(str(source.title) if source else slot.source)
        found[slot.auditorium_id].append(Shown(slot, source, use))
    return found


def weeks(rooms: Sequence[Auditorium], day: datetime.date, access: Access) -> list[RoomWeek]:
    """The teaching week of ``day`` for each room."""
    days, the_pairs = rules.teaching_week(day), pairs()
    slots = read_slots(rooms, [*days, days[-1] + datetime.timedelta(days=1)], access)
    found = []
    for room in rooms:
        grid = {one: [Cell(one, pair) for pair in the_pairs] for one in days}
        outside = []
        for shown in slots.get(room.pk, []):
            slot = shown.slot
            taken = [
                cell
                for cell in grid.get(slot.day, [])
                if rules.overlap(cell.pair.starts_at, cell.pair.ends_at, slot.starts_at, slot.ends_at)
            ]
            for cell in taken:
                cell.uses.append(shown)
            if not taken:
                outside.append(shown)
        found.append(RoomWeek(room, list(grid.items()), outside))
    return found
