"""History as people read it: names instead of keys and codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, DateField, ForeignKey, Model, Q, QuerySet
from django.db.models.functions import Cast

from hemis.access.models import HistoryEntry
from hemis.classifiers import queries as classifiers
from hemis.classifiers.fields import ClassifierField
from hemis.pages.columns import display
from hemis.people.models import User


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


class ReadableHistory:
    """A sliceable history whose pages cost a fixed number of queries.

    ``parts`` are rows of other tables whose changes belong to the object's.
    """

    def __init__(self, obj: Model, parts: Iterable[QuerySet] = ()):
        parts = list(parts)
        found = Q(table=obj._meta.db_table, row_id=str(obj.pk))
        for rows in parts:
            keys = rows.order_by().annotate(row_key=Cast("pk", CharField())).values("row_key")
            found |= Q(table=rows.model._meta.db_table, row_id__in=keys)
        self.entries = HistoryEntry.objects.filter(found)
        self.fields = {
            (model._meta.db_table, field.column): field
            for model in (type(obj), *(rows.model for rows in parts))
            for field in model._meta.concrete_fields
        }
        self.titles = {rows.model._meta.db_table: rows.model._meta.verbose_name for rows in parts}
        # Keys say nothing to people.
        self.keys = {
            (model._meta.db_table, model._meta.pk.column)
            for model in (type(obj), *(rows.model for rows in parts))
        }

    def __len__(self) -> int:
        return self.entries.count()

    def __getitem__(self, key: slice) -> list[dict[str, Any]]:
        entries = list(self.entries[key])
        users = {
            user.pk: str(user)
            for user in User.objects.select_related("person").filter(pk__in={one.actor_id for one in entries})
        }
        linked = self._linked(entries)
        return [
            {
                "entry": entry,
                "who": users.get(entry.actor_id or 0, ""),
                "part": self.titles.get(entry.table, ""),
                "changes": [
                    self._change((entry.table, column), values, linked)
                    for column, values in sorted(entry.fields.items())
                    if (entry.table, column) not in self.keys
                ],
            }
            for entry in entries
        ]

    def _linked(self, entries: list[HistoryEntry]) -> dict[tuple[str, str], dict[Any, str]]:
        """Names of the rows that foreign keys point at, one query per model."""
        wanted: dict[tuple[str, str], set] = {}
        for entry in entries:
            for column, values in entry.fields.items():
                if isinstance(self.fields.get((entry.table, column)), ForeignKey):
                    wanted.setdefault((entry.table, column), set()).update(
                        value for value in values if value is not None
                    )
        return {
            column: {
                row.pk: str(row)
                for row in self.fields[column].related_model._default_manager.filter(pk__in=keys)
            }
            for column, keys in wanted.items()
        }

    def _change(self, column: tuple[str, str], values: list, linked: dict) -> Change:
        field = self.fields.get(column)
        label = str(field.verbose_name) if field else column[1]

        def text(value) -> str:
            if isinstance(field, ForeignKey):
                return linked.get(column, {}).get(value, display(value))
            if isinstance(field, ClassifierField) and value:
                return classifiers.label(field.list_code, value)
            if field is not None and field.choices and value:
                return str(dict(field.flatchoices).get(value, value))
            if isinstance(field, DateField) and isinstance(value, str) and value:
                return display(field.to_python(value))
            return display(value)

        return Change(label, text(values[0]), text(values[1]))


def readable_history(obj: Model, parts: Iterable[QuerySet] = ()) -> ReadableHistory:
    """The changes of one object and its parts, newest first, for a paginator."""
    return ReadableHistory(obj, parts)
