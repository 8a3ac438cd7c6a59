"""A cut as a workbook: what is counted, when and for whom, then the table; figures stay figures."""

from __future__ import annotations

import io

import xlsxwriter
from django.http import HttpResponse
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from reports.statistics.asking import Question, narrowed_words
from reports.statistics.cube import Figure, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_COLUMN, OTHERS = 44, 14


def workbook(question: Question, table: Table, access: Access) -> bytes:
    """The cut as it stands on the page."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet.write(0, 0, f"{question.statistic.title} · {question.when_text}", bold)
        at = 1
        for title, text in narrowed_words(question, access):
            sheet.write_string(at, 0, f"{title}: {text}")
            at += 1
        at += 1
        sheet.write_row(at, 0, _heads(question, table), wrapped)
        for key, label in table.rows:
            at += 1
            sheet.write_string(at, 0, label)
            _write(sheet, at, _line(question, table, key))
        at += 1
        sheet.write_string(at, 0, _("Total"), bold)
        foot = [one for col, _label in table.cols for one in table.col_totals.get(col, ())]
        _write(sheet, at, [*foot, *table.total], bold)
        sheet.set_column(0, 0, FIRST_COLUMN)
        sheet.set_column(1, max(1, len(table.cols) + len(table.measures)), OTHERS)
    return out.getvalue()


def _heads(question: Question, table: Table) -> list[str]:
    row = question.statistic.dimension(question.rows)
    corner = str(row.title) if row else ""
    if not question.cols:
        return [corner, *(str(one.title) for one in table.measures)]
    column = question.statistic.dimension(question.cols)
    corner = f"{corner} / {column.title if column else ''} · {question.figure.title}"
    return [corner, *(label for _key, label in table.cols), _("Total")]


def _line(question: Question, table: Table, key: str) -> list[Figure]:
    cells = [
        one
        for col, _label in table.cols
        for one in table.cells.get((key, col), (None,) * len(table.measures))
    ]
    return [*cells, *table.row_totals.get(key, ())]


def _write(sheet, at: int, figures: list[Figure], style=None) -> None:
    for place, value in enumerate(figures, start=1):
        if value is not None:
            sheet.write_number(at, place, value, style)


def response(question: Question, table: Table, access: Access) -> HttpResponse:
    """The workbook as a file to save."""
    answer = HttpResponse(workbook(question, table, access), content_type=XLSX)
    name = f"{question.statistic.key()}-{question.asked.until:%Y-%m-%d}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
