"""Small workbooks for tests, good and hostile."""

from __future__ import annotations

import io
import zipfile

import openpyxl


def xlsx(rows: list[list]) -> bytes:
    """A plain workbook with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_member(content: bytes, name: str, body: bytes) -> bytes:
    """The same workbook with one member added or replaced."""
    return zipped(members(content) | {name: body})
