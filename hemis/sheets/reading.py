"""Reading uploaded tables; whatever cannot be read safely is refused in plain words.

What a file is, is told by its content, never by its name. An XLSX is unpacked
once here, within limits, before a reader sees it: its own words about its sizes
and about the place of its cells are not believed.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl
import python_calamine
from django.conf import settings
from django.utils.translation import gettext as _

from hemis.jobs.memory import collector_rests

MAX_COLUMNS = 300
MAX_MEMBERS = 2000
# A small file may well be mostly blank cells; above this size such a ratio is a bomb.
SUSPICIOUS_SIZE, SUSPICIOUS_RATIO = 30 * 2**20, 300
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END_OF_ZIP = b"PK\x05\x06"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MACROS = "_VBA_PROJECT".encode("utf-16-le")
OTHER_KINDS = (b"%PDF", b"{\\rtf", b"<", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"MZ")
# The quick reader lays out a full rectangle up to the farthest cell. Cells beyond
# column CZ or row 99,999, or cells that do not say where they stand, could make
# that rectangle enormous; such a workbook goes to the slow, streaming reader.
FAR_CELL = re.compile(rb'<c(?! r="(?:[A-C]?[A-Z][0-9]{1,5}"))[^A-Za-z]')


class SheetRefused(Exception):
    """Why the file is not taken, in words for the user."""


@dataclass(frozen=True)
class Table:
    """A sheet: headers, and the rows that are not empty, numbered as in Excel."""

    headers: list[str]
    rows: list[list[Any]]
    numbers: list[int]
    merged: bool = False

    def from_row(self, at: int) -> Table:
        """The same sheet with its row number ``at`` (from 0) as the header."""
        return Table(
            [str(cell).strip() for cell in self.rows[at]],
            self.rows[at + 1 :],
            self.numbers[at + 1 :],
            self.merged,
        )


@collector_rests()
def read_table(content: bytes, pages: Collection[str] = ()) -> Table:
    """A sheet of an XLSX, XLS or CSV file, told apart by content: the first one that is called as one of ``pages``.

    Where none is called so, or nothing is asked for, it is the first of the file.

    Raises:
        SheetRefused: broken, too large, encrypted, with macros, a zip bomb or of another kind.
    """
    if not content.strip():
        raise SheetRefused(_("The file is empty."))
    if len(content) > settings.SHEETS_MAX_BYTES:
        raise SheetRefused(
            _("The file is larger than %(size)d MB.") % {"size": settings.SHEETS_MAX_BYTES // 2**20}
        )
    if content.startswith(ZIP):
        read = _read_streaming if _needs_streaming(content) else _read_excel
        return _table(*read(content, pages))
    if content.startswith(OLE):
        _check_ole(content)
        return _table(*_read_excel(content, pages))
    return _table(_read_csv(content), merged=False)


def _broken() -> SheetRefused:
    return SheetRefused(_("The file is broken; save it again in Excel."))


def _not_a_table() -> SheetRefused:
    return SheetRefused(_("This is not an Excel workbook; XLSX, XLS and CSV are taken."))


def _encrypted() -> SheetRefused:
    return SheetRefused(_("The file is protected by a password; save it without one."))


def _with_macros() -> SheetRefused:
    return SheetRefused(_("The workbook has macros; save it as XLSX without them."))


def _too_many_rows() -> SheetRefused:
    return SheetRefused(_("More than %(rows)d rows; divide the file.") % {"rows": settings.SHEETS_MAX_ROWS})


# --- XLSX


def _needs_streaming(content: bytes) -> bool:
    """Whether the workbook's cells stand where only the slow reader may go.

    Raises:
        SheetRefused: not a plain XLSX within the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise _broken() from error
    _check_members(content, {info.filename.lower() for info in members}, members)
    return any(_is_far(_unpacked(content, info)) for info in members if not info.is_dir())


def _check_members(content: bytes, names: set[str], members: list[zipfile.ZipInfo]) -> None:
    if any(info.flag_bits & 1 for info in members):
        raise _encrypted()
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise _with_macros()
    # Other kinds of table inside the same container would be tried by the reader as well.
    if "xl/workbook.xml" not in names or names & {"content.xml", "xl/workbook.bin"}:
        raise _not_a_table()
    # Two directories in one file: what was looked at here would not be what is read.
    if content[-22:-18] != END_OF_ZIP or len({info.filename for info in members}) < len(members):
        raise _broken()
    size = sum(info.file_size for info in members)
    bomb = size > SUSPICIOUS_SIZE and size > SUSPICIOUS_RATIO * len(content)
    if bomb or size > settings.SHEETS_MAX_UNPACKED or len(members) > MAX_MEMBERS:
        raise SheetRefused(_("The file unpacks to an unreasonable size and is not opened."))


def _unpacked(content: bytes, info: zipfile.ZipInfo) -> bytes:
    """A member's bytes, never more than it says it has."""
    head = content[info.header_offset : info.header_offset + 30]
    if len(head) < 30 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _broken()
    start = (
        info.header_offset
        + 30
        + int.from_bytes(head[26:28], "little")
        + int.from_bytes(head[28:30], "little")
    )
    packed = content[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        return packed
    try:
        found = zlib.decompressobj(-15).decompress(packed, info.file_size + 1)
    except zlib.error as error:
        raise _broken() from error
    if len(found) > info.file_size:
        raise SheetRefused(_("The file unpacks to an unreasonable size and is not opened."))
    return found


def _is_far(xml: bytes) -> bool:
    """Whether a cell stands too far away, does not begin with its place, or has a tag with a prefix."""
    return b":c " in xml or bool(FAR_CELL.search(xml))


def _place_of(names: Sequence[str], pages: Collection[str]) -> int:
    return next((at for at, name in enumerate(names) if name in pages), 0)


def _read_streaming(content: bytes, pages: Collection[str]) -> tuple[list[list[Any]], bool]:
    """The sheet, row by row, up to the limits; cells beyond the widest table are left out."""
    limit = settings.SHEETS_MAX_ROWS
    try:
        workbook = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        page = workbook.worksheets[_place_of([one.title for one in workbook.worksheets], pages)]
        rows = page.iter_rows(values_only=True, max_row=limit + 22, max_col=MAX_COLUMNS)
        found = [["" if cell is None else _plain(cell) for cell in row] for row in rows]
        workbook.close()
    except Exception as error:  # whatever a hostile file makes the library raise, the file is refused
        raise _broken() from error
    return _rectangle(found), False


def _plain(cell: Any) -> Any:
    """Midnight is a date, as the quick reader has it."""
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date()
    return cell


# --- XLS


def _check_ole(content: bytes) -> None:
    if ENCRYPTED in content:
        raise _encrypted()
    if MACROS in content:
        raise _with_macros()
    # A ZIP behind an OLE header would be opened by the reader without the checks above.
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise _broken()


def _read_excel(content: bytes, pages: Collection[str]) -> tuple[list[list[Any]], bool]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = workbook.get_sheet_by_index(_place_of(workbook.sheet_names, pages))
        if sheet.total_width > 16_384 or sheet.total_height > 1_048_576:
            raise _broken()
        merged = bool(sheet.merged_cell_ranges)
        return sheet.to_python(skip_empty_area=False), merged
    except python_calamine.PasswordError as error:
        raise _encrypted() from error
    except (python_calamine.CalamineError, ValueError, OSError, IndexError) as error:
        raise _broken() from error
    except BaseException as error:
        # A panic of the Rust reader arrives as BaseException; nothing else may pass as one.
        if type(error).__name__ != "PanicException":
            raise
        raise _broken() from error


# --- CSV


def _read_csv(content: bytes) -> list[list[Any]]:
    text = decoded(content)
    start = next(iter(text.lstrip()[:20_000].splitlines()), "")
    delimiter = max(";,\t", key=start.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = list(itertools.islice(reader, settings.SHEETS_MAX_ROWS + 22))
    except csv.Error as error:
        raise SheetRefused(_("The text file is not a table; XLSX, XLS and CSV are taken.")) from error
    return _rectangle(rows)


def decoded(content: bytes) -> str:
    """A text file in UTF-8, UTF-16 or Windows-1251, as it is written here.

    Raises:
        SheetRefused: another kind of file, or no text at all.
    """
    if content.startswith(OTHER_KINDS):
        raise _not_a_table()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as_text(content, "utf-16")
    if any(byte < 9 for byte in content[:8192]):
        raise _not_a_table()
    try:
        return content.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        return _as_text(content, "cp1251")


def _as_text(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding).replace("\x00", "")
    except UnicodeDecodeError as error:
        raise _not_a_table() from error
    if not text.strip():
        raise _not_a_table()
    return text


def _rectangle(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows of one length."""
    width = min(max(map(len, rows), default=0), MAX_COLUMNS)
    return [row if len(row) == width else [*row[:width], *[""] * (width - len(row))] for row in rows]


def _table(raw: list[list[Any]], merged: bool) -> Table:
    """Headers are the first row that is not empty; empty rows are passed over."""
    numbers = [
        at for at, row in enumerate(raw, start=1) if any(row) and (_says(row[0]) or any(map(_says, row)))
    ]
    if not numbers:
        raise SheetRefused(_("The first sheet is empty."))
    if len(numbers) - 1 > settings.SHEETS_MAX_ROWS:
        raise _too_many_rows()
    rows = [raw[at - 1] for at in numbers] if len(numbers) < len(raw) else raw
    return Table([], rows, numbers, merged).from_row(0)


def _says(cell: Any) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else True
