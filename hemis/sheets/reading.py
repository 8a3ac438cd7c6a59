"""Reading uploaded tables; whatever cannot be read safely is refused in plain words."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import Any

import python_calamine
from django.utils.translation import gettext as _

MAX_BYTES = 30 * 1024 * 1024
MAX_UNPACKED = 600 * 1024 * 1024
MAX_RATIO = 300
MAX_ROWS = 100_000
MAX_COLUMNS = 300
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MACROS = ("_VBA_PROJECT".encode("utf-16-le"), "Macros".encode("utf-16-le"))


class SheetRefused(Exception):
    """Why the file is not taken, in words for the user."""


@dataclass(frozen=True)
class Table:
    """The first sheet: headers, and rows numbered as in Excel."""

    headers: list[str]
    rows: list[list[Any]]
    numbers: list[int]


def read_table(content: bytes) -> Table:
    """The first sheet of an XLSX, XLS or CSV file, told apart by content.

    Raises:
        SheetRefused: broken, too large, encrypted, with macros, a zip bomb or of another kind.
    """
    if not content:
        raise SheetRefused(_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise SheetRefused(_("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 1024 // 1024})
    if content.startswith(ZIP):
        _check_zip(content)
        raw = _read_excel(content)
    elif content.startswith(OLE):
        _check_ole(content)
        raw = _read_excel(content)
    else:
        raw = _read_csv(content)
    return _table(raw)


def _check_zip(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise SheetRefused(_("The file is broken; save it again in Excel.")) from error
    names = {info.filename for info in infos}
    if "xl/workbook.xml" not in names:
        raise SheetRefused(_("This is not an Excel workbook; XLSX, XLS and CSV are taken."))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise SheetRefused(_("The workbook has macros; save it as XLSX without them."))
    if any(info.flag_bits & 1 for info in infos):
        raise SheetRefused(_("The file is protected by a password; save it without one."))
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(content), 1) or len(infos) > 5000:
        raise SheetRefused(_("The file unpacks to an unreasonable size and is not opened."))


def _check_ole(content: bytes) -> None:
    if ENCRYPTED in content:
        raise SheetRefused(_("The file is protected by a password; save it without one."))
    if MACROS[0] in content:
        raise SheetRefused(_("The workbook has macros; save it as XLSX without them."))


def _read_excel(content: bytes) -> list[list[Any]]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except python_calamine.PasswordError as error:
        raise SheetRefused(_("The file is protected by a password; save it without one.")) from error
    except (python_calamine.CalamineError, ValueError, OSError, IndexError) as error:
        raise SheetRefused(_("The file is broken; save it again in Excel.")) from error
    except BaseException as error:
        # A panic of the Rust reader arrives as BaseException; nothing else may pass as one.
        if type(error).__name__ != "PanicException":
            raise
        raise SheetRefused(_("The file is broken; save it again in Excel.")) from error


def _read_csv(content: bytes) -> list[list[Any]]:
    text = _decode(content)
    sample = text[:20_000]
    delimiter = max(";,\t", key=lambda mark: sample.splitlines()[0].count(mark) if sample.splitlines() else 0)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise SheetRefused(_("The text file is not a table; XLSX, XLS and CSV are taken.")) from error


def _decode(content: bytes) -> str:
    refused = SheetRefused(_("This is not an Excel workbook; XLSX, XLS and CSV are taken."))
    if b"\x00" in content[:4096] or content.startswith((b"%PDF", b"{\\rtf", b"<")):
        raise refused
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refused


def _table(raw: list[list[Any]]) -> Table:
    """Headers are the first row that is not empty; empty rows are passed over."""
    start = next((at for at, row in enumerate(raw) if any(str(cell).strip() for cell in row)), None)
    if start is None:
        raise SheetRefused(_("The first sheet is empty."))
    if len(raw) - start - 1 > MAX_ROWS:
        raise SheetRefused(_("More than %(rows)d rows; divide the file.") % {"rows": MAX_ROWS})
    headers = [str(cell).strip() for cell in raw[start]][:MAX_COLUMNS]
    width = len(headers)
    rows, numbers = [], []
    for at, row in enumerate(raw[start + 1 :], start=start + 2):
        cells = row[:width] + [""] * (width - len(row))
        if any(cell != "" and str(cell).strip() for cell in cells):
            rows.append(cells)
            numbers.append(at)
    return Table(headers, rows, numbers)
