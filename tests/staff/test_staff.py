"""Duty 1.2: the base of employees, the lists of teachers and of other employees."""

import datetime

import pytest

from hemis.people.models import Person
from staff.models import Employee, Position
from staff.pages import Employees, OtherPosts, Teachers
from tests import factories
from tests.pages.base import RegisterTests

BORN = datetime.date(1980, 3, 8)


def person_data(**changes) -> dict:
    pinfl = factories.make_pinfl(birth=BORN)
    return {
        "last_name": "G'ofurov", "first_name": "АКМАЛ", "middle_name": "Vali o`g`li", "citizenship": "11",
        "country": "UZ",
        "pinfl": pinfl, "passport": "ad 7654321", "birth_date": BORN.isoformat(), "gender": "11",
        "phone": "90 123 45 67",
        "email": "", "address": "", "number": "3030001", "academic_degree": "10", "academic_rank": "10", "status": "11",
    } | changes  # fmt: skip


@pytest.mark.duty("1.2")
class TestEmployees(RegisterTests):
    register = Employees
    viewer_role, editor_role = "rectorate", "hr"

    def make(self, number):
        person = factories.make_person(f"Xodimov{number * 'a'}", birth_date=BORN)
        return factories.make_employee(factories.make_faculty(), person=person)

    def search_for(self, row):
        return row.number

    def form_data(self, row):
        person = row.person
        return person_data(
            last_name=person.last_name,
            pinfl=person.pinfl,
            passport=person.passport,
            number=row.number,
            academic_degree="11",
        )

    def test_a_new_employee_is_one_person_well_written(self, editor):
        assert editor.get(self.url("new")).status_code == 200
        answer = editor.post(self.url("new"), person_data())
        assert answer.status_code == 302, answer.context["form"].errors
        person = Employee.objects.get(number="3030001").person
        assert (person.full_name, person.passport, person.phone) == (
            "Gʻofurov Akmal Vali oʻgʻli", "AD7654321", "+998901234567",
        )  # fmt: skip

    def test_somebody_known_becomes_an_employee_without_a_second_row(self, editor):
        known = factories.make_person("Gʻofurov", "Akmal", "", birth_date=BORN)
        data = person_data(pinfl=known.pinfl, passport=known.passport)
        assert editor.post(self.url("new"), data).status_code == 302
        assert Employee.objects.get(number="3030001").person == known
        assert Person.objects.filter(pinfl=known.pinfl).count() == 1
        twice = editor.post(self.url("new"), data | {"number": "3030002"})
        assert "pinfl" in twice.context["form"].errors

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"pinfl": "12345678901234"}, "pinfl"),
            ({"pinfl": ""}, "pinfl"),
            ({"passport": "A1"}, "passport"),
            ({"birth_date": "1981-03-08"}, "birth_date"),
            ({"gender": "12"}, "gender"),
            ({"phone": "12"}, "phone"),
            ({"last_name": ""}, "last_name"),
            ({"citizenship": "12", "pinfl": "", "passport": "", "country": "KZ"}, "passport"),
        ],
    )
    def test_faults_are_named_at_their_field(self, editor, changes, field):
        answer = editor.post(self.url("new"), person_data(**changes))
        assert answer.status_code == 422
        assert field in answer.context["form"].errors

    def test_a_foreigner_is_known_by_passport_and_country(self, editor):
        data = person_data(citizenship="12", country="KZ", pinfl="", passport="n 1234567")
        assert editor.post(self.url("new"), data).status_code == 302
        assert Employee.objects.get(number="3030001").person.pinfl is None

    def test_found_by_name_however_typed_and_by_unit(self, viewer):
        row = self.make(1)
        for typed in ("xodimova", "ХОДИМОВА"):
            assert self.register.url_of(row) in self.body(viewer, "list", q=typed)
        unit = row.positions.get().unit_id
        assert self.body(viewer, "list", unit=str(unit)).count(self.register.url_of(row)) == 1

    def test_not_deleted_while_posts_remain(self, editor):
        row = self.make(1)
        answer = editor.post(self.url("delete", row.pk))
        assert answer.status_code == 409
        assert Employee.objects.filter(pk=row.pk).exists()


class _Posts(RegisterTests):
    viewer_role, editor_role = "rectorate", "hr"
    category, post = "12", "12"

    def make(self, number):
        person = factories.make_person(f"Ustozov{number * 'a'}", birth_date=BORN)
        row = factories.make_employee(factories.make_faculty(), person=person, post=self.post).positions.get()
        Position.objects.filter(pk=row.pk).update(category=self.category)
        row.refresh_from_db()
        return row

    def search_for(self, row):
        return row.employee.number

    def form_data(self, row, **changes):
        return {
            "employee": row.employee_id, "unit": row.unit_id, "post": self.post, "category": self.category,
            "employment": "11",
            "rate": "0.50", "order_number": "12-k", "order_date": "", "valid_from": "2024-09-01", "valid_to": "",
        } | changes  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"rate": "1.75"}, "rate"),
            ({"rate": "0"}, "rate"),
            ({"valid_to": "2020-01-01"}, "valid_to"),
            ({"post": "16"}, "unit"),
        ],
    )
    def test_faults_are_named_at_their_field(self, editor, changes, field):
        answer = editor.post(self.url("new"), self.form_data(self.make(1), **changes))
        assert field in answer.context["form"].errors

    def test_held_today(self, viewer):
        row, ended = self.make(1), self.make(2)
        Position.objects.filter(pk=ended.pk).update(valid_to="2021-01-01")
        text = self.body(viewer, "list", in_force="1")
        assert self.register.url_of(row) in text and self.register.url_of(ended) not in text
        text = self.body(viewer, "list", in_force="0")
        assert self.register.url_of(row) not in text and self.register.url_of(ended) in text


@pytest.mark.duty("1.2")
class TestTeachers(_Posts):
    register = Teachers

    def test_a_new_post_is_a_teachers(self, editor):
        row = self.make(1)
        answer = editor.post(self.url("new"), self.form_data(row, category="14"))
        assert answer.status_code == 302, answer.context["form"].errors
        assert row.employee.positions.filter(category="12").count() == 2


@pytest.mark.duty("1.2")
class TestOtherEmployees(_Posts):
    register = OtherPosts
    category, post = "11", "27"

    def test_teachers_are_not_entered_here(self, editor):
        answer = editor.post(self.url("new"), self.form_data(self.make(1), category="12"))
        assert "category" in answer.context["form"].errors
