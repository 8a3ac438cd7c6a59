"""The stopwatch of the benches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes by the clock of the wall."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def ask_deferred() -> None:
    """Foreign keys and deferred triggers are asked when a transaction ends; a rollback must not hide their price."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


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


def copy_kept(kept: Iterable[Kept]) -> None:
    """The least that keeping costs: COPY into temporary tables with the same keys, indexes and checks."""
    with connection.cursor() as cursor:
        for one in kept:
            cursor.execute(
                f"CREATE TEMP TABLE bare_kept (LIKE {one.table} INCLUDING CONSTRAINTS INCLUDING INDEXES)"
            )
            with cursor.copy("COPY bare_kept FROM STDIN") as copy:
                copy.write(one.text)
            cursor.execute("DROP TABLE bare_kept")
