"""The card of an employee: as large as a bank card, with photo and QR."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hemis.documents.actions import issue, issue_again, revoke
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.models import Document
from hemis.documents.photos import photo_url
from hemis.people.models import User
from staff.models import Employee, Position
from structure.models import University

REASON_CHANGED = "Guvohnoma maʼlumotlari oʻzgardi"
REASON_LEFT = "Xodim universitetda lavozimga ega emas"
# A post without an end: the card is looked at again after so many years.
YEARS = 3
NO_DEGREE = "10"


@register
class EmployeeCard(DocumentKind):
    """Says that somebody works here, in which post, until when it is valid."""

    code = "employee_card"
    title = _("Employee card")
    permission = "employee.view"
    revoke_permission = "employee.edit"

    @classmethod
    def number(cls, count: int, year: int, payload: dict[str, Any]) -> str:
        return f"X-{year % 100:02d}-{count:05d}"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Employee")), masked_name(payload["name"])),
            (str(_("University")), payload["university"]["name"]),
            (str(_("Post")), payload["post"]),
            (str(_("Unit")), payload["unit"]),
            (str(_("Valid until")), payload["valid_to"]),
        ]

    @classmethod
    def payload_again(cls, document):
        employee = Employee.objects.filter(number=document.payload["employee_number"]).first()
        post = main_post(employee) if employee else None
        return payload_of(employee, post, University.objects.get()) if employee and post else None


def main_post(employee: Employee) -> Position | None:
    """The main post held today, else the largest."""
    held = Position.objects.in_force().filter(employee=employee).select_related("unit")
    return held.order_by("employment", "-rate", "pk").first()


def payload_of(employee: Employee, post: Position, university: University) -> dict[str, Any]:
    """What the card says: no PINFL and no passport, only what a gatekeeper needs.

    It is valid until the post ends; without an end, until the last day of the third year from its beginning on.
    """
    person, today = employee.person, timezone.localdate()
    # Steps of whole terms, so that a card printed again within a term is the same card.
    term = today.year - (today.year - post.valid_from.year) % YEARS
    ends = post.valid_to or datetime.date(term + YEARS, 12, 31)
    with override("uz"):
        return {
            "university": {"name": university.name, "short_name": university.short_name},
            "employee_number": employee.number,
            "name": person.full_name,
            "last_name": person.last_name,
            "first_name": person.first_name,
            "middle_name": person.middle_name,
            "post": post.get_post_display(),
            "unit": post.unit.name,
            "degree": "" if employee.academic_degree == NO_DEGREE else employee.get_academic_degree_display(),
            "valid_to": ends.strftime("%d.%m.%Y"),
            "photo": photo_url(person.photo),
        }


@transaction.atomic
def issue_card(employee: Employee, *, university: University, by: User | None) -> Document:
    """The valid card of an employee: the one there is, or a new one where none fits today's facts.

    Raises:
        ValueError: the employee holds no post today.
    """
    Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    post = main_post(employee)
    if post is None:
        raise ValueError(employee.number)
    payload = payload_of(employee, post, university)
    held = _valid().filter(owner=employee.person).first()
    if held and all(held.payload.get(name) == value for name, value in payload.items()):
        return held
    if held:
        return issue_again(held, reason=REASON_CHANGED, by=by)
    return issue(
        kind=EmployeeCard.code,
        payload=payload,
        title=f"Xodim guvohnomasi: {employee.person.full_name}",
        owner=employee.person,
        issued_by=by,
    )


def revoke_cards(day: datetime.date) -> int:
    """Revoke the cards of those who hold no post on ``day``; how many."""
    held = Position.objects.in_force(day).filter(employee__person=OuterRef("owner"))
    left = list(_valid().filter(~Exists(held)))
    for card in left:
        revoke(card, reason=REASON_LEFT, by=None)
    return len(left)


def _valid():
    return Document.objects.filter(kind=EmployeeCard.code, state=Document.ISSUED)
