"""What apps of higher floors say about units: what hangs on them, how many of what, who heads them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from structure.models import Unit

Find = Callable[["Unit", datetime.date], list[str]]
Count = Callable[[Iterable[int], datetime.date], dict[int, int]]
FindHeads = Callable[[Iterable[int], datetime.date], "dict[int, list[Head]]"]


@dataclass(frozen=True)
class Blocker:
    """Something active that keeps a unit from closing; ``find`` names it, one text each."""

    title: str | Promise
    find: Find


@dataclass(frozen=True)
class Counter:
    """How many of something each unit has on a day."""

    code: str
    title: str | Promise
    count: Count


@dataclass(frozen=True)
class Head:
    """Who heads a unit, in which post, since when."""

    name: str
    post: str
    since: datetime.date | None = None


_blockers: dict[str, Blocker] = {}
_counters: dict[str, Counter] = {}
_heads: dict[str, FindHeads] = {}


def register_blocker(code: str, title: str | Promise, find: Find) -> None:
    """Let ``find(unit, day)`` keep a unit from closing on a day while it finds something."""
    _blockers[code] = Blocker(title, find)


def register_count(code: str, title: str | Promise, count: Count) -> None:
    """Let the tree show ``count(unit_ids, day)`` beside each unit."""
    _counters[code] = Counter(code, title, count)


def register_heads(code: str, find: FindHeads) -> None:
    """Let the tree show who heads the units on a day."""
    _heads[code] = find


def blockers() -> list[Blocker]:
    return list(_blockers.values())


def counters() -> list[Counter]:
    return list(_counters.values())


def heads(unit_ids: Iterable[int], day: datetime.date) -> dict[int, list[Head]]:
    """Heads by unit, from all who know some."""
    ids = list(unit_ids)
    found: dict[int, list[Head]] = {}
    for find in _heads.values():
        for unit_id, some in find(ids, day).items():
            found.setdefault(unit_id, []).extend(some)
    return found
