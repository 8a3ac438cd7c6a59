"""A sheet: columns declared once give template, check, faults and import.

The declaration is that of django-import-export: a sheet is a ``Resource``, a
column a ``Field``, a kind of cell a ``Widget`` whose ``clean`` gives the value
or raises. What is ours is the pace and the manners: each column is cleaned as a
whole, every distinct value once; all faults of a row are named together; and
rows are saved as one set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.resources import Resource
from import_export.widgets import Widget

from hemis.access.scope import Access
from hemis.jobs.memory import collector_rests
from hemis.people.names import fold
from hemis.sheets.reading import SheetRefused, Table, read_table

SHEETS: dict[str, type[Sheet]] = {}
# How many rows may stand above the header: a title, a date, the name of the faculty.
HEADER_WITHIN = 20


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
    """Harmless untidiness that was put right: where, what kind, how often, and an example."""

    column: str
    count: int
    before: str
    after: str
    kind: str = ""


class CellWidget(Widget):
    """A kind of cell. ``clean`` gives the value or raises ``Bad``."""

    def untidy(self, value: Any, clean: Any) -> str:
        """What was put right, in words; empty when the cell stood as it should."""
        return "" if str(value) == str(clean) else _("written differently")

    def shown(self, clean: Any) -> str:
        """The cleaned value as a person would write it."""
        return str(clean)


class SheetColumn(Field):
    """A column: header, other headers it may have, widget, and whether it may be empty.

    ``missing`` is the fault code of an empty cell; ``choices`` feed the drop-down
    of the template.
    """

    widget: CellWidget

    def __init__(
        self, header: str, widget: CellWidget, *, aliases: Sequence[str] = (), required: bool = True,
        missing: str = "missing_value", choices: Callable[[], list[str]] | None = None, example: str = "",
    ):  # fmt: skip
        super().__init__(column_name=header, widget=widget)
        self.header, self.aliases, self.required, self.missing = header, tuple(aliases), required, missing
        self.choices, self.example = choices, example

    def clean_all(self, values: Sequence[Any]) -> dict[Any, Any]:
        """Each distinct value with what it is cleaned to; a bad one with its ``Bad``."""
        return {value: self._clean_one(value) for value in set(values)}

    def _clean_one(self, value: Any) -> Any:
        if isinstance(value, str):
            if not value.isprintable():
                value = "".join(char if char.isprintable() else " " for char in value)
            empty = not value or value.isspace()
        else:
            empty = value is None
        if empty:
            return Bad(self.missing, _("The cell is empty.")) if self.required else ""
        try:
            return self.widget.clean(value)
        except Bad as bad:
            return bad


@dataclass
class Checked:
    """What the check found. ``table`` begins at the header that was found."""

    table: Table
    good: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.table.rows)


@dataclass(frozen=True)
class Saved:
    """What confirming changes: rows added, changed, and there already."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class Preview:
    """Good rows as a table for who decides: headers, and a line for each row with its number first."""

    headers: list[str]
    rows: list[list[str]]


class Sheet(Resource):
    """Declare columns in ``columns()``; override ``check_columns``, ``plan`` and ``save``.

    ``params`` are what the uploader chose, as JSON, and ``file``, the name of what was
    uploaded; ``access`` narrows everything to the scope of ``permission``.
    """

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    permission: ClassVar[str]
    result_url_name: ClassVar[str] = "home"
    # Whether the rows belong to a year that the uploader chooses.
    asks_year: ClassVar[bool] = True
    # What the file dialogue offers; what a file is, is told by its content.
    accepts: ClassVar[str] = ".xlsx,.xls,.csv"
    # A sheet that belongs to one row (a curriculum) is uploaded on that row's page; this names where to go.
    own_upload: ClassVar[str] = ""
    # What the preview calls the notices: most sheets say there what they have tidied.
    notices_title: ClassVar[str | Promise] = gettext_lazy("Put right without asking")
    # What the sheet is called in a workbook of several, in each language; otherwise it is the first.
    pages: ClassVar[tuple[str, ...]] = ()

    def __init__(self, access: Access, params: dict[str, Any]):
        super().__init__()
        self.access, self.params = access, params
        self.notices: list[Notice] = []
        self.fields = self.columns()

    @classmethod
    def default_year(cls) -> int:
        """The year that the upload form offers."""
        return timezone.localdate().year

    def columns(self) -> dict[str, SheetColumn]:
        """Columns by field name."""
        raise TypeError(f"{type(self).__name__} declares no columns.")

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Faults between columns and against the database.

        ``columns`` hold cleaned values, a ``Bad`` where the cell is a fault
        already; columns added here reach the rows that are saved.
        """
        return []

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        """What saving would change; writes nothing that lasts."""
        raise TypeError(f"{type(self).__name__} does not say what saving changes.")

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        """Write the good rows; called inside one transaction."""
        raise TypeError(f"{type(self).__name__} does not say how rows are saved.")

    def preview(self, rows: list[dict[str, Any]]) -> Preview | None:
        """What is to be looked at row by row before confirming; None where faults and sums say enough."""
        return None

    # --- checking

    def read(self, content: bytes) -> Table:
        """The table in a file; override for files that are tables in another shape.

        Raises:
            SheetRefused: the file cannot be taken.
        """
        return read_table(content, self.pages)

    @collector_rests()
    def check(self, table: Table) -> Checked:
        """Every bad cell, every harmless untidiness, and the good rows.

        Raises:
            SheetRefused: required columns are missing or stand twice.
        """
        self.notices = []
        table, places = self._located(table)
        cells = list(zip(*table.rows, strict=True))
        columns: dict[str, list[Any]] = {}
        faults: list[Fault] = []
        for name, column in self.fields.items():
            values = self._values(table, cells, places.get(name))
            memo = column.clean_all(values)
            columns[name] = list(map(memo.__getitem__, values))
            self._notice(column, values, memo)
            if any(type(clean) is Bad for clean in memo.values()):
                faults += self._cell_faults(column, table, values, columns[name])
        faults += self.check_columns(columns, table.numbers)
        faults.sort(key=lambda one: one.row)
        spoiled = {one.row for one in faults}
        names = list(columns)
        rows: Iterable[tuple[Any, ...]] = zip(*columns.values(), strict=True)
        if spoiled:
            rows = (row for number, row in zip(table.numbers, rows, strict=True) if number not in spoiled)
        good = [dict(zip(names, row, strict=True)) for row in rows]
        return Checked(table, good, faults, self.notices)

    @staticmethod
    def _values(table: Table, cells: Sequence[tuple[Any, ...]], at: int | None) -> Sequence[Any]:
        """A column of the table; ``cells`` are all of them, none where no row stands below the header."""
        if at is None or not cells:
            return [""] * len(table.rows)
        values = cells[at]
        # True equals 1, so a truth value must not share its place in the memo.
        if {0, 1}.isdisjoint(values) or bool not in set(map(type, values)):
            return values
        return [str(one) if isinstance(one, bool) else one for one in values]

    def _located(self, table: Table) -> tuple[Table, dict[str, int]]:
        """The sheet from its header on, and where each column stands there."""
        places = self._places(table.headers)
        if self._absent(places):
            for at in range(min(HEADER_WITHIN, len(table.rows))):
                below = table.from_row(at)
                lower = self._places(below.headers)
                if len(lower) > len(places) and not self._absent(lower):
                    self.notices.append(
                        Notice(_("Header"), at + 1, "", "", _("rows above the header were passed over"))
                    )
                    return below, lower
        self._require(table, places)
        return table, places

    def _places(self, headers: list[str]) -> dict[str, int]:
        """Where each column stands, whatever the order, case, apostrophes or script of the headers."""
        known = {
            fold(text): name
            for name, column in self.fields.items()
            for text in (column.header, *column.aliases)
        }
        places: dict[str, int] = {}
        for at, header in enumerate(headers):
            name = known.get(fold(header)) or known.get(fold(header.rstrip(" *:.")))
            if name is None:
                continue
            if name in places:
                raise SheetRefused(_("The column “%(column)s” stands twice.") % {"column": header})
            places[name] = at
        return places

    def _absent(self, places: dict[str, int]) -> list[str]:
        return [
            column.header for name, column in self.fields.items() if column.required and name not in places
        ]

    def _require(self, table: Table, places: dict[str, int]) -> None:
        absent = self._absent(places)
        if not absent:
            return
        text = _("These columns are missing: %(columns)s. Download the template.") % {
            "columns": ", ".join(absent)
        }
        if table.merged:
            text += " " + _("The sheet has merged cells; the header must be one row without them.")
        raise SheetRefused(text)

    def _cell_faults(
        self, column: SheetColumn, table: Table, values: Sequence[Any], cleaned: list[Any]
    ) -> list[Fault]:
        return [
            Fault(number, column.header, clean.fault, clean.message, _written(value), clean.hint)
            for number, value, clean in zip(table.numbers, values, cleaned, strict=True)
            if type(clean) is Bad
        ]

    def _notice(self, column: SheetColumn, values: Sequence[Any], memo: dict[Any, Any]) -> None:
        """Cells that were tidied, counted by what was put right."""
        widget = column.widget
        kinds: dict[Any, str] = {}
        for value, clean in memo.items():
            if type(clean) is Bad or clean == "" or clean is value:
                continue
            if (value.__class__ is not str or value != clean) and (kind := widget.untidy(value, clean)):
                kinds[value] = kind
        if not kinds:
            return
        counts: dict[str, int] = {}
        examples: dict[str, Any] = {}
        for value in values:
            if value in kinds:
                kind = kinds[value]
                counts[kind] = counts.get(kind, 0) + 1
                examples.setdefault(kind, value)
        for kind, count in counts.items():
            value = examples[kind]
            self.notices.append(
                Notice(column.header, count, _written(value), widget.shown(memo[value]), kind)
            )

    def fault(self, row: int, name: str, code: str, message: str, value: Any = "", hint: str = "") -> Fault:
        """A fault at a column, named by the field."""
        return Fault(row, self.fields[name].header, code, message, _written(value), hint)


def _written(value: Any) -> str:
    """A cell as its reader saw it."""
    if hasattr(value, "strftime"):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def sheet(declared: type[Sheet]) -> type[Sheet]:
    """Register a sheet under its code."""
    SHEETS[declared.code] = declared
    return declared
