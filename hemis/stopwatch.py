"""The stopwatch of the benches."""

from __future__ import annotations

import time
from collections.abc import Callable

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
