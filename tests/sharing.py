"""Worlds that the tests of a file share: made once, seen by every test as if they had been made for it alone.

A fixture marked ``@shared`` stands on other shared ones only. What it writes lies in one transaction of the file,
a savepoint for each fixture; a test gets copies of the objects and, on top, the transaction that it has anyway.
The next test keeps the savepoints that it needs too, and undoes the rest.
"""

from __future__ import annotations

import copy
import inspect
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

import pytest
from django.db import connection, transaction

Make = Callable[..., Any]
MAKE = "_makes_shared"
WAY = pytest.StashKey[list[Make]]()


def shared(make: Make) -> Any:
    """A fixture that is made once for all tests of a file that ask for it.

    It names no fixture but ``db`` and shared ones. What is to be told after a commit is not told, and files that
    the making stores are not there for the tests. For a test with real commits it is made anew.
    """
    own = inspect.signature(make)

    def given(**asked: Any) -> Any:
        if WORLDS.copies is not None:
            return WORLDS.copies[make.__name__]
        return make(**{name: asked[name] for name in own.parameters})

    named = [one.replace(kind=one.KEYWORD_ONLY) for one in own.parameters.values()]
    if "db" not in own.parameters:
        named.append(inspect.Parameter("db", inspect.Parameter.KEYWORD_ONLY))
    given.__signature__ = own.replace(parameters=named)  # type: ignore[attr-defined]
    given.__name__, given.__doc__, given.__module__ = make.__name__, make.__doc__, make.__module__
    setattr(given, MAKE, make)
    return pytest.fixture(given)


def together(items: list[pytest.Item]) -> None:
    """Put the tests of each file in an order in which worlds are seldom undone; the order of files stays."""
    for _path, run in groupby(list(items), key=lambda item: item.path):
        tests = list(run)
        asked = {item: _asked(item) for item in tests}
        often = Counter(make for makes in asked.values() for make in makes.values())
        rank: dict[tuple[Make, ...], int] = {}
        for item in tests:
            way = item.stash[WAY] = _in_order(item, asked[item], often)
            for at in range(len(way)):
                rank.setdefault(tuple(way[: at + 1]), len(rank))
        tests.sort(
            key=lambda item: [rank[tuple(item.stash[WAY][: at + 1])] for at in range(len(item.stash[WAY]))]
        )
        first = items.index(next(iter(asked)))
        items[first : first + len(tests)] = tests


def _asked(item: pytest.Item) -> dict[str, Make]:
    """The shared fixtures of a test by their names."""
    known = getattr(item, "_fixtureinfo", None)
    found = known.name2fixturedefs.items() if known else ()
    return {name: make for name, (*_hidden, one) in found if (make := getattr(one.func, MAKE, None))}


def _in_order(item: pytest.Item, asked: dict[str, Make], often: Counter[Make]) -> list[Make]:
    """Each after those it stands on; what more tests of the file ask for comes first."""
    ordered: dict[str, Make] = {}

    def put(name: str) -> None:
        if name in ordered:
            return
        if name not in asked:
            raise LookupError(f"A shared fixture of {item.nodeid} stands on {name}, which is not shared.")
        for below in _below(asked[name]):
            put(below)
        ordered[name] = asked[name]

    for name in sorted(asked, key=lambda name: (-often[asked[name]], name)):
        put(name)
    return list(ordered.values())


def _below(make: Make) -> list[str]:
    return [name for name in inspect.signature(make).parameters if name != "db"]


class Worlds:
    """What is made at present: fixtures in their order, each in a savepoint of its own."""

    def __init__(self) -> None:
        self._made: list[tuple[Make, transaction.Atomic, Any]] = []
        # Nothing is shared by a test with real commits.
        self.copies: dict[str, Any] | None = None

    def prepare(self, wanted: list[Make]) -> None:
        """Undo what the next test does not need, make what it lacks, copy the objects for it."""
        if self._made and not connection.in_atomic_block:
            # The test before lost the connection, and with it all that was made.
            self._made.clear()
        self.undo(_common(self._made, wanted))
        for make in wanted[len(self._made) :]:
            self._make(make)
        # In one go: who stands in two of the worlds is one object for the test too.
        self.copies = copy.deepcopy({make.__name__: value for make, _savepoint, value in self._made})

    def undo(self, kept: int = 0) -> None:
        """Undo all that was made but the first ``kept`` ones."""
        self.copies = None
        while len(self._made) > kept:
            _make, savepoint, _value = self._made.pop()
            transaction.set_rollback(True)
            savepoint.__exit__(None, None, None)

    def _make(self, make: Make) -> None:
        known: dict[str, Any] = {one.__name__: value for one, _savepoint, value in self._made} | {"db": None}
        savepoint = transaction.atomic()
        # As Django marks its own: what insists on the outermost transaction may run inside.
        savepoint._from_testcase = True  # type: ignore[attr-defined]
        savepoint.__enter__()
        self._made.append((make, savepoint, None))
        try:
            value = make(**{name: known[name] for name in inspect.signature(make).parameters})
            check_what_waits()
        except BaseException:
            self.undo(len(self._made) - 1)
            raise
        self._made[-1] = (make, savepoint, value)


def check_what_waits() -> None:
    """What waits for the commit is checked now, else every test would check it again.

    Afterwards every constraint waits or does not, as it was declared: Django's own check leaves all of them waiting.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "SELECT string_agg(DISTINCT quote_ident(conname), ', ') FROM pg_constraint"
            " WHERE condeferrable AND NOT condeferred AND connamespace = 'public'::regnamespace"
        )
        if at_once := cursor.fetchone()[0]:
            cursor.execute(f"SET CONSTRAINTS {at_once} IMMEDIATE")


def _common(made: Iterable[tuple[Make, Any, Any]], wanted: list[Make]) -> int:
    """How many of the first ones are the same."""
    same = 0
    for (make, _savepoint, _value), asked in zip(made, wanted, strict=False):
        if make is not asked:
            break
        same += 1
    return same


WORLDS = Worlds()


def prepare_worlds(request: pytest.FixtureRequest) -> None:
    """Before a test's own transaction begins: its worlds; before one with real commits: none."""
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        WORLDS.undo()
    else:
        WORLDS.prepare(request.node.stash.get(WAY, []))
