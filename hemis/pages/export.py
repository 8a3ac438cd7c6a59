"""Excel and CSV of what a register shows, through django-import-export's formats."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from itertools import islice

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from import_export.formats.base_formats import CSV, XLSX
from tablib import Dataset

from hemis.pages.columns import Column, display
from hemis.pages.register import Register

FORMATS = {"xlsx": XLSX, "csv": CSV}
FORMULA_STARTS = tuple("=+-@\t\r")
# Phones and negative figures begin with a sign too.
HARMLESS = re.compile(r"[+-]?[\d\s().,-]*")


def dataset(
    columns: list[Column], rows: QuerySet, complete: Callable[[list], None] = lambda rows: None
) -> Dataset:
    """One line per row, as shown; figures stay figures. ``complete`` fills in rows, two thousand at a time."""
    data = Dataset(headers=[str(column.label) for column in columns])
    found = rows.iterator(chunk_size=2000)
    while some := list(islice(found, 2000)):
        complete(some)
        for row in some:
            data.append([cell(column.raw(row)) for column in columns])
    return data


def cell(value):
    """Figures stay figures; a text that a spreadsheet would take for a formula is made plain text."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    text = display(value)
    return f"'{text}" if text[:1] in FORMULA_STARTS and not HARMLESS.fullmatch(text) else text


def response(register: type[Register], columns: list[Column], rows: QuerySet, kind: str) -> HttpResponse:
    """The file; cells that look like formulas are made harmless.

    Raises:
        Http404: another format than xlsx or csv.
    """
    if kind not in FORMATS:
        raise Http404(kind)
    return attachment(register.key(), dataset(columns, rows, register.complete), kind)


def attachment(name: str, data: Dataset, kind: str) -> HttpResponse:
    """The table as a file to save, named with the day; ``kind`` is one of ``FORMATS``."""
    made = FORMATS[kind]()
    content = made.export_data(data)
    if kind == "csv":
        content = "\ufeff" + content  # Excel reads UTF-8 only with the mark.
    answer = HttpResponse(content, content_type=made.get_content_type())
    answer["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.{kind}"'
    return answer
