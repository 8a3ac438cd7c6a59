"""Rows of blanks, diplomas, certificates and employment for the walk."""

from __future__ import annotations

import datetime
import itertools
import secrets
from collections.abc import Callable
from typing import Any

from django.db import connection

from hemis.documents.models import Document
from records.blanks.actions import Received, receive
from records.employment.actions import hash_of, token_of
from records.models import (
    Blank,
    BlankAct,
    Certificate,
    Diploma,
    Employment,
    HonoursRule,
    PrintProfile,
    SurveyLink,
)
from students.models import Student
from tests import factories
from tests.access.world import (
    Row,
    World,
    first,
    make,
    of_everybody,
    of_faculty,
    of_person,
    plain,
)
from tests.records.graduates import unguarded

_serial = itertools.count(1)
MOMENT = datetime.datetime(2026, 9, 1, 9, tzinfo=datetime.UTC)


def _act(world: World, where: str) -> BlankAct:
    """A receipt of the faculty of ``where``."""
    first = next(_serial) * 100
    return receive(
        access=factories.access_of(factories.make_user("hr")), date=MOMENT.date(), holder=world.faculties[where],
        basis="Yuk xati", lines=[Received("diploma", "WK", first, first + 2)],
    )  # fmt: skip


def _blank(world: World, where: str) -> Blank:
    return Blank.objects.filter(range__act=_act(world, where)).first()


def _said(text: str) -> dict[str, str]:
    return {"uz": text, "en": text}


FACTS = {
    "university": _said("U"), "speciality": _said("S"), "faculty": _said("F"), "degree": _said("D"),
    "full_name": _said("N"), "qualification": _said("Q"), "blocks": [], "decided_on": "",
}  # fmt: skip


def _diploma(world: World, where: str) -> Diploma:
    """Formed; registers of the book want a number of it."""
    known = Diploma.objects.filter(student=world.student(where)).first()
    if known:
        return known
    with unguarded("records_diploma"):
        return Diploma.objects.create(
            student=world.student(where), faculty=world.faculties[where], education_type="11", facts=FACTS,
            formed_by=factories.make_user("dean", world.faculties[where]), year=2026, serial=next(_serial),
        )  # fmt: skip


def _certificate(world: World, where: str) -> Certificate:
    number = next(_serial)
    document = Document.objects.create(
        kind="study_certificate", number=f"{number}/2026", series="study_certificate", year=2026, title="M",
        payload={"_site": "https://example.uz"}, template_version=1, engine="-", sha256=f"{number:064x}",
        issued_at=MOMENT, owner=world.persons[where], faculty=world.faculties[where],
    )  # fmt: skip
    return make(
        Certificate, world, where, student=world.student(where), faculty=world.faculties[where], document=document,
        kind="study_certificate", issued_by=world.owner(where),
    )  # fmt: skip


def _graduate(world: World, where: str) -> Student:
    """Somebody else than the walker's people: who studies is seen by other pages."""
    (student,) = factories.make_students(world.faculties[where], 1)
    with unguarded("students_placement"), connection.cursor() as cursor:
        cursor.execute("UPDATE students_placement SET status = '14' WHERE student_id = %s", [student.pk])
    return student


def _survey(world: World, where: str) -> SurveyLink:
    graduate = world.row("records_graduates", Student, where).obj
    known = SurveyLink.objects.filter(student=graduate).first()
    if known:
        return known
    link = SurveyLink(nonce=secrets.token_hex(16))
    return make(
        SurveyLink, world, where, student=graduate, nonce=link.nonce, token_hash=hash_of(token_of(link)),
        created_by=world.owner(where), valid_until=datetime.date(2100, 1, 1),
    )  # fmt: skip


def _employment(world: World, where: str) -> Employment:
    graduate = world.row("records_graduates", Student, where).obj
    return make(Employment, world, where, student=graduate, status="seeking", noted_on=MOMENT.date())


def survey_token(world: World, where: str) -> str:
    """The token of a survey."""
    return token_of(world.row("", SurveyLink, where).obj)


ROWS: dict[Any, Callable[[World, str], Row]] = {
    Blank: of_faculty(_blank),
    BlankAct: of_faculty(_act),
    Diploma: of_person(_diploma),
    Certificate: of_person(_certificate),
    "records_graduates": of_faculty(_graduate),
    Employment: of_faculty(_employment),
    SurveyLink: of_faculty(_survey),
    HonoursRule: of_everybody(first(HonoursRule)),
    PrintProfile: of_everybody(plain(PrintProfile, kind="diploma")),
}
