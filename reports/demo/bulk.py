"""Rows that the demo writes by the ten thousand, and whose keys nobody needs at once: by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Field, Model

# Guards of a statement look at all its rows: as many at a time as their plans are good for.
AT_ONCE = 20_000


def write(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows with the values of the fields ``names``; the other fields take their defaults.

    The triggers of the table fire as for any other statement.
    """
    fields = [model._meta.get_field(name) for name in names]
    left_out = list(_with_defaults(model, {field.name for field in fields}))
    constant = tuple(field.get_default() for field in left_out)
    columns = ", ".join(f'"{field.column}"' for field in (*fields, *left_out))
    statement = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
    waiting = iter(rows)
    with connection.cursor() as cursor:
        while some := list(islice(waiting, AT_ONCE)):
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in some:
                    copy.write_row((*row, *constant))


def _with_defaults(model: type[Model], given: set[str]) -> Iterator[Field]:
    """Fields that the rows do not give and the database does not fill by itself."""
    for field in model._meta.concrete_fields:
        made_by_database = field.primary_key or field.null or field.generated or field.has_db_default()
        if field.name in given or made_by_database:
            continue
        yield field
