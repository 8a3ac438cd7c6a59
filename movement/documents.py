"""The order on paper, and the extract that concerns one student."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from hemis.documents.actions import issue
from hemis.documents.kinds import DocumentKind, register
from hemis.documents.models import Document
from movement import queries
from movement.models import Order, OrderLine
from structure.models import University


@register
class OrderDocument(DocumentKind):
    """The signed order with its list."""

    code = "order"
    title = _("Order")
    permission = "order.view"
    # The list names others: the student gets the extract instead.
    own_permission = "order.view"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Title")), payload["title"]),
            (str(_("Date")), payload["date"]),
            (str(_("Signed by")), payload["signer"]),
            (str(_("People on the list")), str(len(payload["lines"]))),
        ]


@register
class OrderExtract(DocumentKind):
    """The part of an order that concerns one student."""

    code = "order_extract"
    title = _("Extract from an order")
    permission = "order.view"
    own_permission = "own.order"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Order")), f"№ {payload['number']}, {payload['date']}"),
            (str(_("Title")), payload["title"]),
            (str(_("Student")), mask(payload["line"]["name"])),
        ]


def mask(name: str) -> str:
    """``Karimov Akmal`` → ``K*** A***``: enough to compare, not enough to learn."""
    return " ".join(f"{word[0]}***" for word in name.split() if word)


def _heading(order: Order) -> dict[str, Any]:
    university = University.objects.get()
    return {
        "university": {"name": university.name, "address": university.address, "rector": university.rector},
        "title": order.title,
        "basis": order.basis,
        "kind": order.get_kind_display(),
        "faculty": order.faculty.name,
        "number": order.number,
        "date": order.date.strftime("%d.%m.%Y"),
        "effective_date": order.effective_date.strftime("%d.%m.%Y"),
        "cancels": str(order.cancels) if order.cancels_id else "",
        "signer": str(order.signed_by),
    }


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "position": line.position,
        "name": line.person.full_name,
        "number": line.student.number if line.student_id else "",
        "programme": str(line.programme.speciality) if line.programme_id else "",
        "form": line.get_education_form_display(),
        "group": line.group.name if line.group_id else "",
        "payment": line.get_payment_form_display(),
        "course": line.get_course_display(),
    }


def issue_order(order: Order) -> Document:
    """Issue the PDF of an order that is being signed."""
    payload = _heading(order) | {"lines": [_line(line) for line in queries.lines_of(order)]}
    return issue(
        kind="order", title=order.title, payload=payload, series=f"order-{order.kind}", number=order.number,
        faculty=order.faculty, issued_by=order.signed_by,
    )


def extract_for(line: OrderLine) -> Document:
    """The student's extract; issued when first asked for."""
    number = f"{line.order.number}/{line.position}"
    series = f"order-extract-{line.order.kind}-{line.order.pk}"
    found = Document.objects.filter(kind="order_extract", series=series, number=number, owner=line.person).first()
    if found:
        return found
    return issue(
        kind="order_extract", title=line.order.title, payload=_heading(line.order) | {"line": _line(line)},
        series=series, number=number, owner=line.person, faculty=line.order.faculty,
    )
