"""Workbooks that go back: the template with drop-downs, and faulty rows with marked cells."""

from __future__ import annotations

import datetime
import io
from collections import defaultdict
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from hemis.sheets.declaration import Fault, Sheet
from hemis.sheets.reading import Table

TEMPLATE_ROWS = 1000


def _workbook() -> tuple[io.BytesIO, xlsxwriter.Workbook]:
    out = io.BytesIO()
    return out, xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})


def _put(sheet, row: int, column: int, value: Any, style=None) -> None:
    """A cell with its own type; text stays text, so nothing becomes a formula."""
    if isinstance(value, datetime.datetime | datetime.date):
        sheet.write_string(row, column, value.strftime("%d.%m.%Y"), style)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool) and abs(value) < 10**10:
        sheet.write_number(row, column, value, style)
    elif isinstance(value, float) and value.is_integer():
        sheet.write_string(row, column, str(int(value)), style)
    else:
        sheet.write_string(row, column, str(value), style)


def template(declared: Sheet) -> bytes:
    """The sheet to fill: headers, one example row, drop-downs from the lists."""
    out, workbook = _workbook()
    bold = workbook.add_format({"bold": True, "bg_color": "#D9E8F6", "border": 1})
    page, lists = workbook.add_worksheet(_("Rows")), workbook.add_worksheet(_("Lists"))
    lists.hide()
    for at, column in enumerate(declared.sheet_columns.values()):
        page.write_string(0, at, column.header, bold)
        page.set_column(at, at, max(14, len(column.header) + 2))
        _put(page, 1, at, column.example)
        names = column.choices(declared) if column.choices else []
        if not names:
            continue
        for line, name in enumerate(names):
            lists.write_string(line, at, name)
        source = f"={lists.get_name()!r}!{xlsxwriter.utility.xl_rowcol_to_cell(0, at, True, True)}:{xlsxwriter.utility.xl_rowcol_to_cell(len(names) - 1, at, True, True)}"
        page.data_validation(1, at, TEMPLATE_ROWS, at, {"validate": "list", "source": source, "error_type": "warning"})
    page.freeze_panes(1, 0)
    workbook.close()
    return out.getvalue()


def faulty_rows(table: Table, faults: list[Fault]) -> bytes:
    """The rows with faults as they were, each bad cell marked and commented."""
    out, workbook = _workbook()
    bold, bad = workbook.add_format({"bold": True}), workbook.add_format({"bg_color": "#F8C9C4"})
    page = workbook.add_worksheet(_("Faults"))
    for at, header in enumerate(table.headers):
        page.write_string(0, at, header, bold)
        page.set_column(at, at, max(12, len(header) + 2))
    by_row: dict[int, dict[str, list[Fault]]] = defaultdict(lambda: defaultdict(list))
    for fault in faults:
        by_row[fault.row][_key(fault.column)].append(fault)
    places = {_key(header): at for at, header in enumerate(table.headers)}
    originals = dict(zip(table.numbers, table.rows, strict=True))
    for line, number in enumerate(sorted(by_row), start=1):
        for at, value in enumerate(originals[number]):
            _put(page, line, at, value)
        for column, found in by_row[number].items():
            at = places.get(column, 0)
            _put(page, line, at, originals[number][at], bad)
            text = "\n".join(f"{one.message} {one.hint}".strip() for one in found)
            page.write_comment(line, at, _("Row %(row)d: %(text)s") % {"row": number, "text": text}, {"x_scale": 2})
    page.freeze_panes(1, 0)
    workbook.close()
    return out.getvalue()


def _key(header: str) -> str:
    from hemis.people.names import fold

    return fold(header)
