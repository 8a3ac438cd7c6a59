"""The student card: as large as a bank card, with photo and QR (reg. 3807/2026, item 30)."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hemis.documents.actions import issue, issue_again
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.models import Document
from hemis.documents.photos import photo_url
from hemis.people.models import User
from structure.models import University
from students.models import Student

REASON_CHANGED = "Karta maʼlumotlari oʻzgardi"


@register
class StudentCard(DocumentKind):
    """Says that somebody studies here, until when it is valid."""

    code = "student_card"
    title = _("Student card")
    template_version = 2
    permission = "student.view"
    revoke_permission = "student.edit"

    @classmethod
    def number(cls, count: int, year: int, payload: dict[str, Any]) -> str:
        return f"T-{year % 100:02d}-{count:05d}"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Student")), masked_name(payload["name"])),
            (str(_("University")), payload["university"]["name"]),
            (str(_("Faculty")), payload["faculty"]),
            (str(_("Valid until")), payload["valid_to"]),
        ]

    @classmethod
    def payload_again(cls, document):
        student = Student.objects.with_card().filter(number=document.payload["student_number"]).first()
        return payload_of(student, University.objects.get()) if student and studies(student) else None


def studies(student: Student) -> bool:
    """Whether the student studies now: only then is there a card."""
    return bool(student.current_id and student.current.status == "11")


def valid_until(student: Student) -> datetime.date:
    """The end of the programme as planned: entry year plus its years, until the first of October."""
    years = int(student.current.programme.years + 1) - (student.current.programme.years % 1 == 0)
    return datetime.date(student.entry_year + years, 10, 1)


def payload_of(student: Student, university: University) -> dict[str, Any]:
    """What the card says: no PINFL and no passport, only what a gatekeeper needs."""
    placed = student.current
    with override("uz"):
        return {
            "university": {"name": university.name, "short_name": university.short_name},
            "student_number": student.number,
            "name": student.person.full_name,
            "last_name": student.person.last_name,
            "first_name": student.person.first_name,
            "middle_name": student.person.middle_name,
            "faculty": placed.faculty.name,
            "speciality": placed.programme.speciality.on_paper,
            "form": placed.get_education_form_display(),
            "group": placed.group.name if placed.group else "",
            "valid_to": valid_until(student).strftime("%d.%m.%Y"),
            "photo": photo_url(student.person.photo),
        }


@transaction.atomic
def issue_card(student: Student, *, university: University, by: User | None) -> Document:
    """The valid card of a student: the one there is, or a new one where none fits today's facts.

    Raises:
        ValueError: the student does not study now.
    """
    if not studies(student):
        raise ValueError(student.number)
    Student.objects.select_for_update(of=("self",)).get(pk=student.pk)
    payload = payload_of(student, university)
    held = Document.objects.filter(
        kind=StudentCard.code, owner=student.person, state=Document.ISSUED,
        payload__student_number=student.number,
    ).first()  # fmt: skip
    if held and all(held.payload.get(name) == value for name, value in payload.items()):
        return held
    if held:
        return issue_again(held, reason=REASON_CHANGED, by=by)
    return issue(
        kind=StudentCard.code,
        payload=payload,
        title=f"Talaba kartasi: {student.person.full_name}",
        owner=student.person,
        faculty=student.current.faculty,
        issued_by=by,
    )
