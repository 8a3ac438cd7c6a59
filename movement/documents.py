"""The order on paper, and the extract that concerns one student."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hemis.documents.actions import issue, revoke
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.models import Document
from hemis.people.models import User
from movement import queries
from movement.kinds import kind_of
from movement.models import Order, OrderLine
from structure.models import Signatory, University
from structure.queries import signatory_name


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
            (str(_("Student")), masked_name(payload["line"]["name"])),
        ]


def _heading(order: Order) -> dict[str, Any]:
    university = University.objects.get()
    assert order.date is not None  # only signed orders become papers
    return {
        "university": {
            "name": university.name,
            "address": university.address,
            "rector": signatory_name(Signatory.Post.RECTOR, order.date),
        },
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
    """Issue the PDF of an order that is being signed.

    The paper is in Uzbek, whatever language the signer's screen has. Its series is
    that of the order's own year, which may differ from the year of signing.
    """
    with override("uz"):
        payload = _heading(order) | {"lines": [_line(line) for line in queries.lines_of(order)]}
    return issue(
        kind=kind_of(order).document, title=order.title, payload=payload,
        series=f"order-{order.kind}-{order.date.year}", number=order.number, faculty=order.faculty,
        issued_by=order.signed_by,
    )  # fmt: skip


def _extract_series(order: Order) -> str:
    return f"order-extract-{order.kind}-{order.pk}"


@transaction.atomic
def extract_for(line: OrderLine) -> Document:
    """The student's extract; issued when first asked for, and only once however often one clicks."""
    OrderLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    number = f"{line.order.number}/{line.position}"
    series = _extract_series(line.order)
    found = Document.objects.filter(
        kind="order_extract", series=series, number=number, owner=line.person
    ).first()
    if found:
        return found
    with override("uz"):
        payload = _heading(line.order) | {"line": _line(line)}
    return issue(
        kind="order_extract", title=line.order.title, payload=payload, series=series, number=number,
        owner=line.person, faculty=line.order.faculty,
    )  # fmt: skip


def void_documents(undo: Order, *, by: User | None) -> None:
    """The papers of an order that ``undo`` cancels are void from now on, and say so when checked."""
    order = undo.cancels
    if order is None:
        return
    with override("uz"):
        reason = str(_("Cancelled by order № %(number)s of %(date)s.")) % {
            "number": undo.number, "date": undo.date.strftime("%d.%m.%Y"),
        }  # fmt: skip
    papers = Document.objects.filter(pk=order.document_id) | Document.objects.filter(
        series=_extract_series(order)
    )
    for paper in papers.filter(state=Document.ISSUED).order_by("pk"):
        revoke(paper, reason=reason, by=by)
