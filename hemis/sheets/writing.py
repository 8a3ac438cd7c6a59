"""Workbooks that go back: the template with drop-downs, and faulty rows with marked cells."""

from __future__ import annotations

import datetime
import io
from collections import defaultdict
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from hemis.people.names import fold
from hemis.sheets.declaration import Fault, Sheet
from hemis.sheets.reading import Table

TEMPLATE_ROWS = 5000
# Excel shows longer whole numbers rounded; they are written as text.
LARGEST_NUMBER = 10**10


class _Book:
    """A workbook in memory with the few formats that both files share."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        # What a user typed stays text: never a formula, never a link.
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(self.out, options)
        self.head = self.book.add_format({"bold": True, "bg_color": "#D9E8F6", "border": 1})
        self.plain = {
            "date": self.book.add_format({"num_format": "dd.mm.yyyy"}),
            "text": self.book.add_format({"num_format": "@"}),
        }
        self.bad = {
            "date": self.book.add_format({"num_format": "dd.mm.yyyy", "bg_color": "#F8C9C4"}),
            "text": self.book.add_format({"num_format": "@", "bg_color": "#F8C9C4"}),
        }

    def page(self, name: str, headers: list[str]):
        page = self.book.add_worksheet(name[:31])
        for at, header in enumerate(headers):
            page.write_string(0, at, header, self.head)
            page.set_column(at, at, max(12, min(len(header) + 4, 40)), self.plain["text"])
        page.freeze_panes(1, 0)
        return page

    def content(self) -> bytes:
        self.book.close()
        return self.out.getvalue()


def _put(page: Any, row: int, column: int, value: Any, styles: dict[str, Any]) -> None:
    """A cell with its own type; dates that Excel cannot hold and long numbers are text."""
    if isinstance(value, datetime.date) and value.year >= 1900:
        page.write_datetime(row, column, value, styles["date"])
    elif isinstance(value, int | float | Decimal) and _is_small(value):
        page.write_number(row, column, value, styles["text"])
    elif isinstance(value, float) and value.is_integer():
        page.write_string(row, column, str(int(value)), styles["text"])
    elif value == "":
        page.write_blank(row, column, None, styles["text"])
    else:
        page.write_string(row, column, str(value)[:32_000], styles["text"])


def _is_small(value: int | float | Decimal) -> bool:
    return not isinstance(value, bool) and abs(float(value)) < LARGEST_NUMBER


def book(pages: list[tuple[str, list[str], list[list[Any]]]]) -> bytes:
    """A workbook of plain tables: name of each page, headers, rows; what a user typed stays text."""
    made = _Book()
    for name, headers, rows in pages:
        page = made.page(name, headers)
        for line, row in enumerate(rows, start=1):
            for at, value in enumerate(row):
                _put(page, line, at, value, made.plain)
    return made.content()


def template(declared: Sheet) -> bytes:
    """The sheet to fill: headers, one example row, drop-downs from the lists."""
    book = _Book()
    columns = list(declared.fields.values())
    page = book.page(_("Rows"), [column.header for column in columns])
    lists = book.book.add_worksheet(_("Lists")[:31])
    lists.hide()
    for at, column in enumerate(columns):
        page.write_string(1, at, column.example, book.plain["text"])
        if not column.required:
            page.write_comment(0, at, _("May be empty."))
        names = column.choices() if column.choices else []
        if not names:
            continue
        for line, name in enumerate(names):
            lists.write_string(line, at, name)
        letter = xl_col_to_name(at)
        source = f"='{lists.get_name()}'!${letter}$1:${letter}${len(names)}"
        page.data_validation(
            1, at, TEMPLATE_ROWS, at, {"validate": "list", "source": source, "error_type": "warning"}
        )
    return book.content()


def faulty_rows(table: Table, faults: list[Fault]) -> bytes:
    """The rows with faults as they were, each bad cell marked and commented.

    The headers are those of the file, so the mended workbook can be uploaded as it is.
    """
    book = _Book()
    page = book.page(_("Faults"), table.headers)
    by_row: dict[int, dict[int, list[Fault]]] = defaultdict(lambda: defaultdict(list))
    places = {fold(header): at for at, header in enumerate(table.headers)}
    for fault in faults:
        by_row[fault.row][places.get(fold(fault.column), 0)].append(fault)
    originals = dict(zip(table.numbers, table.rows, strict=True))
    for line, number in enumerate(sorted(by_row), start=1):
        for at, value in enumerate(originals[number]):
            _put(page, line, at, value, book.bad if at in by_row[number] else book.plain)
        for at, found in by_row[number].items():
            text = "\n".join(f"{one.message} {one.hint}".strip() for one in found)
            comment = _("Row %(row)d: %(text)s") % {"row": number, "text": text}
            page.write_comment(line, at, comment, {"x_scale": 2, "author": "HEMIS"})
    return book.content()
