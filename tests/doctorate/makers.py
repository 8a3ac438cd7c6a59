"""Makers of rows of the doctorate for the tests of this app."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import connection

from doctorate import actions
from doctorate.models import (
    Defence,
    DoctoralOrder,
    DoctoralSpeciality,
    DoctoralStudent,
    Opponent,
    PlanStage,
    Supervision,
)
from hemis.access.scope import Access
from hemis.documents.actions import drawn_when_opened
from staff.models import Degree, Employee
from structure.models import Unit
from tests import factories
from tests.staff import makers as staff

BORN = datetime.date(1996, 3, 8)
ADMITTED = datetime.date(2025, 1, 1)
LEVELS = {"11": "phd", "12": "phd", "13": "dsc", "14": "dsc"}


def speciality(level: str = "phd", code: str = "05.01.07") -> DoctoralSpeciality:
    return DoctoralSpeciality.objects.get_or_create(
        code=code, level=level, defaults={"name": "Matematik modellashtirish"}
    )[0]


def candidate(unit: Unit, name: str = "Izlanuvchi", kind: str = "11", **fields: Any) -> DoctoralStudent:
    person = fields.pop("person", None) or factories.make_person(name, birth_date=BORN)
    defaults = {
        "speciality": speciality(LEVELS[kind]), "theme": "Sonli usullarning barqarorligi", "entry_articles": 3,
        "entry_theses": 2,
    }  # fmt: skip
    return DoctoralStudent.objects.create(person=person, kind=kind, kafedra=unit, **(defaults | fields))


def office() -> Access:
    """The office that keeps the doctorate."""
    return factories.access_of(factories.make_user("research"))


def rectorate() -> Access:
    return factories.access_of(factories.make_user("rectorate"))


def draft(
    kind: str, *students: DoctoralStudent, day: datetime.date = ADMITTED, **fields: Any
) -> DoctoralOrder:
    order = DoctoralOrder(kind=kind, effective_date=day, **({"basis": "Ariza"} | fields))
    return actions.create_order(order, students, access=office())


def carry_out(order: DoctoralOrder, date: datetime.date | None = None) -> DoctoralOrder:
    """Submitted, signed and, when its day has come, executed: the only way there is. Its paper is drawn when opened."""
    actions.submit(order, access=office())
    order.refresh_from_db()
    with drawn_when_opened():
        return actions.sign(order, access=rectorate(), date=date or datetime.date(2026, 9, 1))


def execute(
    kind: str, *students: DoctoralStudent, day: datetime.date = ADMITTED, **fields: Any
) -> DoctoralOrder:
    order = carry_out(draft(kind, *students, day=day, **fields))
    for one in students:
        one.refresh_from_db()
    return order


def admitted(
    unit: Unit, name: str = "Izlanuvchi", kind: str = "11", day: datetime.date = ADMITTED
) -> DoctoralStudent:
    one = candidate(unit, name, kind)
    execute("admission", one, day=day)
    return one


def doctor(unit: Unit, name: str = "Rahbarov", degree: str = "12") -> Employee:
    """A teacher with a degree."""
    who = staff.teacher(unit, name)
    Degree.objects.create(employee=who, kind="degree", degree=degree, diploma_number=f"D{who.pk}")
    who.refresh_from_db()
    return who


def lead(
    student: DoctoralStudent, who: Employee, day: datetime.date = ADMITTED, **fields: Any
) -> Supervision:
    return Supervision.objects.create(
        student=student, employee=who, valid_from=day, order_number="7", order_date=day, **fields
    )


def stage(student: DoctoralStudent, title: str = "1-bob", due: datetime.date | None = None) -> PlanStage:
    return PlanStage.objects.create(
        student=student, year=1, kind="chapter", title=title, due_on=due or datetime.date(2025, 6, 30)
    )


def passed(student: DoctoralStudent, day: datetime.date = datetime.date(2026, 6, 1)) -> Defence:
    """A defence with an opponent and votes."""
    defence = Defence.objects.create(
        student=student, council="DSc.03/2025", defence_date=day, place="Toshkent"
    )
    Opponent.objects.create(defence=defence, outsider="A. Opponentov")
    defence.result, defence.votes_for, defence.votes_against = Defence.PASSED, 14, 1
    defence.protocol_number = "12"
    defence.save()
    return defence


APPROVAL = {
    "approved_on": datetime.date(2026, 9, 30), "approval_number": "320/5", "diploma_number": "PHD 0012345",
    "diploma_date": datetime.date(2026, 10, 5), "diploma_by": "OAK", "register_number": "320/5 1",
}  # fmt: skip


def sql(text: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def settle() -> None:
    """Ask the deferred laws now, as the end of the transaction would."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")
