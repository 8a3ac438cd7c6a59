"""History as people read it: names instead of keys and codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, Model

from hemis.access.history import history_of
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
    """A sliceable history whose pages cost a fixed number of queries."""

    def __init__(self, obj: Model):
        self.obj = obj
        self.entries = history_of(obj)
        self.key = obj._meta.pk.column  # Says nothing to people.
        self.by_column = {field.column: field for field in obj._meta.concrete_fields}

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
                "changes": [
                    self._change(column, values, linked)
                    for column, values in sorted(entry.changes.items())
                    if column != self.key
                ],
            }
            for entry in entries
        ]

    def _linked(self, entries: list[HistoryEntry]) -> dict[str, dict[Any, str]]:
        """Names of the rows that foreign keys point at, one query per model."""
        wanted: dict[str, set] = {}
        for entry in entries:
            for column, values in entry.changes.items():
                if isinstance(self.by_column.get(column), ForeignKey):
                    wanted.setdefault(column, set()).update(value for value in values if value is not None)
        return {
            column: {
                row.pk: str(row)
                for row in self.by_column[column].related_model._default_manager.filter(pk__in=keys)
            }
            for column, keys in wanted.items()
        }

    def _change(self, column: str, values: list, linked: dict) -> Change:
        field = self.by_column.get(column)
        label = str(field.verbose_name) if field else column

        def text(value) -> str:
            if isinstance(field, ForeignKey):
                return linked.get(column, {}).get(value, display(value))
            if isinstance(field, ClassifierField) and value:
                return classifiers.label(field.list_code, value)
            if field is not None and field.choices and value:
                return str(dict(field.flatchoices).get(value, value))
            return display(value)

        return Change(label, text(values[0]), text(values[1]))


def readable_history(obj: Model) -> ReadableHistory:
    """The changes of one object, newest first, for a paginator."""
    return ReadableHistory(obj)
