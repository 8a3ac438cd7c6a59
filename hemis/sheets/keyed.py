"""Sheets whose rows are rows of a table: known by a key, added when it is new, changed when it is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import override

from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, CellWidget, Fault, Saved, Sheet, SheetColumn

LANGUAGES = ("uz", "ru", "en")


class ChoiceWidget(CellWidget):
    """One of a few choices by its code or by its name in any language."""

    def __init__(self, offered: Callable[[], list[tuple[Any, Any]]], fault: str):
        super().__init__()
        self.fault = fault
        self.known: dict[str, Any] = {}
        for language in LANGUAGES:
            with override(language):
                for code, title in offered():
                    self.known |= {str(code).lower(): code, str(title).lower(): code}
        self.names = [str(title) for _code, title in offered()]

    def clean(self, value, row=None, **kwargs):
        code = self.known.get(widgets.as_text(value).lower())
        if code is None:
            raise Bad(self.fault, _("“%(value)s” is not in the list.") % {"value": str(value)[:80]})
        return code

    def untidy(self, value, clean) -> str:
        return ""


class KeyedSheet(Sheet):
    """A table whose rows are known by ``keys``: a row of a new key is added, one of a known key changed.

    Columns are named as the model's attributes; ``resolve`` puts a column that names
    something else (a code of a speciality) into one that the model has.
    """

    asks_year = False
    model: ClassVar[type[Model]]
    keys: ClassVar[tuple[str, ...]]

    def column(
        self, name: str, header: str, widget: CellWidget, *aliases: str, **options: Any
    ) -> SheetColumn:
        """A column that answers to the names of the model's field in every language too."""
        known = {one.name for one in self.model._meta.get_fields()}
        field_name = name.removesuffix("_id")
        if field_name in known:
            for language in LANGUAGES:
                with override(language):
                    label = str(self.model._meta.get_field(field_name).verbose_name)  # type: ignore[union-attr]
                aliases = (*aliases, label)
        others = tuple(dict.fromkeys(one for one in aliases if one.lower() != header.lower()))
        return SheetColumn(header, widget, aliases=others, **options)

    def date(
        self, name: str = "valid_from", header: str = "Amal qilish sanasi", **options: Any
    ) -> SheetColumn:
        return self.column(
            name, header, widgets.DateWidget(), example=options.pop("example", "01.09.2026"), **options
        )

    def coded(self, name: str, header: str, list_code: str, **options: Any) -> SheetColumn:
        widget = widgets.CodedWidget(list_code, fault=f"unknown_{name}")
        return self.column(name, header, widget, choices=widget.names, missing=f"unknown_{name}", **options)

    def resolve(self, row: dict[str, Any]) -> str:
        """Turn what the row names into attributes; the reason when that cannot be done."""
        return ""

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Each row names something that is there, and its key once."""
        faults: list[Fault] = []
        seen: dict[tuple[Any, ...], int] = {}
        names = list(columns)
        for at, number in enumerate(numbers):
            row = {name: columns[name][at] for name in names}
            if any(isinstance(value, Bad) for value in row.values()):
                continue
            fault = self.resolve(row)
            if not fault:
                first = seen.setdefault(self._key(row), number)
                fault = (
                    _("The same stands in row %(row)d already.") % {"row": first} if first != number else ""
                )
            if fault:
                faults.append(self.fault(number, names[0], "bad_row", fault, row[names[0]]))
        return faults

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        new, changed, same = self._sorted(rows)
        return Saved(len(new), len(changed), same)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        new, changed, same = self._sorted(rows, lock=True)
        manager: Any = self.model._default_manager
        manager.bulk_create(new, batch_size=1000)
        for one in changed:
            one.version += 1
        if changed:
            manager.bulk_update(changed, [*self._said(rows[0]), "version"], batch_size=1000)
        return Saved(len(new), len(changed), same)

    def _key(self, row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row.get(name) for name in self.keys)

    def _said(self, row: dict[str, Any]) -> dict[str, Any]:
        """The attributes of the model that a row gives."""
        attributes = {one.attname: one for one in self.model._meta.concrete_fields}
        return {
            name: None if value == "" and attributes[name].null else value
            for name, value in row.items()
            if name in attributes
        }

    def _sorted(self, rows: list[dict[str, Any]], *, lock: bool = False) -> tuple[list[Any], list[Any], int]:
        """New rows, changed rows, and how many are as the file says."""
        found: Any = self.model._default_manager.all()
        if lock:
            found = found.select_for_update(of=("self",))
        known = {tuple(getattr(one, name) for name in self.keys): one for one in found}
        new, changed, same = [], [], 0
        for row in rows:
            self.resolve(row)
            said = self._said(row)
            one = known.get(self._key(row))
            if one is None:
                new.append(self.model(**said))
            elif any(getattr(one, name) != value for name, value in said.items()):
                for name, value in said.items():
                    setattr(one, name, value)
                changed.append(one)
            else:
                same += 1
        return new, changed, same
