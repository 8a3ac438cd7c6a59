"""Long columns and many rows on their way to the database: one text each, instead of as many parameters.

Of tens of thousands of parameters the driver would spend longer than the database does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import connection

# A column that comes as one text, see ``column``: write it where an array stands.
SPLIT = "string_to_array(%s, E'\\n')"
# COPY's NULL while a line is put together: no cleaned value holds this character.
NOTHING = "\x00"
LINES_AT_ONCE = 2000


def column(values: Iterable[str]) -> str | None:
    """A column as one text for ``SPLIT``; its values hold no line ends. An empty one is None, which finds nothing."""
    return "\n".join(values) or None


def copy_lines(cursor: Any, statement: str, lines: Iterable[str]) -> None:
    """Lines of COPY's text format, sent while they are made; cleaned values hold neither tabs nor line ends."""
    left: Iterator[str] = iter(lines)
    # What the server refuses comes as Django's own error, as from any other statement.
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        while some := list(islice(left, LINES_AT_ONCE)):
            text = "\n".join(some).replace("\\", "\\\\").replace(NOTHING, "\\N")
            copy.write(text + "\n")
