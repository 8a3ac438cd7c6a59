"""A sheet: columns declared once give template, check, faults and import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import Resource
from import_export.widgets import Widget

from hemis.access.scope import Access
from hemis.people.names import fold
from hemis.sheets.reading import SheetRefused, Table

SHEETS: dict[str, type[Sheet]] = {}
MISSING = object()


class Bad(ValueError):
    """A cell that cannot be taken: which fault, in words, and what would be right."""

    def __init__(self, fault: str, message: str, hint: str = ""):
        self.fault, self.message, self.hint = fault, str(message), str(hint)
        super().__init__(self.message)


@dataclass(frozen=True)
class Fault:
    """One bad cell, at its row of the workbook (header is row 1) and its column's header."""

    row: int
    column: str
    fault: str
    message: str
    value: str = ""
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, "fault": self.fault, "message": self.message}


@dataclass(frozen=True)
class Notice:
    """Harmless untidiness that was put right: where, how often, and an example."""

    column: str
    count: int
    before: str
    after: str


class SheetColumn(Field):
    """A column: header, other headers it may have, widget, and whether it may be empty.

    ``missing`` is the fault code of an empty cell; ``choices`` feed the drop-down
    of the template.
    """

    def __init__(
        self, header: str, widget: Widget, *, aliases: Sequence[str] = (), required: bool = True, missing: str = "missing",
        choices: Callable[[Any], list[str]] | None = None, example: str = "",
    ):
        super().__init__(column_name=header, widget=widget)
        self.header, self.aliases, self.required, self.missing = header, tuple(aliases), required, missing
        self.choices, self.example = choices, example

    def clean_all(self, values: list[Any], memo: dict) -> list[Any]:
        """Every value cleaned once per distinct value; a bad one is its ``Bad``."""
        cleaned = []
        for value in values:
            key = (value.__class__, value)
            found = memo.get(key, MISSING)
            if found is MISSING:
                found = memo[key] = self._clean_one(value)
            cleaned.append(found)
        return cleaned

    def _clean_one(self, value: Any) -> Any:
        if value is None or not str(value).strip():
            return Bad(self.missing, _("The cell is empty.")) if self.required else ""
        try:
            return self.widget.clean(value)
        except Bad as bad:
            return bad


@dataclass
class Checked:
    """What the check found."""

    total: int
    good: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True)
class Saved:
    """What confirming changed."""

    added: int
    changed: int
    unchanged: int


class Sheet(Resource):
    """Declare columns in ``columns()``; override ``check_rows`` and ``save``."""

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    permission: ClassVar[str]
    result_url_name: ClassVar[str] = "home"

    def __init__(self, access: Access, params: dict[str, Any]):
        super().__init__()
        self.access, self.params = access, params
        self.sheet_columns: dict[str, SheetColumn] = self.columns()

    def columns(self) -> dict[str, SheetColumn]:
        """Columns by field name."""
        raise TypeError(f"{type(self).__name__} declares no columns.")

    def check_rows(self, rows: list[dict[str, Any]], numbers: list[int]) -> list[Fault]:
        """Faults between columns, of rows whose cells are good by themselves."""
        return []

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        """Write the good rows; called inside one transaction."""
        raise TypeError(f"{type(self).__name__} does not say how rows are saved.")

    # --- checking

    def check(self, table: Table) -> Checked:
        """Every bad cell, every harmless untidiness, and the good rows.

        Raises:
            SheetRefused: required columns are missing or stand twice.
        """
        places = self._places(table.headers)
        checked = Checked(total=len(table.rows))
        cleaned: dict[str, list[Any]] = {}
        for name, column in self.sheet_columns.items():
            at = places.get(name)
            values = [row[at] for row in table.rows] if at is not None else [""] * len(table.rows)
            cleaned[name] = column.clean_all(values, {})
            checked.notices += self._notices(column, values, cleaned[name])
        bad_rows = self._cell_faults(table, places, cleaned, checked)
        names = list(cleaned)
        rows, numbers = [], []
        for at, values in enumerate(zip(*cleaned.values(), strict=True)):
            if at not in bad_rows:
                rows.append(dict(zip(names, values, strict=True)))
                numbers.append(table.numbers[at])
        found = self.check_rows(rows, numbers)
        checked.faults += found
        checked.faults.sort(key=lambda one: (one.row, one.column))
        spoiled = {one.row for one in found}
        checked.good = [row for row, number in zip(rows, numbers, strict=True) if number not in spoiled]
        return checked

    def _places(self, headers: list[str]) -> dict[str, int]:
        """Where each column stands, whatever the order, case, apostrophes or script of the headers."""
        known = {fold(text): name for name, column in self.sheet_columns.items() for text in (column.header, *column.aliases)}
        places: dict[str, int] = {}
        for at, header in enumerate(headers):
            name = known.get(fold(header))
            if name is None:
                continue
            if name in places:
                raise SheetRefused(_("The column “%(column)s” stands twice.") % {"column": header})
            places[name] = at
        absent = [column.header for name, column in self.sheet_columns.items() if column.required and name not in places]
        if absent:
            raise SheetRefused(_("These columns are missing: %(columns)s. Download the template.") % {"columns": ", ".join(absent)})
        return places

    def _cell_faults(self, table: Table, places: dict[str, int], cleaned: dict[str, list], checked: Checked) -> set[int]:
        bad_rows: set[int] = set()
        for name, values in cleaned.items():
            column = self.sheet_columns[name]
            for at, value in enumerate(values):
                if isinstance(value, Bad):
                    bad_rows.add(at)
                    shown = str(table.rows[at][places[name]]) if name in places else ""
                    checked.faults.append(
                        Fault(table.numbers[at], column.header, value.fault, value.message, shown, value.hint)
                    )
        return bad_rows

    def _notices(self, column: SheetColumn, values: list[Any], cleaned: list[Any]) -> list[Notice]:
        """Cells that were tidied, counted per column."""
        shown = getattr(column.widget, "shown", str)
        count, example = 0, None
        seen: Counter = Counter()
        for value, clean in zip(values, cleaned, strict=True):
            if isinstance(clean, Bad) or clean == "":
                continue
            if value.__class__ is str and value == clean:
                continue
            seen[(value.__class__, value, clean)] += 1
        for (_kind, value, clean), times in seen.items():
            if not column.widget.is_tidy(value, clean):  # type: ignore[attr-defined]
                count += times
                example = example or (str(value), shown(clean))
        return [Notice(column.header, count, *example)] if example else []

    def fault(self, row: int, name: str, code: str, message: str, value: Any = "", hint: str = "") -> Fault:
        """A fault at a column, named by the field."""
        return Fault(row, self.sheet_columns[name].header, code, message, str(value), hint)


def sheet(declared: type[Sheet]) -> type[Sheet]:
    """Register a sheet under its code."""
    SHEETS[declared.code] = declared
    return declared
