"""Numbers in UzASBO from Excel: by PINFL, every fault named, the rest taken in one statement (duty 7.1)."""

import pytest
from django.urls import reverse

from finance.uzasbo_sheet import UzasboSheet
from hemis.sheets import writing
from hemis.sheets.declaration import SHEETS
from hemis.sheets.reading import read_table
from students.models import Student
from tests.factories import client_of, make_pinfl, make_students, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.duty("7.1")]
HEADERS = ["UzASBO kodi", "JSHSHIR", "F.I.O."]


def checked(access, *rows):
    sheet = SHEETS[UzasboSheet.code](access, {})
    return sheet, sheet.check(read_table(writing.book([("1", HEADERS, list(rows))])))


def numbers():
    return dict(Student.objects.exclude(uzasbo_number="").values_list("pk", "uzasbo_number"))


def test_numbers_are_given_changed_and_left_alone(students, access, django_assert_max_num_queries):
    first, second, third = students
    Student.objects.filter(pk=second.pk).update(uzasbo_number="2002")
    Student.objects.filter(pk=third.pk).update(uzasbo_number="3003")
    rows = [[str(number), one.person.pinfl, one.person.full_name.upper()] for number, one in
            zip(("1 001", 2002, "3004"), students, strict=True)]  # fmt: skip
    with django_assert_max_num_queries(4):
        sheet, found = checked(access, *rows)
        saved = sheet.save(found.good)
    assert (saved.added, saved.changed, saved.unchanged) == (1, 1, 1) and not found.faults
    assert numbers() == {first.pk: "1001", second.pk: "2002", third.pk: "3004"}
    seen = first.version
    first.refresh_from_db()
    assert first.version == seen + 1, "who has the form open is told"
    again = checked(access, *rows)
    assert again[0].plan(again[1].good).unchanged == 3


def test_every_fault_is_named_and_the_rest_is_taken(students, faculty, access):
    first, second, third = students
    elsewhere = make_students(faculty, 1)[0]
    Student.objects.filter(pk=elsewhere.pk).update(uzasbo_number="9009")
    sheet, found = checked(
        access,
        ["1001", first.person.pinfl, ""],
        ["1002", first.person.pinfl, ""],
        ["1001", second.person.pinfl, ""],
        ["9009", second.person.pinfl, ""],
        ["12a", second.person.pinfl, ""],
        ["1005", make_pinfl(), ""],
        ["1006", third.person.pinfl, "Butunlay Boshqa Odam"],
    )
    assert [(one.row, one.fault) for one in found.faults] == [
        (3, "twice"), (4, "twice"), (5, "number_taken"), (6, "bad_number"), (7, "no_student"), (8, "other_name"),
    ]  # fmt: skip
    sheet.save(found.good)
    assert numbers() == {first.pk: "1001", elsewhere.pk: "9009"}


def test_accounting_alone_imports(students, accountant):
    office = client_of(accountant)
    assert reverse("finance_uzasbo_import") in office.get(reverse("finance_uzasbo_list")).content.decode()
    upload = reverse("sheet_upload", args=[UzasboSheet.code])
    assert office.get(reverse("finance_uzasbo_import")).url == upload
    assert office.get(upload).status_code == 200
    assert client_of(make_user("hr")).get(upload).status_code == 403
