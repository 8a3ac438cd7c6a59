"""The least that taking a workbook costs: what the benches hold an import against."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import python_calamine
from django.db import connection


@dataclass(frozen=True)
class Kept:
    """Rows of a table that the program keeps of a file, as COPY takes them."""

    table: str
    count: int
    text: bytes


def kept_rows(conditions: Mapping[str, str]) -> list[Kept]:
    """Of each table (known as ``t`` in its condition) the rows that were written for the measurement."""
    found = []
    with connection.cursor() as cursor:
        for table, condition in conditions.items():
            rows = f"FROM {table} t WHERE {condition}"
            cursor.execute(f"SELECT count(*) {rows}")
            count = cursor.fetchone()[0]
            with cursor.copy(f"COPY (SELECT t.* {rows} ORDER BY id) TO STDOUT") as copy:
                found.append(Kept(table, count, b"".join(bytes(part) for part in copy)))
    return found


def take_kept(content: bytes, kept: Iterable[Kept]) -> None:
    """Read the workbook, and COPY what is kept of it into temporary tables with the same keys, indexes and checks."""
    _read(content)
    with connection.cursor() as cursor:
        for one in kept:
            cursor.execute(
                f"CREATE TEMP TABLE bare_kept (LIKE {one.table} INCLUDING CONSTRAINTS INCLUDING INDEXES)"
            )
            with cursor.copy("COPY bare_kept FROM STDIN") as copy:
                copy.write(one.text)
            cursor.execute("DROP TABLE bare_kept")


def take_text(content: bytes) -> None:
    """Read the workbook, and COPY its cells into a temporary (so unlogged) table of text."""
    rows = _read(content)
    with connection.cursor() as cursor:
        columns = ", ".join(f"c{at} text" for at in range(len(rows[0])))
        cursor.execute(f"CREATE TEMP TABLE bare_text ({columns})")
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        with cursor.copy("COPY bare_text FROM STDIN WITH (FORMAT csv)") as copy:
            copy.write(out.getvalue())
        cursor.execute("DROP TABLE bare_text")


def _read(content: bytes) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python()
