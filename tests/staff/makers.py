"""Makers of staff rows for the tests of this app."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from staff.actions import OrderRef
from staff.models import Employee, Position
from structure.models import Unit
from tests import factories
from tests.pictures import picture

BORN = datetime.date(1980, 3, 8)
SINCE = datetime.date(2020, 9, 1)
ORDER = OrderRef("7-k", datetime.date(2026, 1, 10))


def kafedra(number: int = 1, faculty: str = "303-101") -> Unit:
    return factories.make_kafedra(factories.make_faculty(faculty), number)


def division(code: str = "303-202") -> Unit:
    return Unit.objects.get_or_create(code=code, defaults={"name": f"Boʻlim {code}", "kind": "13"})[0]


def employee(name: str = "Ustozov", **fields) -> Employee:
    person = factories.make_person(name, birth_date=fields.pop("birth_date", BORN))
    return Employee.objects.create(person=person, number=f"E{person.pk:07d}", **fields)


def post(who: Employee, unit: Unit, **fields) -> Position:
    defaults = {
        "post": "12", "category": "12", "employment": "11", "rate": Decimal("1.00"), "valid_from": SINCE,
        "order_number": "1-k", "order_date": SINCE,
    }  # fmt: skip
    return Position.objects.create(employee=who, unit=unit, **(defaults | fields))


def teacher(unit: Unit, name: str = "Ustozov", **fields) -> Employee:
    who = employee(name)
    post(who, unit, **fields)
    return who


def jpeg(size: tuple[int, int] = (1600, 1200), name: str = "surat.jpg", **save) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture("JPEG", size, "navy", **save), content_type="image/jpeg")


def pdf(name: str = "diplom.pdf", **extra) -> SimpleUploadedFile:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if extra.get("script"):
        run = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")}
        )
        writer.root_object[NameObject("/OpenAction")] = run
    if extra.get("password"):
        writer.encrypt("sir")
    out = io.BytesIO()
    writer.write(out)
    return SimpleUploadedFile(name, out.getvalue(), content_type="application/pdf")
