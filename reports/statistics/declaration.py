"""What a statistic is: rows at a time, dimensions to cut them by, measures to count (issue 6, duties 2.8 and 3.7)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst

from hemis.access.scope import Access, Scope
from hemis.classifiers import queries as classifiers
from hemis.pages.columns import Column

Text = str | Promise
# What a statistic asks of time: one day, a period, an academic year, a year with the day of the state of things.
# … or nothing, where rows have no time but that of today.
DAY, PERIOD, YEAR, YEAR_AND_DAY, NO_TIME = "day", "period", "year", "year and day", ""
# In addresses: the value that is not entered.
NOTHING = "-"


@dataclass(frozen=True)
class Asked:
    """The time that is asked about; ``year`` is an academic year by its first calendar year."""

    day: datetime.date
    since: datetime.date
    until: datetime.date
    year: int


# A path from the rows, or an expression that may depend on the time asked about.
Path = str | Callable[[Asked], Any]


@dataclass(frozen=True)
class Dimension:
    """What rows may be cut by.

    Labels come from the classifier ``list_code``, from ``choices``, or from
    ``names``, which finds those of many keys at once. ``offered`` are the rows
    that the filter offers. ``is_wide``: too many values to stand in columns;
    ``is_time``: values follow each other, so that a line is drawn.
    """

    code: str
    title: Text
    path: Path
    list_code: str = ""
    choices: Sequence[tuple[str, Text]] = ()
    names: Callable[[Collection[str]], dict[str, str]] | None = None
    offered: Callable[[Access], QuerySet] | None = None
    is_wide: bool = False
    is_time: bool = False
    # Which options of a long classifier the filter offers.
    among: Callable[[str], bool] | None = None

    def expression(self, asked: Asked) -> Any:
        """The path or expression at a time."""
        return self.path if isinstance(self.path, str) else self.path(asked)

    def labels(self, keys: Collection[str]) -> dict[str, str]:
        """The words for keys; a key that nothing names stands for itself. At most one query."""
        if self.list_code:
            return {key: classifiers.label(self.list_code, key) for key in keys}
        if self.names:
            return {key: key for key in keys} | self.names([key for key in keys if key])
        known = {key: str(text) for key, text in self.choices}
        return {key: known.get(key, key) for key in keys}

    def words(self, keys: Collection[str], access: Access) -> dict[str, str]:
        """The words for keys that an address names: rows only where the filter offers them. At most one query."""
        if not self.offered:
            return self.labels(keys)
        wanted = [key for key in keys if key.isdecimal() and len(key) < 19]
        return {key: key for key in keys} | {
            str(row.pk): str(row) for row in (self.offered(access).filter(pk__in=wanted) if wanted else ())
        }

    def places(self) -> dict[str, int] | None:
        """Key → place of lists with an order of their own; None where the alphabet orders."""
        if self.list_code:
            return {code: at for at, code in enumerate(classifiers.options(self.list_code))}
        if self.choices:
            return {key: at for at, (key, _text) in enumerate(self.choices)}
        return None

    def options(self) -> list[tuple[str, str]]:
        """What the filter offers, where that needs no query."""
        if self.list_code:
            found = classifiers.choices(self.list_code)
            return [(code, text) for code, text in found if self.among is None or self.among(code)]
        return [(key, capfirst(str(text))) for key, text in self.choices]


COUNT = "count(*)"


@dataclass(frozen=True)
class Measure:
    """What is counted, as an SQL aggregate over the rows; ``{name}`` stands for one of ``inputs``.

    ``why`` tells in words how the figure comes about (law 6). ``adds_up``: the cells
    of any cut add up to the total, so that bars may be stacked.
    """

    code: str
    title: Text
    sql: str = COUNT
    inputs: Mapping[str, Path] = field(default_factory=dict)
    unit: Text = ""
    why: Text = ""
    adds_up: bool = True
    digits: int = 0


@dataclass(frozen=True)
class Joined:
    """Something of another table that measures need: a LEFT JOIN as SQL, with its parameters at a time."""

    sql: str
    params: Callable[[Asked], list[Any]] = lambda asked: []
    inputs: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Statistic:
    """Rows in scope at a time, and all that one may ask of them.

    ``rows(scope, asked)`` is where everything starts: the figures and the list of
    rows behind each of them. ``chosen`` narrows a dimension as long as nobody has
    chosen anything. ``link`` leads from a row of the list to its page.
    """

    code: str
    title: Text
    permission: str
    rows: Callable[[Scope, Asked], QuerySet]
    model: type[Model]
    time: str
    dimensions: Sequence[Dimension]
    measures: Sequence[Measure]
    by: tuple[str, str]
    columns: Sequence[Column]
    help: Text = ""
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    joined: Joined | None = None
    select_related: Sequence[str] = ()
    ordering: Sequence[str] = ("pk",)
    link: Callable[[Any], str] | None = None
    # Fills in what the columns need and the rows have not, at once for a page of them.
    complete: Callable[[list], None] = lambda rows: None
    place: int = 50
    # A year of entry is a calendar year that may lie ahead of the academic one.
    year_title: Text = ""

    def url_name(self, page: str) -> str:
        """The name of one of its addresses: ``page``, ``list``, ``print``, ``export``, ``options`` or ``views``."""
        return f"statistics_{self.code}_{page}"

    def key(self) -> str:
        """Under which its saved views are kept."""
        return f"statistics_{self.code}"

    def dimension(self, code: str) -> Dimension | None:
        """The dimension of this code, if there is one."""
        return next((one for one in self.dimensions if one.code == code), None)

    def measure(self, code: str) -> Measure:
        """The measure of this code, else the first."""
        return next((one for one in self.measures if one.code == code), self.measures[0])


STATISTICS: dict[str, Statistic] = {}


def register(statistic: Statistic) -> Statistic:
    """Make a statistic known: its pages, its place in the menu and its saved views follow.

    Raises:
        ValueError: another statistic has this code, or two dimensions have the same.
    """
    if STATISTICS.setdefault(statistic.code, statistic) is not statistic:
        raise ValueError(f"Two statistics are called {statistic.code}.")
    codes = [one.code for one in statistic.dimensions]
    if len(set(codes)) != len(codes):
        raise ValueError(f"Two dimensions of {statistic.code} have the same code.")
    return statistic


def in_order(found: Iterable[Statistic]) -> list[Statistic]:
    """As they stand in the menu."""
    return sorted(found, key=lambda one: (one.place, one.code))
