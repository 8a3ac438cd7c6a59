"""Duty 3.1: auditoriums from Excel; every bad cell is named, good rows are added or changed."""

from __future__ import annotations

import pytest

from hemis.sheets.reading import Table
from structure.models import Auditorium
from structure.sheets import AuditoriumSheet
from tests.structure.makers import make_building, make_room

HEADERS = [
    "Bino",
    "Xona raqami",
    "Qavat",
    "Xona turi",
    "Oʻrinlar soni",
    "Maydoni",
    "Zinasiz kirish",
    "Aravacha oʻrinlari",
]


def checked(access, *rows):
    table = Table(HEADERS, [list(row) for row in rows], list(range(2, len(rows) + 2)))
    sheet = AuditoriumSheet(access, {})
    return sheet, sheet.check(table)


@pytest.mark.duty("3.1")
def test_good_rows_are_added_changed_or_left(academic):
    known = make_room("101", capacity=60, floor=1)
    make_room("102", capacity=60, floor=1)
    sheet, found = checked(
        academic,
        ("Bino A", "101", 1, "Maʼruza xonasi", 90, "", "ha", "2"),
        ("a", "102", "1", "11", "60", "", "", ""),
        ("Bino A", 201, 2, "лекционная аудитория", 40.0, "55,5", "нет", ""),
    )
    assert found.faults == []
    assert vars(sheet.plan(found.good)) == {"added": 1, "changed": 1, "unchanged": 1}
    assert vars(sheet.save(found.good)) == {"added": 1, "changed": 1, "unchanged": 1}
    known.refresh_from_db()
    assert (known.capacity, known.wheelchair_places, known.version) == (90, 2, 2)
    new = Auditorium.objects.get(number="201")
    assert (new.kind, new.capacity, str(new.area), new.is_accessible) == ("11", 40, "55.5", False)


@pytest.mark.duty("3.1")
def test_every_bad_cell_is_named(academic):
    make_building(floors=3)
    _sheet, found = checked(
        academic,
        ("Yoʻq bino", "101", 1, "11", 30, "", "", ""),
        ("A", "", 1, "11", 30, "", "", ""),
        ("A", "102", 9, "11", 30, "", "", ""),
        ("A", "103", 1, "Basseyn", 30, "", "", ""),
        ("A", "104", 1, "11", 0, "", "", ""),
        ("A", "105", 1, "11", 30.5, "", "", ""),
        ("A", "106", 1, "11", 30, "katta", "", ""),
        ("A", "107", 1, "11", 30, "", "balki", ""),
        ("A", "108", 1, "11", 30, "", "yoʻq", 1),
        ("A", "109", 1, "11", 30, "", "", ""),
        ("Bino A", "109", 1, "11", 30, "", "", ""),
    )
    assert [(one.row, one.fault) for one in found.faults] == [
        (2, "unknown_building"), (3, "missing_number"), (4, "bad_floor"), (5, "unknown_kind"), (6, "bad_capacity"),
        (7, "bad_capacity"), (8, "bad_area"), (9, "not_yes_or_no"), (10, "bad_wheelchair_places"),
        (12, "twice_in_file"),
    ]  # fmt: skip
    assert [row["number"] for row in found.good] == ["109"]


@pytest.mark.duty("3.1")
def test_the_upload_asks_for_no_year(client_of):
    make_building()
    client = client_of("academic_affairs")
    page = client.get("/structure/auditoriums/from-excel/", follow=True)
    assert page.status_code == 200 and 'name="year"' not in page.content.decode()
    assert client.get("/sheets/structure.auditoriums/template/").status_code == 200
    assert client_of("rectorate").get("/sheets/structure.auditoriums/").status_code == 403
