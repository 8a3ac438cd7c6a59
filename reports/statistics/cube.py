"""One statement behind any cut: cells, totals of rows and columns and the grand total, exact for every measure.

The rows come from the statistic's own queryset, so that a figure and the list
behind it cannot disagree. Totals are counted by the database (GROUPING SETS), not
added up: people, shares and averages of a total are those of the total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from hemis.access.scope import Scope
from hemis.people import names
from reports.statistics.declaration import NOTHING, Asked, Dimension, Measure, Path, Statistic

Figure = int | Decimal | None
Chosen = Mapping[str, Sequence[str]]


@dataclass
class Table:
    """A cut. Figures are tuples, one for each of ``measures``; without columns ``cols`` is empty."""

    measures: Sequence[Measure]
    rows: list[tuple[str, str]] = field(default_factory=list)
    cols: list[tuple[str, str]] = field(default_factory=list)
    cells: dict[tuple[str, str], tuple[Figure, ...]] = field(default_factory=dict)
    row_totals: dict[str, tuple[Figure, ...]] = field(default_factory=dict)
    col_totals: dict[str, tuple[Figure, ...]] = field(default_factory=dict)
    total: tuple[Figure, ...] = ()


def _resolved(path: Path, asked: Asked) -> Any:
    found = path if isinstance(path, str) else path(asked)
    return F(found) if isinstance(found, str) else found


def narrowed(statistic: Statistic, rows: QuerySet, asked: Asked, chosen: Chosen) -> QuerySet:
    """Rows that have one of the chosen values in every dimension that is chosen."""
    for code, values in chosen.items():
        dimension = statistic.dimension(code)
        if dimension is None or not values:
            continue
        name = f"cut_{code}"
        rows = rows.alias(**{name: Cast(_resolved(dimension.path, asked), TextField())})
        wanted = Q(**{f"{name}__in": [one for one in values if one != NOTHING]})
        if NOTHING in values:
            wanted |= Q(**{f"{name}__isnull": True}) | Q(**{name: ""})
        rows = rows.filter(wanted)
    return rows


def rows_of(statistic: Statistic, *, scope: Scope, asked: Asked, chosen: Chosen) -> QuerySet:
    """The rows behind a figure."""
    return narrowed(statistic, statistic.rows(scope, asked), asked, chosen)


def statement(
    statistic: Statistic,
    *,
    scope: Scope,
    asked: Asked,
    cuts: Sequence[Dimension],
    measures: Sequence[Measure],
    chosen: Chosen,
) -> tuple[str, list[Any]]:
    """The statement behind a cut along none, one or two dimensions.

    Names come from declarations, values are parameters.

    Raises:
        EmptyResultSet: nothing can be in scope.
    """
    columns: dict[str, Any] = {}
    for at, dimension in enumerate(cuts):
        columns[f"cut{at}"] = _resolved(dimension.path, asked)
    inputs: dict[str, Path] = {name: path for one in measures for name, path in one.inputs.items()}
    inputs |= statistic.joined.inputs if statistic.joined else {}
    for name, path in inputs.items():
        columns[f"in_{name}"] = _resolved(path, asked)
    rows = rows_of(statistic, scope=scope, asked=asked, chosen=chosen).order_by()
    rows = rows.annotate(**columns)
    inner, params = rows.values_list(*(columns or ["pk"])).query.sql_with_params()
    if _asks_more(rows):
        inner += " OFFSET 0"
    fields = {name: f'd."in_{name}"' for name in inputs}
    # Nothing and an empty text are the same value.
    keys = [f"nullif(d.\"cut{at}\"::text, '')" for at in range(len(cuts))]
    selected = [f"grouping({key}), {key}" for key in keys]
    selected += [one.sql.format(**fields) for one in measures]
    join, join_params = "", []
    if statistic.joined:
        join, join_params = statistic.joined.sql.format(**fields), statistic.joined.params(asked)
    sets = ["()"] if not keys else [f"({', '.join(keys)})", "()"]
    if len(keys) > 1:
        sets += [f"({key})" for key in keys]
    sql = (
        f"SELECT {', '.join(selected)} FROM ({inner}) d {join} "  # noqa: S608 - names come from declarations
        f"GROUP BY GROUPING SETS ({', '.join(sets)})"
    )
    return sql, [*params, *join_params]


def _asks_more(rows: QuerySet) -> bool:
    """Whether a column is a query of its own.

    Drawn into the outer statement, such a column would be asked again for each figure made of it;
    ``OFFSET 0`` holds the rows apart.
    """
    columns = rows.query.annotations.values()
    return any(getattr(part, "subquery", False) for one in columns for part in one.flatten())


def read(
    statistic: Statistic,
    *,
    scope: Scope,
    asked: Asked,
    rows: str = "",
    cols: str = "",
    measures: Sequence[Measure] = (),
    chosen: Chosen | None = None,
) -> Table:
    """Cut the rows in scope. One statement, and one more for the names of each dimension that has a table.

    Raises:
        KeyError: no such dimension.
    """
    cuts = []
    for code in filter(None, (rows, cols)):
        dimension = statistic.dimension(code)
        if dimension is None:
            raise KeyError(code)
        cuts.append(dimension)
    made = Table(measures or statistic.measures)
    made.total = tuple(None if one.digits else 0 for one in made.measures)
    try:
        sql, params = statement(
            statistic, scope=scope, asked=asked, cuts=cuts, measures=made.measures, chosen=chosen or {}
        )
    except EmptyResultSet:
        return made
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    row_keys, col_keys = _sort_out(made, found, len(cuts))
    if cuts:
        made.rows = _ordered(cuts[0], row_keys)
    if len(cuts) > 1:
        made.cols = _ordered(cuts[1], col_keys)
    return made


def _sort_out(made: Table, found: list[tuple], cuts: int) -> tuple[list[str], list[str]]:
    """Put each line of the answer into its place; the keys of rows and columns."""
    for line in found:
        keys = [(bool(line[at * 2]), line[at * 2 + 1] or "") for at in range(cuts)]
        figures = tuple(line[cuts * 2 :])
        over = [is_total for is_total, _key in keys]
        if all(over):
            made.total = figures
        elif not any(over) and cuts == 2:
            made.cells[keys[0][1], keys[1][1]] = figures
        elif over[0]:
            made.col_totals[keys[1][1]] = figures
        else:
            made.row_totals[keys[0][1]] = figures
    return list(made.row_totals), list(made.col_totals)


def _ordered(dimension: Dimension, keys: Sequence[str]) -> list[tuple[str, str]]:
    """Keys with labels: lists in their own order, figures and times as such, names by the alphabet, nothing last."""
    labels = dimension.labels(keys)
    places = dimension.places()

    def place(key: str) -> tuple:
        if not key:
            return (2, 0, "")
        if places is not None:
            return (0, places.get(key, len(places)), key)
        if dimension.names and not dimension.is_time:
            return (0, 0, names.sort_key(labels[key]))
        return (0, int(key), "") if key.isdecimal() else (1, 0, key)

    return [(key, labels[key] if key else _("not entered")) for key in sorted(keys, key=place)]
