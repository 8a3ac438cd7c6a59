"""How long the database thinks before it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

# Tables whose order PostgreSQL weighs against each other; those after them are joined as they are written.
WEIGHED = 4


@contextmanager
def first_query_planned_as_written() -> Iterator[None]:
    """The next query joins its tables nearly in the order in which they are written.

    For one row with everything that belongs to it, found by its key: fifteen tables can hardly be
    joined in a wrong order then, but the planner takes ten times as long to see that as the row to be
    read. The setting travels with the query, holds for it alone and costs no query of its own.
    """
    waiting = True

    def send(execute: Callable, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal waiting
        if not waiting:
            return execute(sql, params, many, context)
        waiting = False
        found = execute(
            f"SET join_collapse_limit = {WEIGHED}; {sql}; RESET join_collapse_limit", params, many, context
        )
        context["cursor"].nextset()
        return found

    with connection.execute_wrapper(send):
        yield
