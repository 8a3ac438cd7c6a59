"""What a gap is: rows that lack something, the unit they belong to, and whose duty it is to close it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Model, QuerySet
from django.utils.functional import Promise

from hemis.access import duties
from hemis.access.scope import Access, Scope
from hemis.pages.columns import Column

Text = str | Promise
FACULTY, KAFEDRA = "faculty", "kafedra"
ANY = ("", 0)


@dataclass(frozen=True)
class Moment:
    """When it is asked: today, and the academic year and half-year (11 autumn, 12 spring) that go on."""

    today: datetime.date
    year: int
    term: str

    @property
    def semesters(self) -> list[int]:
        """The semesters of plans that belong to the half-year."""
        return list(range(1 if self.term == "11" else 2, 13, 2))


@dataclass(frozen=True)
class Gap:
    """Rows that lack something.

    ``rows(scope, moment)`` are those that lack it, ``of`` all that ought to have it;
    both lead to their unit of ``level`` by the path ``unit``. ``permission`` opens the
    rows, ``duty`` names the line of the duty table by which somebody closes the gap.
    ``fix`` is the page where that is done, ``link`` the page of one row.
    """

    code: str
    title: Text
    level: str
    permission: str
    duty: str
    model: type[Model]
    rows: Callable[[Scope, Moment], QuerySet]
    unit: str | Callable[[], Any]
    columns: Sequence[Column]
    of: Callable[[Scope, Moment], QuerySet] | None = None
    help: Text = ""
    select_related: Sequence[str] = ()
    ordering: Sequence[str] = ("pk",)
    link: Callable[[Any], str] | None = None
    fix: Callable[[], str] | None = None
    complete: Callable[[list], None] = lambda rows: None

    @property
    def responsible(self) -> list[Promise]:
        """The units of the order whose duty it is."""
        return [
            duties.ROLES[role].title for one in duties.DUTIES if one.number == self.duty for role in one.roles
        ]

    def with_unit(self, rows: QuerySet) -> QuerySet:
        """Rows with the key of their unit as ``gap_unit``."""
        return rows.annotate(gap_unit=F(self.unit) if isinstance(self.unit, str) else self.unit())


GAPS: dict[str, Gap] = {}


def register(gap: Gap) -> Gap:
    """Make a gap known.

    Raises:
        ValueError: another gap has this code, or no duty has this number.
    """
    if GAPS.setdefault(gap.code, gap) is not gap:
        raise ValueError(f"Two gaps are called {gap.code}.")
    if gap.duty not in {one.number for one in duties.DUTIES}:
        raise ValueError(gap.duty)
    return gap


def open_to(access: Access, level: str) -> list[Gap]:
    """The gaps of a level whose rows this user may see."""
    return [one for one in GAPS.values() if one.level == level and access.can(one.permission)]


@dataclass
class Count:
    """How many rows lack something, of how many."""

    missing: int = 0
    of: int | None = None

    @property
    def share(self) -> int | None:
        """Per cent that are in order, never rounded up to a hundred."""
        if not self.of:
            return None
        return 100 * (self.of - self.missing) // self.of


@dataclass
class Overview:
    """Gap → unit → count; ``totals`` over all units of the scope."""

    counts: dict[str, dict[int, Count]] = field(default_factory=dict)
    totals: dict[str, Count] = field(default_factory=dict)


def overview(gaps: Sequence[Gap], access: Access, moment: Moment) -> Overview:
    """All counts in one statement, however many gaps there are; each within the scope of its own permission."""
    found = Overview({one.code: {} for one in gaps}, {one.code: Count() for one in gaps})
    parts, params = [], []
    for gap in gaps:
        scope = access.scope(gap.permission)
        asked = [(True, gap.rows), *([(False, gap.of)] if gap.of else [])]
        for is_missing, rows in asked:
            inner = gap.with_unit(rows(scope, moment)).order_by().values_list("gap_unit", "pk").distinct()
            try:
                sql, own = inner.query.sql_with_params()
            except EmptyResultSet:
                continue
            parts.append(
                "SELECT %s::text, %s::boolean, d.gap_unit::bigint, count(*) "  # noqa: S608 - made by the queryset
                f"FROM ({sql}) d GROUP BY d.gap_unit"
            )
            params += [gap.code, is_missing, *own]
    if not parts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        lines = cursor.fetchall()
    by_code = {one.code: one for one in gaps}
    for code, is_missing, unit, count in lines:
        for one in (found.counts[code].setdefault(unit or 0, Count()), found.totals[code]):
            if is_missing:
                one.missing += count
            else:
                one.of = (one.of or 0) + count
    assert by_code
    return found
