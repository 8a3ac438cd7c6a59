"""Figures as a picture and as a table: one mechanism for every page (law 9: they come aggregated from SQL)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise

Figure = int | Decimal


@dataclass(frozen=True)
class Series:
    """One colour of a chart: a value for each row, and where a click on it leads."""

    label: str | Promise
    values: Sequence[Figure]
    urls: Sequence[str] = ()


@dataclass(frozen=True)
class Cell:
    value: Figure
    url: str = ""


@dataclass(frozen=True)
class Chart:
    """Rows × series. ``templates/components/chart.html`` shows it; without JavaScript the table alone stands.

    ``heading`` names the rows, ``unit`` what is counted. ``kind`` is a type of Chart.js: ``bar``, ``line`` or
    ``doughnut``. ``totals`` adds sums to the table; leave it out where values do not add up (shares, averages).
    """

    title: str | Promise
    heading: str | Promise
    rows: Sequence[str | Promise]
    series: Sequence[Series]
    kind: str = "bar"
    stacked: bool = True
    horizontal: bool = False
    totals: bool = True
    unit: str | Promise = ""

    def __post_init__(self) -> None:
        if any(len(one.values) != len(self.rows) for one in self.series):
            raise ValueError("Every series has one value for each row.")

    @property
    def data(self) -> str:
        """What static/js/charts.js draws, as JSON."""
        return json.dumps(
            {
                "kind": self.kind,
                "stacked": self.stacked,
                "horizontal": self.horizontal,
                "labels": [str(row) for row in self.rows],
                "series": [
                    {
                        "label": str(one.label),
                        "values": [float(value) for value in one.values],
                        "urls": list(one.urls),
                    }
                    for one in self.series
                ],
            },
            ensure_ascii=False,
        )

    @property
    def table(self) -> list[tuple[str | Promise, list[Cell], Figure]]:
        """Label, cells and total of every row."""
        return [
            (
                label,
                [Cell(one.values[at], one.urls[at] if one.urls else "") for one in self.series],
                sum(one.values[at] for one in self.series),
            )
            for at, label in enumerate(self.rows)
        ]

    @property
    def sums(self) -> list[Figure]:
        """Total of every series."""
        return [sum(one.values) for one in self.series]

    @property
    def total(self) -> Figure:
        return sum(self.sums)

    @property
    def shows_row_totals(self) -> bool:
        return self.totals and len(self.series) > 1
