"""Every register of duties 1.1 and 3.1, by declaration."""

from __future__ import annotations

import datetime

import pytest

from structure.models import BankAccount, Equipment, Licence, Signatory, Unit
from structure.pages import (
    Auditoriums,
    BankAccounts,
    Bookings,
    Buildings,
    Divisions,
    EquipmentRegister,
    Faculties,
    Kafedras,
    Licences,
    Signatories,
)
from tests import factories
from tests.pages.base import RegisterTests
from tests.structure.makers import MONDAY, a_booking, make_building, make_room

SURNAMES = ("Aliyev", "Boboyev", "Choriyev")
NAMES = {"name_ru": "", "name_en": "", "position": "0", "opened_on": ""}


@pytest.mark.duty("1.1")
class TestFaculties(RegisterTests):
    register = Faculties
    viewer_role, editor_role = "teacher", "hr"

    def make(self, number):
        return factories.make_faculty(f"303-10{number}", f"Fakultet {'abc'[number - 1]}")

    def search_for(self, row):
        return row.name

    def form_data(self, row):
        return {"code": row.code, "name": "Yangi nom", "locality": "11"} | NAMES


@pytest.mark.duty("1.1")
class TestKafedras(RegisterTests):
    register = Kafedras
    viewer_role, editor_role = "teacher", "hr"

    def make(self, number):
        return factories.make_kafedra(factories.make_faculty(), number)

    def search_for(self, row):
        return row.code

    def form_data(self, row):
        return {"code": row.code, "name": "Yangi nom"} | NAMES


@pytest.mark.duty("1.1")
class TestDivisions(RegisterTests):
    register = Divisions
    viewer_role, editor_role = "teacher", "hr"

    def make(self, number):
        above = Unit.objects.get_or_create(code="303-299", defaults={"name": "Rektorat", "kind": "16"})[0]
        code = f"303-20{number}"
        return Unit.objects.create(code=code, name=f"Boʻlim {code}", kind="13", parent=above)

    def search_for(self, row):
        return row.code

    def form_data(self, row):
        return {"code": row.code, "name": "Yangi nom", "kind": "14"} | NAMES


class OfTheUniversity(RegisterTests):
    viewer_role, editor_role, stranger_role = "rectorate", "hr", "academic_affairs"


@pytest.mark.duty("1.1")
class TestBankAccounts(OfTheUniversity):
    register = BankAccounts

    def make(self, number):
        return BankAccount.objects.create(
            purpose=9 + number, number=f"2340200030010000100{number}", bank="Bank", mfo="00014",
            valid_from=datetime.date(2024, 1, 1),
        )  # fmt: skip

    def search_for(self, row):
        return row.number

    def form_data(self, row):
        return {
            "purpose": "19", "currency": "840", "number": row.number, "bank": "Boshqa bank", "mfo": "00257",
            "swift": "NBFAUZ2X", "valid_from": "2024-01-01", "valid_to": "", "note": "",
        }  # fmt: skip


@pytest.mark.duty("1.1")
class TestSignatories(OfTheUniversity):
    register = Signatories

    def make(self, number):
        return Signatory.objects.create(
            post=9 + number, name=f"{SURNAMES[number - 1]} A. K.", basis="Ustav",
            valid_from=datetime.date(2024, 1, 1), person=factories.make_person(SURNAMES[number - 1]),
        )  # fmt: skip

    def search_for(self, row):
        return row.name

    def form_data(self, row):
        return {
            "post": row.post, "acting": "on", "person": row.person_id, "name": "", "basis": "1-son buyruq",
            "valid_from": "2024-02-01", "valid_to": "",
        }  # fmt: skip


@pytest.mark.duty("1.1")
class TestLicences(OfTheUniversity):
    register = Licences

    def make(self, number):
        return Licence.objects.create(number=f"OT-00{number}", issued_on="2024-01-01", issuer="Inspeksiya")

    def search_for(self, row):
        return row.number

    def form_data(self, row):
        return {
            "kind": "licence", "number": row.number, "issued_on": "2024-01-01", "valid_until": "2029-01-01",
            "issuer": "Agentlik", "scope": "",
        }  # fmt: skip


class OfTheInfrastructure(RegisterTests):
    viewer_role, editor_role, stranger_role = "rectorate", "academic_affairs", "hr"


@pytest.mark.duty("3.1")
class TestBuildings(OfTheInfrastructure):
    register = Buildings

    def make(self, number):
        building = make_building(f"B{number}")
        make_room("101", building)
        return building

    def search_for(self, row):
        return row.code

    def form_data(self, row):
        return {
            "code": row.code, "name": "1-bino", "kind": "teaching", "address": "Koʻcha, 1", "floors": "4",
            "tenure": "rented", "rented_until": "2030-01-01", "latitude": "39.65", "longitude": "66.95",
            "position": "0", "is_active": "on", "has_lift": "on",
        }  # fmt: skip


@pytest.mark.duty("3.1")
class TestAuditoriums(OfTheInfrastructure):
    register = Auditoriums

    def make(self, number):
        room = make_room(f"10{number}")
        Equipment.objects.create(auditorium=room, kind="12", count=number)
        return room

    def search_for(self, row):
        return row.number

    def form_data(self, row):
        return {
            "building": row.building_id, "number": row.number, "name": "", "floor": "2", "kind": "12",
            "capacity": "24", "area": "48.5", "unit": "", "is_accessible": "on", "wheelchair_places": "2",
            "note": "", "is_active": "on",
        }  # fmt: skip


@pytest.mark.duty("3.1")
class TestEquipment(OfTheInfrastructure):
    register = EquipmentRegister

    def make(self, number):
        room = make_room(f"10{number}")
        return Equipment.objects.create(auditorium=room, kind="12", inventory_number=f"INV-{number}")

    def search_for(self, row):
        return row.inventory_number

    def form_data(self, row):
        return {
            "auditorium": row.auditorium_id, "kind": "11", "name": "Kompyuter", "count": "1",
            "inventory_number": row.inventory_number,
        }  # fmt: skip


@pytest.mark.duty("3.1")
class TestBookings(OfTheInfrastructure):
    register = Bookings

    def make(self, number):
        booking = a_booking(make_room(f"10{number}"), purpose=f"Maqsad {number}", repeat_until=MONDAY)
        booking.save()
        return booking

    def search_for(self, row):
        return row.purpose

    def form_data(self, row):
        return {
            "auditorium": row.auditorium_id, "day": "2027-02-03", "starts_at": "08:30", "ends_at": "09:50",
            "repeat_until": "2027-02-24", "purpose": "Yigʻilish", "asked_by": "Rektorat", "unit": "", "people": "40",
        }  # fmt: skip
