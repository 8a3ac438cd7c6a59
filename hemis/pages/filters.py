"""Filters of a register; each reads the address and narrows the rows in SQL."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, Model, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from hemis.classifiers.fields import ClassifierField
from hemis.pages.columns import field_label

FIRST_OPTIONS = 100
FOUND_OPTIONS = 20


@dataclass
class Filter:
    """Choice of one or several values of a field (``name`` is also the address's parameter)."""

    name: str
    lookup: str = ""
    label: str | Promise = ""
    choices: Callable[[Access], list[tuple[str, str]]] | None = None
    widget: str = "choice"
    # The field holds whole numbers, so that nothing else is looked for.
    numeric: bool = False

    def bind(self, model: type[Model]) -> Filter:
        """Fill label, lookup and choices from the model's field."""
        self.lookup = self.lookup or self.name
        if not self.label:
            self.label = field_label(model, self.lookup)
        if self.choices is None and self.widget == "choice":
            field = _field(model, self.lookup)
            self.numeric = isinstance(field, IntegerField)
            if isinstance(field, ClassifierField):
                self.choices = lambda access: list(field.flatchoices)
            else:
                self.choices = lambda access: [(str(k), str(v)) for k, v in field.flatchoices]
        return self

    def options(self, access: Access) -> list[tuple[str, str]]:
        return self.choices(access) if self.choices else []

    def chosen(self, data: QueryDict) -> list[str]:
        return [value for value in data.getlist(self.name) if value]

    def apply(self, rows: QuerySet, data: QueryDict) -> QuerySet:
        values = self.chosen(data)
        if not values:
            return rows
        if self.numeric:
            values = [value for value in values if value.removeprefix("-").isdecimal() and len(value) < 10]
        return rows.filter(**{f"{self.lookup}__in": values})

    def context(self, access: Access, data: QueryDict) -> dict[str, Any]:
        """What the template needs to draw the filter."""
        return {
            "name": self.name,
            "label": self.label,
            "widget": self.widget,
            "options": self.options(access),
            "chosen": self.chosen(data),
        }


def is_drawn(context: dict[str, Any]) -> bool:
    """A choice of one is no choice: it is left out unless chosen, or its options are searched on the server."""
    if context["widget"] != "choice":
        return True
    return bool(context["chosen"]) or bool(context.get("searched")) or len(context["options"]) > 1


def _field(model: type[Model], path: str):
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model._meta.get_field(last)


def _options(rows: QuerySet) -> list[tuple[str, str]]:
    return [(str(row.pk), str(row)) for row in rows]


def _register_of(model: type[Model]) -> Any:
    """The register that knows how rows of this model are searched and sorted."""
    from hemis.pages.register import REGISTERS

    return next((register for register in REGISTERS.values() if register.model is model), None)


class RelatedFilter(Filter):
    """Choice among related rows that lie in the user's scope.

    With more than ``FIRST_OPTIONS`` of them the page offers the first and those chosen,
    and the others are searched as the register of the related rows searches them.
    ``searched``: the page reads none before somebody types, for long lists that few ask by.
    """

    def __init__(
        self,
        name: str,
        queryset: Callable[[Access], QuerySet],
        *,
        lookup: str = "",
        label: str | Promise = "",
        searched: bool = False,
    ):
        self.queryset, self.searched = queryset, searched
        super().__init__(name, lookup, label, lambda access: _options(queryset(access)))

    def context(self, access: Access, data: QueryDict) -> dict[str, Any]:
        rows = self.queryset(access)
        first = rows.none() if self.searched else rows
        options = _options(first[: FIRST_OPTIONS + 1] if _register_of(rows.model) else first)
        many = self.searched or len(options) > FIRST_OPTIONS and _register_of(rows.model) is not None
        chosen = self.chosen(data)
        if many:
            known = {value for value, _text in options}
            missing = [value for value in chosen if value.isdigit() and value not in known]
            options += _options(rows.filter(pk__in=missing)) if missing else []
        return {
            "name": self.name,
            "label": self.label,
            "widget": self.widget,
            "options": options,
            "searched": many,
            "chosen": chosen,
        }

    def found(self, access: Access, text: str) -> list[tuple[str, str]]:
        """The first rows of the scope that match what was typed."""
        rows, register = self.queryset(access), _register_of(self.queryset(access).model)
        if register is not None:
            rows = register.searched(rows, text).order_by(*register.order(""))
        return _options(rows[:FOUND_OPTIONS])

    def apply(self, rows: QuerySet, data: QueryDict) -> QuerySet:
        values = [value for value in self.chosen(data) if value.isdigit()]
        if not self.chosen(data):
            return rows
        return rows.filter(**{f"{self.lookup}__in": values})


class BooleanFilter(Filter):
    """Yes or no."""

    def __init__(self, name: str, *, lookup: str = "", label: str | Promise = ""):
        super().__init__(name, lookup, label, lambda access: [("1", _("yes")), ("0", _("no"))])

    def apply(self, rows: QuerySet, data: QueryDict) -> QuerySet:
        values = {value == "1" for value in self.chosen(data)}
        return rows.filter(**{self.lookup: values.pop()}) if len(values) == 1 else rows


class RangeFilter(Filter):
    """From–to of a number or a date; a value that is none is left out."""

    def __init__(self, name: str, kind: str = "number", *, lookup: str = "", label: str | Promise = ""):
        super().__init__(name, lookup, label, None, kind)

    def _bound(self, text: str) -> Any:
        try:
            return datetime.date.fromisoformat(text) if self.widget == "date" else float(text)
        except ValueError:
            return None

    def apply(self, rows: QuerySet, data: QueryDict) -> QuerySet:
        for suffix, operator in (("from", "gte"), ("to", "lte")):
            bound = self._bound(data.get(f"{self.name}_{suffix}", ""))
            if bound is not None:
                rows = rows.filter(**{f"{self.lookup}__{operator}": bound})
        return rows

    def context(self, access: Access, data: QueryDict) -> dict[str, Any]:
        start, end = data.get(f"{self.name}_from", ""), data.get(f"{self.name}_to", "")
        return {
            "name": self.name,
            "label": self.label,
            "widget": self.widget,
            "options": [],
            "chosen": [v for v in (start, end) if v],
            "start": start,
            "end": end,
        }


class DayFilter(Filter):
    """One day; ``narrow(rows, day)`` says what it means. A value that is no date is left out."""

    def __init__(
        self, name: str, narrow: Callable[[QuerySet, datetime.date], QuerySet], *, label: str | Promise
    ):
        super().__init__(name, name, label, None, "day")
        self.narrow = narrow

    def day(self, data: QueryDict) -> datetime.date | None:
        """The day that the address names."""
        try:
            return datetime.date.fromisoformat(data.get(self.name, ""))
        except ValueError:
            return None

    def apply(self, rows: QuerySet, data: QueryDict) -> QuerySet:
        day = self.day(data)
        return self.narrow(rows, day) if day else rows

    def context(self, access: Access, data: QueryDict) -> dict[str, Any]:
        return super().context(access, data) | {"start": data.get(self.name, "")}
