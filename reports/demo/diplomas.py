"""The master's group of the demo after its attestation: graduated by an order, diplomas at every step, first jobs."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import User
from records.blanks import actions as blanks
from records.blanks.actions import Received
from records.certificates import actions as certificates
from records.diplomas import actions as diplomas
from records.employment import actions as employment
from records.models import (
    Blank,
    BlankAct,
    Certificate,
    Diploma,
    Employment,
    HonoursRule,
    PrintProfile,
)
from reports.demo.clearing import clear_people
from reports.demo.movement import Offices
from structure.models import Unit, University
from students.models import Qualification, Student

COMMISSION = (
    "Rais: A. Sh. Ergashev, prorektor\nAʼzo: D. R. Nazarova, yurist\nAʼzo: K. B. Umarov, bosh hisobchi"
)
MASTER, BACHELOR = "12", "11"
# How far the diplomas of the accredited have come, counted from the first in the alphabet.
APPROVED, ASSIGNED, PRINTED, HANDED = 5, 4, 4, 3


def build(
    staff: dict[str, User], faculties: list[Unit], students: list[Student], *, tell: Callable[[str], None]
) -> None:
    """``students`` are accredited; each verb is done by whose duty it is."""
    hr, dean = Access.for_user(staff["hr"]), Access.for_user(staff["dean1"])
    _settings(staff, students[0])
    _graduate(staff, faculties, students)
    with acting(staff["hr"].pk, "demo"):
        _stock(hr, faculties[0])
    with acting(staff["dean1"].pk, "demo"):
        formed = diplomas.form([one.pk for one in students], access=dean)
    with acting(staff["hr"].pk, "demo"):
        _through(hr, formed.done)
    _papers(dean, staff, students)
    with acting(staff["marketing"].pk, "demo"):
        _employed(Access.for_user(staff["marketing"]), students)
    tell(
        f"{Diploma.objects.count()} diplomas, {Blank.objects.count()} blanks, {Certificate.objects.count()} papers"
    )


def _settings(staff: dict[str, User], student: Student) -> None:
    """The rule of honours, the printers, and what the papers say about university and qualification."""
    University.objects.update(
        accreditation="Davlat akkreditatsiyasi guvohnomasi OTM 0303, 12.05.2024",
        accreditation_ru="Свидетельство о государственной аккредитации OTM 0303, 12.05.2024",
        accreditation_en="Certificate of state accreditation OTM 0303, 12.05.2024",
        mailing_address="140104, Samarqand shahri, Universitet xiyoboni, 15",
        mailing_address_ru="140104, г. Самарканд, Университетский бульвар, 15",
        mailing_address_en="15 University Boulevard, Samarkand 140104",
    )
    speciality = student.current.programme.speciality
    Qualification.objects.create(
        speciality=speciality, name=f"{speciality.name} boʻyicha magistr", name_ru=f"Магистр, {speciality.name_ru}",
        name_en=f"Master of {speciality.name_en}",
    )  # fmt: skip
    with acting(staff["academic"].pk, "demo"):
        HonoursRule.objects.create(
            valid_from=datetime.date(2021, 9, 1), is_on=True, basis="Universitet kengashi qarori (namuna)",
            is_confirmed=False,
        )  # fmt: skip
    with acting(staff["hr"].pk, "demo"):
        PrintProfile.objects.bulk_create(
            (
                PrintProfile(
                    name="204-xona, diplom", kind="diploma", right=Decimal("1.5"), down=Decimal("-2")
                ),
                PrintProfile(
                    name="204-xona, ilova", kind="supplement", right=Decimal("0.5"), down=Decimal(1)
                ),
            )
        )


def _graduate(staff: dict[str, User], faculties: list[Unit], students: list[Student]) -> None:
    offices = Offices(staff, faculties)
    people = Student.objects.filter(pk__in=[one.pk for one in students])
    clear_people(people, "graduation", offices.stations, offices.dean(faculties[0]))
    order = offices.form(
        "17", faculties[0], people, offices.today, "DAK bayonnomalari",
        figures={one.number: {"contract_debt": Decimal(0)} for one in students},
        figures_basis="Buxgalteriya maʼlumotnomasi",
    )  # fmt: skip
    offices.carry_out(order, offices.today)


def _stock(hr: Access, faculty: Unit) -> None:
    """Received from the printing house, some given to the faculty, one spoiled and destroyed, one lost."""
    today = timezone.localdate()
    blanks.receive(
        access=hr, date=today - datetime.timedelta(days=60), holder=None, basis="“Davlat belgisi” DUK, yuk xati № 184",
        lines=[
            Received("diploma", "M", 1204001, 1204040, education_type=MASTER),
            Received("diploma", "MI", 30101, 30110, education_type=MASTER, category="honours"),
            Received("supplement", "MS", 1204001, 1204060, education_type=MASTER),
            Received("diploma", "B", 5501001, 5501200, education_type=BACHELOR),
            Received("diploma", "BI", 71201, 71220, education_type=BACHELOR, category="honours"),
            Received("supplement", "BS", 5501001, 5501240, education_type=BACHELOR),
            Received("academic", "AM", 20301, 20330),
        ],
    )  # fmt: skip

    def act(kind: str, days: int, rows: Any, **fields: Any) -> None:
        keys = list(rows.values_list("pk", flat=True))
        blanks.draw_up(
            access=hr, kind=kind, date=today - datetime.timedelta(days=days), blanks=keys, **fields
        )

    act(
        BlankAct.GIVEN, 45, Blank.objects.filter(kind="academic", number__lte=20310), basis="Dekanat bildirgisi № 12",
        holder=faculty,
    )  # fmt: skip
    printed_badly = Blank.objects.filter(series="B", number__in=(5501003, 5501004))
    act(
        BlankAct.SPOILED, 30, printed_badly, basis="Bildirgi № 31", reason="Printer siyohi yoyilgan",
        commission=COMMISSION,
    )  # fmt: skip
    act(
        BlankAct.DESTROYED, 20, printed_badly, basis="Komissiya bayonnomasi № 4", reason="Maydalash yoʻli bilan",
        commission=COMMISSION,
    )  # fmt: skip
    act(
        BlankAct.LOST, 10, Blank.objects.filter(series="BS", number=5501009), basis="Tushuntirish xati № 2",
        reason="Koʻchirish vaqtida yoʻqolgan", commission=COMMISSION,
    )  # fmt: skip


def _through(hr: Access, formed: list[Diploma]) -> None:
    """Approved but for the last ones, printed, handed over; each is at the step its place tells."""
    found = diplomas.approve(formed[:APPROVED], access=hr).done
    diplomas.send_back(formed[APPROVED], access=hr, remark="Otasining ismi pasportdagidek yozilsin")
    found = diplomas.assign_blanks(found[:ASSIGNED], access=hr).done
    for one in found:
        diplomas.issue_papers(one, access=hr)
    printed = diplomas.mark_printed(found[:PRINTED], access=hr).done
    today = timezone.localdate()
    diplomas.hand_over(printed[: HANDED - 1], access=hr, day=today)
    diplomas.hand_over(
        printed[HANDED - 1 : HANDED], access=hr, day=today, kind="proxy", recipient="Karimova Nigora Botir qizi",
        document=f"Ishonchnoma № 118, {today:%d.%m.%Y}",
    )  # fmt: skip


def _papers(dean: Access, staff: dict[str, User], students: list[Student]) -> None:
    """A transcript and a study sheet by the dean's office, an academic certificate, one ordered in the cabinet."""
    with acting(staff["dean1"].pk, "demo"):
        certificates.issue(
            students[0], access=dean, kind=Certificate.TRANSCRIPT, language="en", purpose="Apostil"
        )
        certificates.issue(students[1], access=dean, kind=Certificate.SHEET)
        left = Student.objects.filter(
            current__faculty__code="303-101", current__status="12", current__order__kind="11"
        ).order_by("number").first()  # fmt: skip
        if left:
            certificates.issue(left, access=dean, kind=Certificate.ACADEMIC, on_blank=True)
    studying = Student.objects.filter(current__faculty__code="303-101", current__status="11").order_by(
        "number"
    )
    student = studying.select_related("person__user").first()
    if student:
        user = student.person.user
        with acting(user.pk, "demo"):
            certificates.order_own(access=Access.for_user(user), kind=Certificate.STUDY, purpose="Bank")


def _employed(marketing: Access, students: list[Student]) -> None:
    """Two work, one studies on, one is inactive, one has answered the survey, one has it open."""
    told: tuple[dict[str, Any], ...] = (
        {
            "status": Employment.WORKING, "employer": "“IT-Park” DUK", "tin": "305109680", "region": "1726",
            "profession": "dasturchi", "sector": "16", "matches": True, "document": "Mehnat shartnomasi № 41",
        },
        {
            "status": Employment.WORKING, "employer": "5-umumtaʼlim maktabi", "profession": "informatika oʻqituvchisi",
            "sector": "11", "matches": True, "region": "1718",
        },
        {"status": Employment.STUDYING, "school": "Namuna davlat universiteti, tayanch doktorantura", "sector": "30"},
        {"status": Employment.INACTIVE, "inactive_kind": "12"},
    )  # fmt: skip
    for student, one in zip(students, told, strict=False):
        Employment.objects.create(student=student, **one)
    asked = students[len(told) : len(told) + 2]
    links = employment.invite([one.pk for one in asked], access=marketing)
    if links:
        employment.answer(
            links[0],
            Employment(status=Employment.WORKING, employer="“Raqamli yechimlar” MChJ", profession="tizim tahlilchisi",
                       sector="27", matches=True),
        )  # fmt: skip
