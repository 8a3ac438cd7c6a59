"""What the tests of applications, clearance sheets and links share: people, papers, kinds of orders."""

from __future__ import annotations

import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from hemis.pages.files import clean_scan
from hemis.people.models import User
from movement import actions as orders
from movement.applications import actions
from movement.applications.models import Application
from movement.clearance import actions as clearance
from movement.clearance.models import ClearanceAnswer, ClearanceSheet
from movement.clearance.queries import LEAVING
from movement.kinds import kind_of
from movement.models import Order
from students.models import Student
from tests.factories import access_of, make_user
from tests.pictures import picture

TODAY = timezone.localdate()


def png(size: int = 8) -> bytes:
    return picture(size=(size, size), mode="L")


def scan(name: str = "xulosa.png", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png() if content is None else content, content_type="image/png")


def account(student: Student) -> User:
    return User.objects.get(person=student.person)


def answers(kind: str = "leave") -> dict:
    until = TODAY + datetime.timedelta(days=200)
    return {
        "leave": {
            "ground": "12",
            "start_date": TODAY,
            "end_date": until,
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
        actions.add_document(made, access=access, upload=clean_scan(png()), title="Xulosa")
    return made


def sent(student: Student, kind: str = "leave") -> Application:
    return actions.send(begun(student, kind), access=access_of(account(student)))


def cleared(order: Order) -> None:
    """A complete clearance sheet for everybody on an order by which one leaves."""
    if order.key in LEAVING and not order.cancels_id:
        clear_students(Student.objects.filter(order_lines__order=order), order.created_by, order.faculty)


def clear_students(people, author: User, faculty) -> None:
    """A complete clearance sheet for those who have none in force."""
    in_force = [ClearanceSheet.OPEN, ClearanceSheet.COMPLETE]
    missing = people.exclude(clearance_sheets__state__in=in_force)
    if not missing.exists():
        return
    sheets = clearance.open_for(
        Student.objects.filter(pk__in=list(missing.values_list("pk", flat=True))), access=access_of(author),
        occasion="expulsion",
    )  # fmt: skip
    for role in ("accounting", "library", "dormitory", "hr", "dean"):
        user = make_user(role, faculty if role == "dean" else None)
        rows = ClearanceAnswer.objects.for_answering(access_of(user)).filter(sheet__in=sheets)
        clearance.answer(list(rows), access=access_of(user), clear=True)


def with_papers(order: Order) -> Order:
    """Every basis document that the kind asks for."""
    for paper in kind_of(order).papers:
        orders.add_file(
            order,
            access=access_of(order.created_by),
            kind=paper.code,
            number="1",
            date=TODAY,
            upload=clean_scan(png()),
        )
    return order


def carry_out(order: Order, dean: User, rector: User) -> Order:
    """Submit, sign and execute."""
    orders.submit(order, access=access_of(dean))
    orders.sign(order, access=access_of(rector), date=TODAY)
    return orders.execute(order, access=access_of(dean))
