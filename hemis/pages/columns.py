"""Columns of a register, shown on the page, in print and in exports alike."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import formats
from django.utils.functional import Promise, keep_lazy_text
from django.utils.text import capfirst
from django.utils.translation import gettext as _


@dataclass
class Column:
    """One column: a path through the model (``current__group__name``) or a function of the row.

    ``sort`` is the path to sort by (default: the name; ``None`` switches sorting
    off), ``link`` makes the cell lead to the row's page, ``badge`` maps values to
    colours, ``hidden`` columns are there to be chosen.
    """

    name: str
    label: str | Promise = ""
    sort: str | None = ""
    value: Callable[[Any], Any] | None = None
    link: bool = False
    hidden: bool = False
    badge: dict[Any, str] | None = None
    numeric: bool = False

    def bind(self, model: type[Model]) -> Column:
        """Fill the label and the sort path from the model."""
        if not self.label:
            self.label = field_label(model, self.name)
        if self.sort == "":
            self.sort = None if self.value else self.name
        return self

    def raw(self, row) -> Any:
        """The value behind the cell."""
        if self.value:
            return self.value(row)
        return follow(row, self.name)

    def text(self, row) -> str:
        """The cell as people read it."""
        return display(self.raw(row))

    def colour(self, row) -> str:
        """Badge colour of the row's stored value."""
        *path, last = self.name.split("__")
        owner = follow(row, "__".join(path)) if path else row
        return (self.badge or {}).get(getattr(owner, last, ""), "secondary")


def follow(row: Any, path: str) -> Any:
    """``group__faculty`` → ``row.group.faculty``, with the label of a coded field at the end."""
    *steps, last = path.split("__")
    for step in steps:
        row = getattr(row, step, None)
        if row is None:
            return None
    shown = getattr(row, f"get_{last}_display", None)
    return shown() if shown else getattr(row, last, None)


def field_label(model: type[Model], path: str) -> str | Promise:
    """The verbose name of the field at the end of a path, in the language of whoever reads it."""
    *steps, last = path.split("__")
    try:
        name = model_at(model, steps)._meta.get_field(last).verbose_name  # type: ignore[union-attr]
    except FieldDoesNotExist:
        name = last.replace("_", " ")
    return begin_large(name)  # type: ignore[arg-type]


def model_at(model: type[Model], steps: Sequence[str]) -> type[Model]:
    """The model that a path leads to.

    Raises:
        FieldDoesNotExist: one of the steps is no field.
    """
    for step in steps:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model


@keep_lazy_text
def begin_large(text: str) -> str:
    """A label with a capital letter, still in the language of whoever reads it."""
    return capfirst(text)


def display(value: Any) -> str:
    """A value as people read it: dates, yes/no, grouped figures; nothing for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime.datetime):
        from django.utils import timezone

        return (
            timezone.localtime(value).strftime("%d.%m.%Y %H:%M") if timezone.is_aware(value) else str(value)
        )
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    if isinstance(value, datetime.date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, Decimal):
        if abs(value) >= 1000 and value == value.to_integral_value():
            value = value.to_integral_value()  # Sums without tiyin.
        return formats.number_format(value, force_grouping=abs(value) >= 10000)
    if isinstance(value, dict):
        # What was answered goes with its own words; anything else with the name of its place.
        return str(value["text"]) if "text" in value else "; ".join(map(_named, value.items()))
    if isinstance(value, (list, tuple)):
        return ", ".join(map(display, value))
    return str(value)


def _named(item: tuple[str, Any]) -> str:
    name, value = item
    return display(value) if isinstance(value, dict) and "text" in value else f"{name}: {display(value)}"
