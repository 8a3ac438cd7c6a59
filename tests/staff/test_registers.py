"""Every register of the staff: duty 1.2 by HR, 8.1 by the head of its kafedra, 2.5 and 3.4 by those who look."""

import datetime

import pytest

from hemis.people.models import Person
from staff.models import (
    Absence,
    Award,
    Competition,
    CompetitionEntry,
    Degree,
    Development,
    Education,
    Employee,
    EstablishmentPost,
    ForeignSpecialist,
    ForeignTraining,
    PostRole,
    StaffRule,
)
from staff.pages.employees import Absences, Awards, Degrees, Educations, Employees
from staff.pages.growth import (
    Competitions,
    DevelopmentDue,
    Developments,
    Entries,
    ForeignSpecialists,
    ForeignTrainings,
    TermsDue,
)
from staff.pages.plan import Establishment, PostRoles, StaffRules
from staff.pages.posts import OtherPosts, Teachers, Tutors
from tests import factories
from tests.pages.base import RegisterTests
from tests.staff import makers
from tests.staff.makers import BORN


def person_data(**changes) -> dict:
    pinfl = factories.make_pinfl(birth=BORN)
    return {
        "last_name": "G'ofurov", "first_name": "АКМАЛ", "middle_name": "Vali o`g`li", "citizenship": "11",
        "country": "UZ",
        "pinfl": pinfl, "passport": "ad 7654321", "birth_date": BORN.isoformat(), "gender": "11",
        "phone": "90 123 45 67",
        "email": "", "region": "1726", "district": "1726294",
        "address": "", "number": "3030001", "specialty": "", "entry_year": "2005",
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
            specialty="Algebra",
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
            ({"first_name": "Ali7"}, "first_name"),
            ({"region": "1718"}, "district"),
            ({"entry_year": "1985"}, "entry_year"),
            ({"entry_year": "2099"}, "entry_year"),
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

    def unit(self, number):
        return makers.kafedra(number)

    def make(self, number):
        who = makers.employee(f"Ustozov{number * 'a'}")
        return makers.post(who, self.unit(number), category=self.category, post=self.post)

    def search_for(self, row):
        return row.employee.number

    def form_data(self, row, **changes):
        return {
            "employee": row.employee_id, "unit": row.unit_id, "post": self.post, "category": self.category,
            "employment": "11", "rate": "0.50", "order_number": "12-k", "order_date": "2020-09-01",
            "contract_number": "5", "contract_date": "", "valid_from": "2024-09-01", "valid_to": "",
            "correction": "Stavka xato kiritilgan",
        } | changes  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"rate": "1.75"}, "rate"),
            ({"rate": "0"}, "rate"),
            ({"valid_to": "2020-01-01"}, "valid_to"),
            ({"post": "16", "unit": "division"}, "unit"),
            ({"order_number": ""}, "order_number"),
            ({"employment": "11"}, "employment"),
            ({"employment": "12", "rate": "0.75"}, "rate"),
        ],
    )
    def test_faults_are_named_at_their_field(self, editor, changes, field):
        row = self.make(1)
        if changes.get("unit"):
            changes = changes | {"unit": makers.division().pk}
        answer = editor.post(self.url("new"), self.form_data(row, **changes))
        assert field in answer.context["form"].errors

    def test_a_correction_needs_its_reason(self, editor):
        row = self.make(1)
        data = self.form_data(row, correction="") | {"row_version": row.version}
        answer = editor.post(self.url("edit", row.pk), data)
        assert "correction" in answer.context["form"].errors
        documents = data | {"rate": "1.00", "valid_from": "2020-09-01", "contract_number": "77"}
        assert editor.post(self.url("edit", row.pk), documents).status_code == 302
        row.refresh_from_db()
        assert (row.contract_number, row.correction) == ("77", "")

    def test_today_unless_something_else_is_asked_and_on_any_past_day(self, viewer):
        row, ended, coming = self.make(1), self.make(2), self.make(3)
        for one, change in ((ended, {"valid_to": "2021-01-01"}), (coming, {"valid_from": "2090-01-01"})):
            type(one).objects.filter(pk=one.pk).update(correction="tekshiruv", **change)

        def shown(**query):
            text = self.body(viewer, "list", **query)
            return [self.register.url_of(one) in text for one in (row, ended, coming)]

        assert shown() == [True, False, False]
        assert shown(held="ended") == [False, True, False]
        assert shown(held="coming") == [False, False, True]
        assert shown(held="all") == [True, True, True]
        assert shown(on="2020-12-01") == [True, True, False]

    def test_export_in_the_ministrys_columns(self, viewer):
        row = self.make(1)
        lines = (
            viewer.get(self.url("export", "csv", columns="ministry")).content.decode("utf-8-sig").splitlines()
        )
        assert len(lines[0].split(",")) == 27
        assert row.employee.person.pinfl in lines[1] and row.employee.person.passport in lines[1]


@pytest.mark.duty("1.2")
class TestTeachers(_Posts):
    register = Teachers

    def test_a_new_post_is_a_teachers(self, editor):
        row = self.make(1)
        data = self.form_data(row, category="14", employment="12")
        answer = editor.post(self.url("new"), data)
        assert answer.status_code == 302, answer.context["form"].errors
        assert row.employee.positions.filter(category="12").count() == 2


@pytest.mark.duty("1.2")
class TestOtherEmployees(_Posts):
    register = OtherPosts
    category, post = "11", "27"

    def unit(self, number):
        return makers.division(f"303-2{number:02d}")

    def test_teachers_are_not_entered_here(self, editor):
        answer = editor.post(self.url("new"), self.form_data(self.make(1), category="12"))
        assert "category" in answer.context["form"].errors


@pytest.mark.duty("1.2")
class TestTutors(RegisterTests):
    register, viewer_role = Tutors, "hr"

    def make(self, number):
        who = makers.employee(f"Tyutorov{number * 'a'}")
        return makers.post(who, makers.kafedra().parent, post="34", category="11")

    def search_for(self, row):
        return row.employee.number


class _Records(RegisterTests):
    """Dated records of employees that HR keeps."""

    viewer_role, editor_role = "rectorate", "hr"
    wrong: list = []

    def who(self, number):
        return makers.teacher(makers.kafedra(), f"Yozuvov{number * 'a'}")

    def test_wrong_entries_are_named(self, editor):
        row = self.make(1)
        for changes, field in self.wrong:
            answer = editor.post(self.url("new"), self.form_data(row) | changes)
            assert answer.status_code == 422 and field in answer.context["form"].errors, (changes, field)


@pytest.mark.duty("1.2")
class TestEducations(_Records):
    register = Educations
    wrong = [({"start_year": "2010"}, "end_year"), ({"diploma_date": "2090-01-01"}, "diploma_date")]

    def make(self, number):
        return Education.objects.create(
            employee=self.who(number), level="master", institution=f"SamDU{number}", speciality="Matematika",
            end_year=2004,
        )  # fmt: skip

    def search_for(self, row):
        return row.institution

    def form_data(self, row):
        return {
            "employee": row.employee_id, "level": "master", "institution": "SamDU", "country": "UZ",
            "speciality": "Fizika", "start_year": "2000", "end_year": "2004", "diploma_number": "B 1",
            "diploma_date": "2004-07-01",
        }  # fmt: skip


@pytest.mark.duty("1.2")
class TestDegrees(_Records):
    register = Degrees
    wrong = [
        ({"degree": ""}, "degree"),
        ({"kind": "rank", "rank": ""}, "rank"),
        ({"diploma_number": ""}, "diploma_number"),
        ({"diploma_date": "2090-01-01"}, "diploma_date"),
    ]

    def make(self, number):
        return Degree.objects.create(
            employee=self.who(number), kind="degree", degree="11", diploma_number=f"00{number}A",
            diploma_date="2015-05-05", university="OʻzMU",
        )  # fmt: skip

    def search_for(self, row):
        return row.diploma_number

    def form_data(self, row):
        return {
            "employee": row.employee_id, "kind": "degree", "degree": "12", "rank": "11", "diploma_number": "777",
            "diploma_date": "2020-01-01", "council": "OAK", "council_number": "3", "council_date": "2019-12-01",
            "science_branch": "", "speciality": "01.01.01", "country": "UZ", "university": "OʻzMU",
        }  # fmt: skip

    def test_the_card_says_what_the_diplomas_say(self, editor):
        row = self.make(1)
        row.employee.refresh_from_db()
        assert (row.employee.academic_degree, row.employee.academic_rank) == ("11", "10")
        assert (
            editor.post(self.url("edit", row.pk), self.form_data(row) | {"row_version": 1}).status_code == 302
        )
        assert (
            editor.post(
                self.url("new"),
                self.form_data(row) | {"kind": "rank", "rank": "13", "degree": "12", "diploma_number": "778"},
            ).status_code
            == 302
        )
        row.employee.refresh_from_db()
        assert (row.employee.academic_degree, row.employee.academic_rank) == ("12", "13")


@pytest.mark.duty("1.2")
class TestAwards(_Records):
    register = Awards
    wrong = [({"awarded_on": "2090-01-01"}, "awarded_on"), ({"title": ""}, "title")]

    def make(self, number):
        return Award.objects.create(
            employee=self.who(number), kind="17", title=f"Mukofot {number}", awarded_on="2022-05-01"
        )

    def search_for(self, row):
        return row.title

    def form_data(self, row):
        return {
            "employee": row.employee_id, "kind": "16", "title": "Xalqaro tanlov", "awarded_by": "Vazirlik",
            "awarded_on": "2023-05-01", "document_number": "1",
        }  # fmt: skip


@pytest.mark.duty("1.2")
class TestAbsences(_Records):
    register = Absences
    wrong = [({"kind": "14"}, "kind"), ({"valid_to": "2020-01-01"}, "valid_to"), ({}, "valid_from")]

    def make(self, number):
        return Absence.objects.create(
            employee=self.who(number), kind="12", valid_from="2026-07-01", valid_to="2026-08-20",
            order_number=f"{number}-t", order_date="2026-06-20",
        )  # fmt: skip

    def search_for(self, row):
        return row.order_number

    def form_data(self, row):
        return {
            "employee": row.employee_id, "kind": "13", "valid_from": "2026-07-05", "valid_to": "2026-07-10",
            "order_number": "9-t", "order_date": "2026-06-20", "note": "",
        }  # fmt: skip


class _OfKafedra(RegisterTests):
    """What a head enters for the own kafedra and nobody else for it."""

    editor_role = viewer_role = "head"

    def user(self, role):
        if role == "head":
            return factories.make_user("head", makers.kafedra())
        return super().user(role)

    def elsewhere(self):
        return makers.kafedra(1, "303-102")

    @pytest.mark.duty("8.1")
    def test_a_head_of_another_kafedra_finds_nothing(self):
        row = self.make(1)
        client = factories.client_of(factories.make_user("head", makers.kafedra(2)))
        assert self.register.url_of(row) not in self.body(client, "list")
        for page in ("detail", "history", *(("edit",) if self.register.form else ())):
            assert client.get(self.url(page, row.pk)).status_code == 404

    @pytest.mark.duty("2.5")
    def test_the_dean_looks_at_the_own_faculty_and_changes_nothing(self):
        row, other = self.make(1), self.make_elsewhere()
        client = factories.client_of(factories.make_user("dean", makers.kafedra().parent))
        text = self.body(client, "list")
        assert self.register.url_of(row) in text and self.register.url_of(other) not in text
        assert client.get(self.register.url_of(other)).status_code == 404
        self.nobody_but_the_head(client, row)

    @pytest.mark.duty("3.4")
    def test_academic_affairs_look_at_the_whole_university_and_change_nothing(self):
        row, other = self.make(1), self.make_elsewhere()
        client = self.client_of("academic_affairs")
        text = self.body(client, "list")
        assert self.register.url_of(row) in text and self.register.url_of(other) in text
        self.nobody_but_the_head(client, row)

    def nobody_but_the_head(self, client, row):
        assert client.get(self.register.url_of(row)).status_code == 200
        if self.register.form:
            assert client.get(self.url("new")).status_code == 403
            assert client.post(self.url("edit", row.pk), {}).status_code == 403
            assert client.post(self.url("delete", row.pk)).status_code == 403


class TestDevelopments(_OfKafedra):
    register = Developments

    def make(self, number, unit=None):
        who = makers.teacher(unit or makers.kafedra(), f"Malakov{number * 'a'}")
        return Development.objects.create(
            employee=who, place="11", institution="BIMM", title=f"Kurs {number}", hours=144,
            begin_date="2024-01-10", end_date="2024-02-10", document_number=f"M{number}", document_date="2024-02-11",
        )  # fmt: skip

    def make_elsewhere(self):
        return self.make(9, self.elsewhere())

    def search_for(self, row):
        return row.document_number

    def form_data(self, row):
        return {
            "employee": row.employee_id, "place": "13", "institution": "MGU", "country": "RU", "title": "Pedagogika",
            "hours": "72", "begin_date": "2025-01-10", "end_date": "2025-02-10", "document_number": "77",
            "document_date": "2025-02-11", "valid_until": "",
        }  # fmt: skip

    @pytest.mark.duty("8.1")
    def test_the_head_enters_for_the_own_teachers_only(self, editor):
        row, other = self.make(1), self.make_elsewhere()
        data = self.form_data(row)
        assert editor.post(self.url("new"), data | {"scan": makers.pdf()}).status_code == 302
        made = Development.objects.get(title="Pedagogika")
        answer = editor.get(self.url("file", made.pk, "scan"))
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        stranger = factories.client_of(factories.make_user("head", makers.kafedra(2)))
        assert stranger.get(self.url("file", made.pk, "scan")).status_code == 404
        assert editor.get(self.url("file", made.pk, "employee")).status_code == 404
        wrong = editor.post(self.url("new"), data | {"employee": other.employee_id})
        assert "employee" in wrong.context["form"].errors

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"end_date": "2025-01-01"}, "end_date"),
            ({"hours": "0"}, "hours"),
            ({"document_number": ""}, "document_number"),
            ({"document_date": ""}, "document_date"),
            ({"valid_until": "2025-01-11"}, "valid_until"),
            ({"document_date": "2090-01-01"}, "document_date"),
        ],
    )
    def test_faults_are_named_at_their_field(self, editor, changes, field):
        answer = editor.post(self.url("new"), self.form_data(self.make(1)) | changes)
        assert field in answer.context["form"].errors


class TestDevelopmentDue(_OfKafedra):
    register, editor_role = DevelopmentDue, None

    def make(self, number, unit=None):
        return makers.teacher(unit or makers.kafedra(), f"Muddatov{number * 'a'}")

    def make_elsewhere(self):
        return self.make(9, self.elsewhere())

    def search_for(self, row):
        return row.number


class TestTermsDue(TestDevelopmentDue):
    register = TermsDue


class TestCompetitions(_OfKafedra):
    register = Competitions

    def make(self, number, unit=None):
        return Competition.objects.create(
            unit=unit or makers.kafedra(), post="14", announced_on="2026-01-10", deadline="2026-02-10",
            note=f"e{number}lon",
        )  # fmt: skip

    def make_elsewhere(self):
        return self.make(9, self.elsewhere())

    def search_for(self, row):
        return row.note

    def form_data(self, row):
        return {
            "unit": row.unit_id, "post": "15", "rate": "1.00", "announced_on": "2026-01-10", "announced_in": "Gazeta",
            "deadline": "2026-02-10", "state": "held", "held_on": "2026-02-20", "protocol_number": "5",
            "protocol_date": "2026-02-20", "note": "",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"deadline": "2026-01-01"}, "deadline"),
            ({"held_on": "2026-02-01"}, "held_on"),
            ({"protocol_number": ""}, "protocol_number"),
            ({"held_on": "2090-01-01"}, "held_on"),
        ],
    )
    def test_faults_are_named_at_their_field(self, editor, changes, field):
        answer = editor.post(self.url("new"), self.form_data(self.make(1)) | changes)
        assert field in answer.context["form"].errors

    @pytest.mark.duty("8.1")
    def test_not_for_the_post_of_another_kafedra(self, editor):
        answer = editor.post(self.url("new"), self.form_data(self.make_elsewhere()))
        assert "unit" in answer.context["form"].errors


class TestEntries(_OfKafedra):
    register = Entries

    def make(self, number, unit=None):
        unit = unit or makers.kafedra()
        competition = Competition.objects.create(
            unit=unit, post="14", announced_on="2026-01-10", deadline="2026-02-10", state="held",
            held_on="2026-02-20", protocol_number=f"P{number}", protocol_date="2026-02-20",
        )  # fmt: skip
        return CompetitionEntry.objects.create(
            competition=competition, employee=makers.teacher(unit, f"Nomzodov{number * 'a'}")
        )

    def make_elsewhere(self):
        return self.make(9, self.elsewhere())

    def search_for(self, row):
        return row.competition.protocol_number

    def form_data(self, row):
        return {
            "competition": row.competition_id, "employee": row.employee_id, "outsider": "", "votes_for": "20",
            "votes_against": "1", "result": "elected", "order_number": "4-k", "order_date": "2026-02-21",
            "term_from": "2026-03-01", "term_to": "2031-02-28",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"term_to": "2031-03-02"}, "term_to"),
            ({"term_to": ""}, "term_to"),
            ({"term_from": "2026-02-01"}, "term_from"),
            ({"outsider": "Begonaov"}, "employee"),
            ({"result": "rejected"}, "term_from"),
        ],
    )
    def test_faults_are_named_at_their_field(self, editor, changes, field):
        row = self.make(1)
        answer = editor.post(self.url("edit", row.pk), self.form_data(row) | {"row_version": 1} | changes)
        assert field in answer.context["form"].errors


@pytest.mark.duty("1.2")
class TestForeignTrainings(_Records):
    register = ForeignTrainings
    wrong = [
        ({"country": "UZ"}, "country"),
        ({"end_date": "2020-01-01"}, "end_date"),
        ({"activity": "study"}, "training_type"),
    ]

    def make(self, number):
        return ForeignTraining.objects.create(
            employee=self.who(number), activity="internship", country="RU", institution=f"MGU{number}",
            speciality="Fizika", begin_date="2024-01-01", end_date="2024-02-01", contract="1",
        )  # fmt: skip

    def search_for(self, row):
        return row.institution

    def form_data(self, row):
        return {
            "employee": row.employee_id, "activity": "teaching", "training_type": "11", "country": "RU",
            "institution": "SPbGU", "speciality": "Fizika", "begin_date": "2024-03-01", "end_date": "2024-04-01",
            "contract": "2",
        }  # fmt: skip


@pytest.mark.duty("1.2")
class TestForeignSpecialists(_Records):
    register = ForeignSpecialists
    wrong = [({"country": "UZ"}, "country"), ({"end_date": "2020-01-01"}, "end_date")]

    def make(self, number):
        return ForeignSpecialist.objects.create(
            full_name=f"John Smith{number}", country="RU", work_place="MGU", speciality="Fizika", subject="Optika",
            contract="1", begin_date="2024-01-01",
        )  # fmt: skip

    def search_for(self, row):
        return row.full_name

    def form_data(self, row):
        return {
            "full_name": "Jane Roe", "employee": "", "country": "RU", "work_place": "SPbGU", "speciality": "Kimyo",
            "subject": "Kimyo", "unit": "", "contract": "3", "begin_date": "2024-03-01", "end_date": "",
        }  # fmt: skip


@pytest.mark.duty("1.2")
class TestEstablishment(_Records):
    register = Establishment
    wrong = [
        ({"rates": "0.30"}, "rates"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
        ({"valid_from": "2025-01-01", "post": "15"}, "valid_from"),
    ]

    def make(self, number):
        return EstablishmentPost.objects.create(
            unit=makers.kafedra(number), post="15", category="12", rates="2.50", valid_from="2024-09-01",
            order_number=f"SH{number}", order_date="2024-08-20",
        )  # fmt: skip

    def search_for(self, row):
        return row.order_number

    def form_data(self, row):
        return {
            "unit": row.unit_id, "post": "14", "category": "12", "rates": "3.75", "valid_from": "2024-09-01",
            "valid_to": "", "order_number": "SH9", "order_date": "2024-08-20",
        }  # fmt: skip


@pytest.mark.duty("1.2")
class TestStaffRules(_Records):
    register = StaffRules
    wrong = [({"value": "0"}, "value"), ({"value": "1.5"}, "value"), ({"basis": ""}, "basis")]

    def make(self, number):
        return StaffRule.objects.create(
            kind="soon_months",
            value=number,
            valid_from=datetime.date(2030 + number, 1, 1),
            basis=f"Qaror-{number}",
        )

    def search_for(self, row):
        return row.basis

    def form_data(self, row):
        return {"kind": "soon_months", "value": "9", "valid_from": "2040-01-01", "basis": "Yangi qaror"}


@pytest.mark.duty("A")
class TestPostRoles(RegisterTests):
    register, viewer_role, editor_role = PostRoles, "administrator", "administrator"
    stranger_role = "hr"

    def make(self, number):
        return PostRole.objects.create(unit=makers.division(f"303-2{number:02d}"), role="accounting")

    def search_for(self, row):
        return row.unit.name

    def form_data(self, row):
        return {"post": "30", "unit_kind": "", "unit": row.unit_id, "role": "accounting"}

    def test_a_rule_names_a_post_or_a_unit(self, editor):
        answer = editor.post(self.url("new"), {"post": "", "unit_kind": "12", "unit": "", "role": "teacher"})
        assert "post" in answer.context["form"].errors
