"""A cut as a chart, and a figure as text."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.utils import formats

from hemis.pages.charts import Chart, Series
from reports.statistics.asking import Question
from reports.statistics.cube import Figure, Table
from reports.statistics.declaration import Measure

# More bars than these are not read but counted.
MOST_ROWS, MOST_SERIES = 20, 6
LONG = 12


def figure_text(value: Figure, measure: Measure) -> str:
    """The figure with the measure's decimals; nothing where there is nothing."""
    if value is None:
        return ""
    figure = Decimal(value)
    digits = 0 if figure == int(figure) and not measure.digits else measure.digits
    return formats.number_format(figure, digits, force_grouping=abs(figure) >= 1000)


def chart_of(question: Question, table: Table, listed: Callable[..., str]) -> Chart | None:
    """The first measure of the cut by its rows: the largest of many; the columns as colours."""
    rows = [(key, label) for key, label in table.rows if table.row_totals[key][0]]
    dimension = question.statistic.dimension(question.rows)
    if not rows or dimension is None:
        return None
    if len(rows) > MOST_ROWS and not dimension.is_time:
        rows = sorted(rows, key=lambda one: -(table.row_totals[one[0]][0] or 0))[:MOST_ROWS]
    cols = table.cols if question.cols and question.figure.adds_up else []
    cols = (
        sorted(cols, key=lambda one: -(table.col_totals[one[0]][0] or 0))[:MOST_SERIES]
        if len(cols) > MOST_SERIES
        else cols
    )
    if cols:
        series = [
            Series(
                label,
                [table.cells.get((key, col), (0,))[0] or 0 for key, _label in rows],
                [listed(question, **{question.rows: key, question.cols: col}) for key, _label in rows],
            )
            for col, label in cols
        ]  # fmt: skip
    else:
        series = [
            Series(
                question.measures[0].title,
                [table.row_totals[key][0] or 0 for key, _label in rows],
                [listed(question, **{question.rows: key}) for key, _label in rows],
            )
        ]
    return Chart(
        title=question.statistic.title,
        heading=dimension.title,
        rows=[label for _key, label in rows],
        series=series,
        kind="line" if dimension.is_time and len(rows) > 1 else "bar",
        stacked=not dimension.is_time,
        horizontal=not dimension.is_time and any(len(str(label)) > LONG for _key, label in rows),
        unit=question.figure.unit,
    )
