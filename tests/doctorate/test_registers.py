"""Registers of the doctorate (duties 6.1, B6.2, B6.3), the import and the page of figures."""

import datetime

import pytest
from django.urls import reverse

from doctorate import queries
from doctorate.models import (
    Attestation,
    Defence,
    DoctoralOrder,
    DoctoralRule,
    DoctoralSpeciality,
    DoctoralStudent,
    IndividualPlan,
    Opponent,
)
from doctorate.pages.defences import Defences, Opponents
from doctorate.pages.orders import Orders
from doctorate.pages.overview import Late
from doctorate.pages.plans import Attestations, Plans, Stages
from doctorate.pages.students import Loads, Researchers, Rules, Specialities, Students, Supervisions
from hemis.sheets.declaration import SHEETS
from hemis.sheets.reading import Table
from tests import factories
from tests.doctorate import makers
from tests.pages.base import RegisterTests
from tests.sharing import shared
from tests.staff import makers as staff

PERSON = {
    "first_name": "Akmal", "middle_name": "", "birth_date": "1996-03-08", "gender": "11", "citizenship": "11",
    "country": "UZ", "nationality": "1161", "region": "1726", "district": "1726294", "address": "", "email": "",
}  # fmt: skip


class World:
    """Rows that the tests of all registers look at: made once for the file."""

    def __init__(self) -> None:
        factories.make_university()
        self.unit, self.elsewhere = staff.kafedra(), staff.kafedra(1, "303-102")
        self.candidates = {n: makers.candidate(self.unit, f"Nomzod{'abcd'[n]}") for n in (1, 2, 3)}
        self.researchers = {n: makers.candidate(self.unit, f"Nomzod{'abcd'[n]}", "14") for n in (1, 2, 3)}
        self.other = makers.candidate(self.elsewhere, "Begona")
        self.students = {n: makers.candidate(self.unit, f"Izlanuvchi{'abcd'[n]}") for n in (1, 2, 3)}
        makers.execute("admission", *self.students.values())
        self.doctors = {n: makers.doctor(self.unit, f"Rahbar{'abcd'[n]}") for n in (1, 2, 3)}
        self.supervisions = {n: makers.lead(one, self.doctors[n]) for n, one in self.candidates.items()}
        self.orders = {
            n: makers.draft("admission", one, basis=f"Ariza {n}") for n, one in self.candidates.items()
        }
        self.plans = {n: IndividualPlan.objects.create(student=one) for n, one in self.students.items()}
        self.stages = {n: makers.stage(one) for n, one in self.students.items()}
        self.attestations = {
            n: one.attestations.order_by("due_on").first() for n, one in self.students.items()
        }
        self.defences = {
            n: Defence.objects.create(student=one, council="x", defence_date=makers.ADMITTED, place="x")
            for n, one in self.students.items()
        }
        self.opponents = {
            n: Opponent.objects.create(defence=one, outsider=f"Opponent {n}")
            for n, one in self.defences.items()
        }
        codes = {1: "01.01.01", 2: "01.01.02", 3: "01.01.03"}
        self.specialities = {
            n: DoctoralSpeciality.objects.create(code=code, level="phd", name=f"Ixtisos {n}")
            for n, code in codes.items()
        }
        self.rules = {
            n: DoctoralRule.objects.create(
                kind="plan_months", value=3, valid_from=datetime.date(2026, n, 1), basis=f"Qoida {n}"
            )
            for n in (1, 2, 3)
        }


@shared
def world(db):
    return World()


class _Office(RegisterTests):
    viewer_role = editor_role = "research"
    rows = ""
    # What is typed to find the first of the rows.
    wanted = "izlanuvchib"

    @pytest.fixture(autouse=True)
    def _world(self, _university, world):
        self.world = world

    def make(self, number):
        row = getattr(self.world, self.rows)[number]
        return type(row).objects.get(pk=row.pk)

    def search_for(self, row):
        return self.wanted if row.pk == getattr(self.world, self.rows)[1].pk else ""


class _OfPeople(_Office):
    kind, wanted = "11", "nomzodb"

    def form_data(self, row):
        person = row.person
        return PERSON | {
            "last_name": person.last_name, "pinfl": person.pinfl, "passport": person.passport, "phone": person.phone,
            "kind": self.kind, "speciality": row.speciality_id, "kafedra": row.kafedra_id, "payment_form": "11",
            "theme": "Yangi mavzu",
        }  # fmt: skip


@pytest.mark.duty("6.1")
class TestStudents(_OfPeople):
    register, rows = Students, "candidates"


@pytest.mark.duty("6.1")
class TestResearchers(_OfPeople):
    register, rows, kind = Researchers, "researchers", "14"


@pytest.mark.duty("B6.2")
class TestStudentsOfTheKafedra(TestStudents):
    viewer_role = "head"

    def user(self, role):
        return factories.make_user(role, self.world.unit if role == "head" else None)

    def make_elsewhere(self):
        return self.world.other


@pytest.mark.duty("6.1")
class TestSpecialities(_Office):
    register, rows, wanted = Specialities, "specialities", "ixtisos 1"

    def form_data(self, row):
        return {"code": row.code, "level": "dsc", "name": "", "is_active": "on"}


@pytest.mark.duty("6.1")
class TestRules(_Office):
    register, rows, wanted = Rules, "rules", "qoida 1"

    def form_data(self, row):
        return {"kind": row.kind, "value": 4, "valid_from": row.valid_from.isoformat(), "basis": "Nizom"}


@pytest.mark.duty("6.1")
class TestOrders(_Office):
    register, rows, wanted = Orders, "orders", "ariza 1"

    def form_data(self, row):
        return {
            "kind": "admission", "students": [row.lines.get().student_id], "effective_date": "2025-02-01",
            "basis": "Kengash qarori",
        }  # fmt: skip


@pytest.mark.duty("6.1")
class TestSupervisions(_Office):
    register, rows, wanted = Supervisions, "supervisions", "nomzodb"

    def form_data(self, row):
        return {
            "role": row.role, "employee": row.employee_id, "valid_from": "2025-02-01", "order_number": "9",
            "order_date": "2025-01-20",
        }  # fmt: skip


@pytest.mark.duty("6.1")
class TestLoads(_Office):
    register, rows, wanted = Loads, "doctors", "rahbarb"


@pytest.mark.duty("6.1")
class TestPlans(_Office):
    register, rows = Plans, "plans"

    def form_data(self, row):
        return {}


@pytest.mark.duty("6.1")
class TestStages(_Office):
    register, rows = Stages, "stages"

    def form_data(self, row):
        return {"year": 2, "kind": "article", "title": "Maqola", "due_on": "2026-10-01"}


@pytest.mark.duty("6.1")
class TestAttestations(_Office):
    register, rows = Attestations, "attestations"

    def form_data(self, row):
        return {"due_on": "2025-06-30", "held_on": "2025-07-01", "result": "passed", "protocol_number": "4"}


@pytest.mark.duty("6.1")
class TestDefences(_Office):
    register, rows = Defences, "defences"

    def form_data(self, row):
        return {"council": "DSc.04", "defence_date": "2026-12-20", "place": "Samarqand", "result": "planned"}


@pytest.mark.duty("6.1")
class TestOpponents(_Office):
    register, rows, wanted = Opponents, "opponents", "opponent 1"

    def form_data(self, row):
        return {"outsider": "A. Opponentov", "degree": "12", "work_place": "OʻzMU"}


@pytest.mark.duty("6.1")
class TestLate(_Office):
    register, rows = Late, "students"


# --- scope, figures, import


@shared
def unit(world):
    """A kafedra of its own, beside those of the file."""
    return staff.kafedra(7)


@pytest.mark.duty("B6.3")
def test_a_teacher_sees_whom_one_leads_and_oneself(unit):
    who = makers.doctor(unit)
    led, other = makers.admitted(unit, "Shogirdov"), makers.admitted(unit, "Begonayev")
    makers.lead(led, who)
    teacher = factories.client_of(factories.make_user("teacher", person=who.person))
    listed = teacher.get(reverse("doctorate_students_list")).content.decode()
    assert "Shogirdov" in listed and "Begonayev" not in listed
    assert teacher.get(Students.url_of(led)).status_code == 200
    assert teacher.get(Students.url_of(other)).status_code == 404
    attestation = led.attestations.first()
    assert teacher.get(Attestations.url_of(attestation)).status_code == 200
    assert teacher.get(Attestations.url_of(other.attestations.first())).status_code == 404
    assert teacher.get(reverse("doctorate_attestations_edit", args=[attestation.pk])).status_code == 403
    assert teacher.get(reverse("doctorate_orders_list")).status_code == 403
    own = factories.client_of(factories.make_user("teacher", person=other.person))
    assert own.get(Students.url_of(other)).status_code == 200


@pytest.mark.duty("6.1")
def test_the_doctorate_in_figures(unit, django_assert_max_num_queries):
    for number in range(3):
        makers.admitted(unit, f"Izlanuvchi{number}", kind=("11", "12", "11")[number])
    office = factories.client_of(factories.make_user("research"))
    url = reverse("doctorate_overview")
    office.get(url)
    with django_assert_max_num_queries(12):
        text = office.get(url).content.decode()
    assert "Who is late, by kafedra" in text and "Doctoral students by kind and status" in text
    assert f"{reverse('doctorate_late_list')}?state=late&amp;kafedra={unit.pk}" in text
    assert "doctoral students who are late" in office.get("/").content.decode()
    here = queries.with_lateness().filter(kafedra=unit)
    assert {one.state for one in here} == {"late"} and here.count() == 3


@pytest.mark.duty("6.1")
def test_a_person_who_is_known_stays_one_person(unit):
    who = staff.teacher(unit, "Xodimov")
    phone = who.person.phone
    office = factories.client_of(factories.make_user("research"))
    data = PERSON | {
        "last_name": "Xodimov", "middle_name": who.person.middle_name, "birth_date": "1980-03-08", "phone": "",
        "pinfl": who.person.pinfl, "passport": who.person.passport, "kind": "13",
        "speciality": makers.speciality("dsc").pk, "kafedra": unit.pk, "payment_form": "11", "theme": "Mavzu",
    }  # fmt: skip
    url = reverse("doctorate_students_new")
    answer = office.post(url, data | {"speciality": makers.speciality("phd").pk})
    assert answer.status_code == 422 and "speciality" in answer.context["form"].errors
    assert office.post(url, data).status_code == 302
    one = DoctoralStudent.objects.get(person=who.person)
    assert (one.kind, one.status) == ("13", DoctoralStudent.CANDIDATE)
    who.person.refresh_from_db()
    assert who.person.phone == phone, "an empty field leaves what is known"
    answer = office.post(url, data)
    assert answer.status_code == 422 and "pinfl" in answer.context["form"].errors


def _table(*rows: list) -> Table:
    headers = ["Familiya", "Ism", "JSHSHIR", "Tug‘ilgan sana", "Jinsi", "Fuqarolik", "Toifasi", "Ixtisoslik shifri",
               "Kafedra", "Dissertatsiya mavzusi", "Maqolalar soni"]  # fmt: skip
    return Table(headers, list(rows), list(range(2, len(rows) + 2)))


@pytest.mark.duty("6.1")
def test_candidates_from_a_workbook(unit):
    makers.speciality()
    sheet = SHEETS["doctorate.students"](makers.office(), {})
    studying = makers.admitted(unit, "Oqiyotgan")

    def row(
        name: str, pinfl: str, kind: str = "PhD doktorant", code: str = "05.01.07", count: str = "2"
    ) -> list:
        return [name, "Ali", pinfl, "08.03.1996", "Erkak", "Oʻzbekiston Respublikasi fuqarosi", kind, code, unit.name,
                "Mavzu", count]  # fmt: skip

    good = factories.make_pinfl(birth=makers.BORN)
    checked = sheet.check(_table(
        row("Yangi", good), row("Yangi", good),
        row("Boshqa", factories.make_pinfl(birth=makers.BORN), "DSc doktorant", "01.01.01"),
        row("Xato", factories.make_pinfl(birth=makers.BORN), code="99.99.99"),
        row("Son", factories.make_pinfl(birth=makers.BORN), count="ikki"),
        row("Oqiyotgan", studying.person.pinfl),
    ))  # fmt: skip
    assert {(one.row, one.fault) for one in checked.faults} == {
        (3, "repeated_row"), (4, "speciality_of_other_level"), (5, "unknown_speciality"), (6, "bad_count"),
        (7, "studies_already"),
    }  # fmt: skip
    assert len(checked.good) == 1
    before = DoctoralStudent.objects.count()
    assert sheet.plan(checked.good).added == 1 and DoctoralStudent.objects.count() == before
    assert sheet.save(checked.good).added == 1
    one = DoctoralStudent.objects.get(person__pinfl=good)
    assert (one.status, one.kafedra, one.entry_articles, one.number) == ("candidate", unit, 2, None)
    again = sheet.save(checked.good)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)


@pytest.mark.duty("6.1")
def test_the_paper_of_a_draft_is_not_there_and_a_draft_goes(unit):
    one = makers.candidate(unit)
    order = makers.draft("admission", one)
    office = factories.client_of(factories.make_user("research"))
    assert office.post(reverse("doctorate_orders_delete", args=[order.pk])).status_code == 302
    assert not DoctoralOrder.objects.filter(pk=order.pk).exists()
    assert office.post(reverse("doctorate_students_delete", args=[one.pk])).status_code == 302
    admitted = makers.admitted(unit, "Ikkinchi")
    answer = office.post(reverse("doctorate_students_delete", args=[admitted.pk]))
    assert answer.status_code == 409 and DoctoralStudent.objects.filter(pk=admitted.pk).exists()
    assert Attestation.objects.filter(student=admitted).exists()
