"""What the tests of applications, clearance sheets and links share: people, papers, kinds of orders."""

from __future__ import annotations

import datetime
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from hemis.people.models import User
from movement import actions as orders
from movement.applications import actions
from movement.applications.models import Application
from movement.kinds import OrderKind
from movement.models import Order
from students.models import Student
from tests.factories import access_of


class Leave(OrderKind):
    """Academic leave (12)."""

    code, title = "12", "Leave"
    source_statuses = frozenset({"11"})

    @classmethod
    def effect(cls, student, *, year, choices):
        return {"status": "13"}


def png(size: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("L", (size, size), 255).save(out, "PNG")
    return out.getvalue()


def scan(name: str = "xulosa.png", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png() if content is None else content, content_type="image/png")


def account(student: Student) -> User:
    return User.objects.get(person=student.person)


def answers(kind: str = "leave") -> dict:
    start = datetime.date(2026, 10, 1)
    return {
        "leave": {
            "ground": "12",
            "start_date": start,
            "end_date": datetime.date(2027, 9, 1),
            "details": "Davolanish",
        },
        "expulsion": {"details": "Oʻz xohishim"},
        "transfer_out": {"university": "SamDU"},
        "transfer": {"change": "language", "language": "12", "details": "Rus tilida"},
    }[kind]


def begun(student: Student, kind: str = "leave", *, paper: bool = True) -> Application:
    access = access_of(account(student))
    made = actions.begin(Application(kind=kind, **answers(kind)), access=access, student=student)
    if paper:
        actions.add_document(made, access=access, upload=scan(), title="Xulosa")
    return made


def sent(student: Student, kind: str = "leave") -> Application:
    return actions.send(begun(student, kind), access=access_of(account(student)))


def carry_out(order: Order, dean: User, rector: User) -> Order:
    """Submit, sign and execute."""
    orders.submit(order, access=access_of(dean))
    orders.sign(order, access=access_of(rector), date=order.effective_date)
    return orders.execute(order, access=access_of(dean))
