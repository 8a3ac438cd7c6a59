"""What is read, and what is refused in plain words (duty 2.1: the admission list comes from outside)."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hemis.sheets import reading
from hemis.sheets.reading import SheetRefused, read_table
from tests.sheets.books import members, with_member, xlsx, zipped

ROWS = [["Ism", "Ball"], ["Akmal", 89.6], ["Botir", 70]]
BOOK = xlsx(ROWS)


def refusal(content: bytes) -> str:
    with pytest.raises(SheetRefused) as found:
        read_table(content)
    return str(found.value)


def test_a_workbook_is_read_with_its_row_numbers():
    table = read_table(
        xlsx([["Ism", "Ball"], ["Akmal", 89.6], [None, None], ["Botir", datetime.date(2005, 5, 21)]])
    )
    assert table.headers == ["Ism", "Ball"]
    assert table.numbers == [2, 4]
    assert table.rows == [["Akmal", 89.6], ["Botir", datetime.date(2005, 5, 21)]]


@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_text_tables_of_every_usual_kind(mark, encoding):
    text = f'Исм{mark}Балл\r\n"Акмал, Ботир; оғли"{mark}70\r\n\r\nBotir{mark}71\r\n'
    table = read_table(text.replace("ғ", "г").encode(encoding))
    assert table.headers == ["Исм", "Балл"]
    assert table.rows == [["Акмал, Ботир; огли", "70"], ["Botir", "71"]]
    assert table.numbers == [2, 4]


def test_an_old_workbook_is_read(old_workbook):
    table = read_table(old_workbook)
    assert table.headers[:2] == ["Ism", "Ball"]
    assert table.rows[0][:2] == ["Akmal", 70.0]


def test_every_refusal_says_why(db):
    macros = with_member(BOOK, "xl/vbaProject.bin", b"x")
    encrypted = reading.OLE + b"\x00" * 600 + reading.ENCRYPTED
    assert "boʻsh" in refusal(b"")
    assert "makros" in refusal(macros).lower()
    assert "makros" in refusal(reading.OLE + b"\x00" * 600 + reading.MACROS).lower()
    assert "parol" in refusal(encrypted).lower()
    assert "Excel" in refusal(b"%PDF-1.7 not a table")
    assert "Excel" in refusal(b"\x89PNG\r\n\x1a\n")
    assert "Excel" in refusal(b"<html><table></table></html>")
    assert "Excel" in refusal(zipped({"word/document.xml": b"<w/>"}))
    for broken in (BOOK[:200], BOOK[:-30], b"PK\x03\x04" + b"\x00" * 50, reading.OLE + b"\x01" * 2000):
        assert refusal(broken)


def test_a_name_tells_nothing_the_content_does():
    """A text table is read although somebody calls it .xls, and the other way round."""
    assert read_table(b"Ism;Ball\nAkmal;70\n").rows == [["Akmal", "70"]]


def test_too_large_and_too_long(settings):
    settings.SHEETS_MAX_BYTES = 1000
    assert refusal(BOOK)
    settings.SHEETS_MAX_BYTES = 2**20
    settings.SHEETS_MAX_ROWS = 1
    assert "1" in refusal(BOOK)
    assert "1" in refusal(b"Ism;Ball\nA;1\nB;2\n")
    settings.SHEETS_MAX_ROWS = 2
    assert len(read_table(BOOK).rows) == 2


def test_a_bomb_is_not_unpacked(settings):
    bomb = with_member(BOOK, "xl/media/zeros.bin", b"\x00" * (40 * 2**20))
    assert len(bomb) < 2**18
    assert refusal(bomb)
    settings.SHEETS_MAX_UNPACKED = 10_000
    assert refusal(with_member(BOOK, "xl/media/zeros.bin", bytes(range(256)) * 80))


def test_a_bomb_that_lies_about_its_size_is_not_unpacked():
    """The directory says a kilobyte, the data would give megabytes."""
    bomb = bytearray(with_member(BOOK, "xl/zeros.xml", b"\x00" * (8 * 2**20)))
    with zipfile.ZipFile(io.BytesIO(bytes(bomb))) as archive:
        info = archive.getinfo("xl/zeros.xml")
    true_size = struct.pack("<I", info.file_size)
    while true_size in bomb:
        at = bomb.index(true_size)
        bomb[at : at + 4] = struct.pack("<I", 1024)
    assert refusal(bytes(bomb))


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Ism</t></is></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Ism</t></is></c></row>'
        b'<row r="1040000"><c  r="ZZ1040000"><v>1</v></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Ism</t></is></c></row>'
        b'<row r="1040000"><c s="0" r="ZZ1040000"><v>1</v></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Ism</t></is></c></row>'
        b'<row r="1040000"><c\nr="A1040000"><v>1</v></c></row>',
    ],
)
def test_a_far_cell_costs_no_memory(cells, settings):
    """Two cells at the corners would make a rectangle of seventeen milliards."""
    settings.SHEETS_MAX_ROWS = 500
    name = "xl/worksheets/sheet1.xml"
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + cells
        + b"</sheetData></worksheet>"
    )
    table = read_table(with_member(BOOK, name, sheet))
    assert table.headers[0] == "Ism"
    assert table.rows == []


@pytest.mark.parametrize(
    ("xml", "far"),
    [
        (b'<c r="A1"/><c r="CZ99999" s="1"><v>1</v></c>', False),
        (b'<cols><col min="1"/></cols><cellXfs/><color/>', False),
        (b'<c r="DA1"/>', True),
        (b'<c r="AAA1"/>', True),
        (b'<c r="A100000"/>', True),
        (b"<c/>", True),
        (b"<c><v>1</v></c>", True),
        (b'<c s="1" r="A1"/>', True),
        (b'<x:c r="A1"/>', True),
        (b"<c r='A1'/>", True),
    ],
)
def test_only_cells_that_say_a_near_place_go_to_the_quick_reader(xml, far):
    assert reading._is_far(b"<sheetData><row>" + xml + b"</row></sheetData>") is far


def test_a_stray_far_cell_does_not_stop_an_honest_list():
    book = openpyxl.load_workbook(io.BytesIO(BOOK))
    book.active["XFA3"] = " "
    out = io.BytesIO()
    book.save(out)
    table = read_table(out.getvalue())
    assert [row[:2] for row in table.rows] == [["Akmal", 89.6], ["Botir", 70]]


def test_two_workbooks_in_one_file_are_refused():
    assert refusal(BOOK + b"comment")
    assert refusal(reading.OLE + b"\x00" * 512 + BOOK)
    assert refusal(with_member(BOOK, "content.xml", b"<office/>"))


def test_a_doctype_is_not_expanded():
    """An entity that grows by itself stays what it is."""
    name, body = next((name, body) for name, body in members(BOOK).items() if b"Akmal" in body)
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    start = body.index(b"?>") + 2 if body.startswith(b"<?xml") else 0
    hostile = with_member(BOOK, name, body[:start] + entities + body[start:].replace(b"Akmal", b"&b;"))
    try:
        table = read_table(hostile)
    except SheetRefused:
        return
    assert all(len(str(cell)) < 100 for row in table.rows for cell in row)


@given(st.binary(max_size=4000))
@example(b"\x1c")
def test_no_bytes_crash_the_reader(content):
    try:
        read_table(content)
    except SheetRefused as refused:
        assert str(refused)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_no_damage_crashes_the_reader(damage):
    content = bytearray(BOOK)
    for at, byte in damage:
        content[at] = byte
    try:
        read_table(bytes(content))
    except SheetRefused as refused:
        assert str(refused)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(members(BOOK))), st.binary(max_size=300))
def test_no_member_crashes_the_reader(name, body):
    try:
        read_table(with_member(BOOK, name, body))
    except SheetRefused as refused:
        assert str(refused)
