"""The list of employees from Excel: faults of cells, what is put right, and the same file twice (duty 1.2)."""

import io

import pytest
from openpyxl import Workbook
from openpyxl import load_workbook as load

from hemis.people import keepers
from hemis.people.models import Person, User
from hemis.sheets import writing
from hemis.sheets.declaration import Saved
from hemis.sheets.reading import read_table
from staff.models import Degree, Employee, Position
from staff.sheets import EmployeesSheet
from tests import factories
from tests.staff import makers
from tests.staff.makers import BORN

pytestmark = [pytest.mark.django_db, pytest.mark.duty("1.2")]
HEADERS = [
    "Xodim raqami", "Familiya", "Ism", "Otasining ismi", "JSHSHIR", "Pasport", "Tug‘ilgan sana", "Jinsi", "Fuqarolik",
    "Davlat", "Telefon", "E-mail", "Ilmiy daraja", "Bo‘linma", "Lavozim", "Mehnat shakli", "Stavka", "Buyruq raqami",
    "Buyruq sanasi", "Lavozimda (dan)",
]  # fmt: skip


@pytest.fixture
def sheet():
    factories.make_university()
    makers.kafedra()
    makers.kafedra(2)
    makers.division()
    return EmployeesSheet(factories.access_of(factories.make_user("hr")), {"year": 2026})


def row(**changes) -> list:
    values = {
        "number": "", "last": "Karimov", "first": "Akmal", "middle": "Vali o`g`li",
        "pinfl": factories.make_pinfl(birth=BORN), "passport": "ab 1234567", "born": "08.03.1980", "gender": "erkak",
        "citizenship": "O'zbekiston Respublikasi fuqarosi",
        "country": "", "phone": "90 123 45 67", "email": "", "degree": "Darajasiz", "unit": "303-101-01",
        "post": "Dotsent", "employment": "Asosiy ish joy", "rate": 1,
        "order": "15-k", "order_date": "01.09.2020",
        "from": "01.09.2020",
    } | changes  # fmt: skip
    return list(values.values())


def checked(sheet, *rows):
    book = Workbook()
    book.active.append(HEADERS)
    for one in rows:
        book.active.append(one)
    out = io.BytesIO()
    book.save(out)
    return sheet.check(read_table(out.getvalue()))


def faults(sheet, *rows) -> set[tuple[int, str, str]]:
    return {(one.row, one.column, one.fault) for one in checked(sheet, *rows).faults}


def test_people_posts_degrees_and_accounts_once(sheet):
    first = row(last="КАРИМОВ", passport="AB1111111", degree="Fan nomzodi, PhD")
    second = list(first)
    second[13:17] = ["Kafedra 303-101-02", "Assistent", "O‘rindoshlik (ichki)", "0,5"]
    head = row(last="Mudirov", passport="AB2222222", post="Kafedra mudiri", rate="1,00 stavka")
    guest = row(
        last="Smit", first="Jon", middle="", pinfl="", passport="N1234567", citizenship="Xorijiy davlat fuqarosi",
        country="Rossiya", unit="303-101-02", rate="0.25", employment="O‘rindoshlik (tashqi)",
    )  # fmt: skip
    found = checked(sheet, first, second, head, guest)
    assert not found.faults, found.faults
    assert any(one.kind for one in found.notices)
    assert sheet.plan(found.good) == Saved(4, 0, 0)
    assert not Employee.objects.exists()
    assert sheet.save(found.good) == Saved(4, 0, 0)
    karimov = Employee.objects.get(person__last_name="Karimov")
    assert karimov.positions.count() == 2 and karimov.academic_degree == "11"
    assert Degree.objects.get().diploma_number == ""
    assert karimov.person.middle_name == "Vali oʻgʻli" and karimov.person.phone == "+998901234567"
    assert Employee.objects.get(person__pinfl=None).person.country == "RU"
    user = User.objects.get(person__last_name="Mudirov")
    assert set(user.assignments.values_list("role", flat=True)) == {"head", "teacher"}
    people, posts = Person.objects.count(), Position.objects.count()
    again = checked(sheet, first, second, head, guest)
    assert not again.faults and sheet.save(again.good) == Saved(0, 0, 4)
    assert (Person.objects.count(), Position.objects.count()) == (people, posts)
    first[10] = "91 123 45 67"
    assert sheet.save(checked(sheet, first).good) == Saved(0, 1, 0)


@pytest.mark.parametrize(
    ("changes", "column", "fault"),
    [
        ({"last": ""}, "Familiya", "missing_name"),
        ({"pinfl": ""}, "JSHSHIR", "missing_pinfl"),
        ({"pinfl": "30803800010011"}, "JSHSHIR", "pinfl_check_digit"),
        ({"born": "09.03.1980"}, "Tug‘ilgan sana", "pinfl_birth_mismatch"),
        ({"gender": "ayol"}, "Jinsi", "pinfl_gender_mismatch"),
        ({"passport": "N1234567"}, "Pasport", "bad_passport"),
        ({"email": "pochta"}, "E-mail", "bad_email"),
        ({"unit": "Yoʻq kafedra"}, "Bo‘linma", "unknown_unit"),
        ({"post": "Qorovul"}, "Lavozim", "unknown_post"),
        ({"post": "Dekan"}, "Lavozim", "post_of_unit_kind"),
        ({"rate": "0.6"}, "Stavka", "bad_rate"),
        ({"rate": "2"}, "Stavka", "bad_rate"),
        ({"from": "kecha"}, "Lavozimda (dan)", "bad_date"),
        ({"order": ""}, "Buyruq raqami", "number_without_date"),
        ({"citizenship": "Xorijiy davlat fuqarosi", "country": ""}, "Davlat", "missing_country"),
    ],
)
def test_each_bad_cell_is_named(sheet, changes, column, fault):
    good = row(last="Yaxshiyev", passport="AB9999999")
    found = checked(sheet, good, row(**changes))
    assert {(one.row, one.column, one.fault) for one in found.faults} == {(3, column, fault)}
    assert len(found.good) == 1


def test_rows_against_each_other_and_against_what_is_held(sheet):
    first = row(passport="AB1111111")
    main = list(first)
    main[13], main[16] = "303-101-02", 0.25
    assert faults(sheet, first, main) == {(3, "Mehnat shakli", "second_main_post")}
    much = list(main)
    much[15], much[16] = "O‘rindoshlik (ichki)", 0.75
    assert faults(sheet, first, much) == {(3, "Stavka", "too_many_rates")}
    assert faults(sheet, first, first) == {(3, "Lavozim", "duplicate_post")}
    other = list(main)
    other[1], other[15], other[16] = "Boshqayev", "O‘rindoshlik (ichki)", 0.5
    assert (3, "Familiya", "person_contradicts") in faults(sheet, first, other)
    heads = [
        row(last=name, passport=passport, post="Kafedra mudiri")
        for name, passport in (("Birov", "AB1111112"), ("Ikkov", "AB1111113"))
    ]
    assert faults(sheet, *heads) == {(3, "Lavozim", "second_head")}
    numbers = [
        row(number="E7", passport="AB1111114"),
        row(number="E7", last="Boshqayev", passport="AB1111115"),
    ]
    assert faults(sheet, *numbers) == {(3, "Xodim raqami", "number_of_another")}
    sheet.save(checked(sheet, first).good)
    less = list(first)
    less[16] = 0.5
    assert faults(sheet, less) == {(2, "Stavka", "rate_by_order")}
    stranger = list(first)
    stranger[1], stranger[2] = "Begonaov", "Begona"
    assert faults(sheet, stranger) == {(2, "JSHSHIR", "pinfl_of_another")}
    thief = row(passport="AB1111111")
    assert faults(sheet, thief) == {(2, "Pasport", "passport_of_another")}


def test_template_has_the_columns_and_its_example_is_taken(sheet):
    book = load(io.BytesIO(writing.template(sheet)))
    headers = [cell.value.rstrip(" *") for cell in book.active[1]]
    assert headers == [column.header for column in sheet.fields.values()]


def test_upload_is_hrs_and_the_way_there_is_on_the_list():
    hr = factories.client_of(factories.make_user("hr"))
    assert "/staff/employees/import/" in hr.get("/staff/employees/").content.decode()
    assert hr.get("/staff/employees/import/", follow=True).status_code == 200
    for role in ("rectorate", "academic_affairs"):
        assert (
            factories.client_of(factories.make_user(role)).get("/staff/employees/import/").status_code == 403
        )


def test_the_preview_tells_whose_name_stays_as_it_is(sheet, monkeypatch):
    """Who studies is renamed by an order alone: the file's name is passed over, and the preview says so."""
    first = row()
    sheet.save(checked(sheet, first).good)
    renamed = row(last="Boshqayev", pinfl=first[4])
    assert not any("Boshqayev" in one.before for one in checked(sheet, renamed).notices), (
        "HR may rename others"
    )
    monkeypatch.setitem(keepers._KEEPERS, "tried", lambda person: "An order alone renames.")
    found = checked(sheet, renamed)
    assert not found.faults
    (told,) = [one for one in found.notices if one.kind == "An order alone renames."]
    assert told.column == "Familiya" and told.before.startswith("Boshqayev Akmal")
    assert told.after.startswith("Karimov Akmal")
    sheet.save(found.good)
    assert Person.objects.get(pinfl=first[4]).last_name == "Karimov"
    assert not [one for one in checked(sheet, first).notices if one.kind == told.kind], (
        "the same name is kept silently"
    )
