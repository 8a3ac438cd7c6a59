"""Groups and students' cards from Excel: every bad cell named, good rows saved, nobody else's touched (2.1, B4)."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from hemis.sheets.declaration import SHEETS
from hemis.sheets.reading import Table, read_table
from students.models import Group
from students.sheets import CardSheet, GroupSheet, card_rows
from tests import factories

pytestmark = pytest.mark.django_db

GROUP_HEADERS = ["Guruh", "Mutaxassislik kodi", "Fakultet", "Taʼlim shakli", "Taʼlim tili", "Sigʻimi"]
CARD_HEADERS = [
    "Talaba raqami", "F.I.Sh.", "Telefon", "E-pochta", "Doimiy viloyat", "Doimiy tuman", "Doimiy manzil",
    "Yashash joyi turi", "Ota-onasi: kim", "Ota-onasi: F.I.Sh.", "Ota-onasi: telefon",
]  # fmt: skip


def table(headers, *rows) -> Table:
    return Table(headers, [list(row) for row in rows], list(range(2, len(rows) + 2)))


def faults(found) -> list[tuple[int, str]]:
    return [(one.row, one.fault) for one in found.faults]


@pytest.mark.duty("2.1")
def test_groups_are_added_and_changed_each_in_its_faculty(dean, group):
    other = factories.make_admission_setting("303-102")
    factories.make_group(other, "610-26.99")
    sheet = GroupSheet(factories.access_of(dean), {"year": group.entry_year})
    found = sheet.check(
        table(
            GROUP_HEADERS,
            (group.name, group.speciality.code, "", "", "", 42),
            ("610-26.71", "60610100", "", "kunduzgi", "oʻzbek tili", ""),
            ("610-26.72", "60610100", "", "", "", "24"),
            ("610-26.72", "60610100", "", "", "", "24"),
            ("610-26.73", "99999999", "", "", "", ""),
            ("610-26.74", "60610100", "", "", "", "0"),
            ("610-26.75", "60610100", "", "osmonda", "", ""),
            (group.name.lower() + "x", "60610100", "Fakultet 303-102", "", "", ""),
            ("610-26.99", "60610100", "", "", "", ""),
            ("", "60610100", "", "", "", ""),
        )
    )
    assert faults(found) == [
        (5, "repeated_row"), (6, "unknown_speciality"), (7, "bad_places"), (8, "unknown_education_form"),
        (9, "unknown_faculty"), (10, "group_of_other_speciality"), (11, "missing_name"),
    ]  # fmt: skip
    assert vars(sheet.plan(found.good)) == {"added": 2, "changed": 1, "unchanged": 0}
    assert vars(sheet.save(found.good)) == {"added": 2, "changed": 1, "unchanged": 0}
    assert vars(sheet.save(found.good)) == {"added": 0, "changed": 0, "unchanged": 3}
    group.refresh_from_db()
    assert (group.capacity, group.version) == (42, 2)
    new = Group.objects.get(name="610-26.71")
    assert (new.faculty, new.education_form, new.language, new.capacity) == (group.faculty, "11", "11", 30)


@pytest.mark.duty("2.1", "B4")
def test_cards_are_filled_in_and_an_empty_cell_changes_nothing(dean, students):
    first, second = students[:2]
    before = second.person.phone
    sheet = CardSheet(factories.access_of(dean), {})
    found = sheet.check(
        table(
            CARD_HEADERS,
            (
                float(first.number), first.person.full_name.upper(), "90 111 22 33", "a@example.com", "1718",
                "1718236", "Registon, 5", "", "Ona", "Nomzodova Gul", "+998901112244",
            ),
            (second.number, "", "", "", "", "", "Navoiy, 7", "", "", "", ""),
            (students[2].number, "", "", "", "", "", "", "", "", "", ""),
        )
    )  # fmt: skip
    assert faults(found) == []
    assert vars(sheet.plan(found.good)) == {"added": 0, "changed": 2, "unchanged": 1}
    assert sheet.save(found.good).changed == 2
    first.person.refresh_from_db()
    second.person.refresh_from_db()
    person = first.person
    assert (person.phone, person.region, person.district) == ("+998901112233", "1718", "1718236")
    assert "901112233" in person.search_text and person.version == 2
    contact = person.contacts.get()
    assert (contact.relation, contact.full_name, contact.is_first) == ("mother", "Nomzodova Gul", True)
    assert (second.person.phone, second.person.address) == (before, "Navoiy, 7")
    assert sheet.save(found.good).changed == 0, "what the cards say already is no change"


@pytest.mark.duty("2.1", "B4")
def test_every_bad_cell_of_a_card_is_named(dean, students):
    stranger = factories.make_students(factories.make_admission_setting("303-102"), 1)[0]
    one, two, three, four, *_ = students
    empty = [""] * 9
    found = CardSheet(factories.access_of(dean), {}).check(
        table(
            CARD_HEADERS,
            ("123", *empty, ""),
            (stranger.number, *empty, ""),
            (one.number, two.person.full_name + " x", *empty),
            (two.number, "", "12", "yoʻq", *empty[:7]),
            (two.number, *empty, ""),
            (three.number, "", "", "", "1718", "", "", "", "", "", ""),
            (four.number, "", "", "", "", "", "", "Oyda", "Ona", "", ""),
        )
    )
    assert faults(found) == [
        (2, "bad_number"), (3, "unknown_student"), (4, "other_name"), (5, "bad_phone"), (5, "bad_email"),
        (6, "repeated_row"), (7, "district_region_mismatch"), (8, "unknown_accommodation"), (8, "half_contact"),
    ]  # fmt: skip
    assert found.good == []


@pytest.mark.duty("2.1", "B4")
def test_the_list_of_a_fault_is_filled_in_and_given_back(client, dean, students, tmp_path):
    """The file that the page gives out has the columns of the sheet, so that it is uploaded as it is."""
    headers, rows = card_rows(type(students[0]).objects.filter(pk=students[0].pk).with_card())
    sheet = CardSheet(factories.access_of(dean), {})
    assert {column.header for column in sheet.fields.values()} <= set(headers)
    assert len(headers) == len(rows[0])
    student = students[0]
    student.person.phone = ""
    student.person.save()
    client.force_login(dean)
    page = client.get(reverse("students_quality_rule", args=["no_phone"]))
    assert reverse("students_card_import") in page.content.decode()
    answer = client.get(reverse("students_quality_rule", args=["no_phone"]) + "?file=xlsx")
    path = tmp_path / "x.xlsx"
    path.write_bytes(answer.content)
    book = load_workbook(path)
    page = book.active
    assert [cell.value for cell in page[1]] == headers and page.max_row == 2
    page.cell(2, headers.index("Telefon") + 1, "901112255")
    book.save(path)
    found = sheet.check(read_table(path.read_bytes()))
    assert faults(found) == [] and sheet.save(found.good).changed == 1
    student.person.refresh_from_db()
    assert student.person.phone == "+998901112255"


@pytest.mark.duty("2.1")
@pytest.mark.parametrize(
    ("name", "code"),
    [("students_group_import", "students.groups"), ("students_card_import", "students.cards")],
)
def test_only_who_edits_uploads(client, dean, name, code):
    client.force_login(dean)
    page = client.get(reverse(name), follow=True).content.decode()
    sheet = SHEETS[code](factories.access_of(dean), {"year": 2026})
    assert all(column.header in html.unescape(page) for column in sheet.fields.values()), (
        "what to put into it"
    )
    assert client.get(reverse("sheet_template", args=[code])).status_code == 200
    client.force_login(factories.make_user("accounting"))
    assert client.get(reverse(name)).status_code == 403
    assert client.get(reverse("sheet_upload", args=[code])).status_code == 403
