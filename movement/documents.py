"""The order on paper, and the extract that concerns one student."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hemis.documents.actions import issue, revoke
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.models import Document
from hemis.documents.rendering import draft_pdf
from hemis.people.models import User
from movement import queries
from movement.kinds import kind_of
from movement.models import Order, OrderLine
from movement.queries import excuses_of
from staff.models import Employee
from staff.queries import post_name, with_main_post
from structure.models import Signatory, University
from structure.queries import signatory_name
from students.models import Placement


@register
class OrderDocument(DocumentKind):
    """The signed order with its list."""

    code = "order"
    title = _("Order")
    template_version = 4
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
class StipendOrder(OrderDocument):
    """The signed order that appoints stipends."""

    code = "stipend_order"
    title = _("Order on stipends")
    template_version = 1


@register
class OrderExtract(DocumentKind):
    """The part of an order that concerns one student."""

    code = "order_extract"
    title = _("Extract from an order")
    template_version = 3
    permission = "order.view"
    own_permission = "own.order"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Order")), f"№ {payload['number']}, {payload['date']}"),
            (str(_("Title")), payload["title"]),
            (str(_("Student")), masked_name(payload["line"]["name"])),
        ]


# So many people of a long list are shown before the order is signed.
PREVIEWED = 100
# From this day the act on transfer, reinstatement and expulsion is VMQ 578/2025, before it VMQ 393/2017.
ACT_578 = datetime.date(2025, 9, 15)


def _heading(order: Order, *, day: datetime.date | None = None) -> dict[str, Any]:
    """``day`` stands for the date of an order that is not signed yet."""
    university = University.objects.get()
    date = order.date or day
    assert date is not None  # only signed orders become papers
    return {
        "university": {
            "name": university.name,
            "address": university.address,
            "rector": signatory_name(Signatory.Post.RECTOR, date),
        },
        "title": order.title,
        "basis": order.basis,
        "key": order.key,
        "since_578": order.effective_date >= ACT_578,
        "kind": order.get_kind_display() or str(kind_of(order).title),
        "answers": {name: one["text"] for name, one in order.answers.items()},
        "faculty": order.faculty.name,
        "number": order.number or "____",
        "date": date.strftime("%d.%m.%Y"),
        "effective_date": order.effective_date.strftime("%d.%m.%Y"),
        "cancels": str(order.cancels) if order.cancels_id else "",
        "signer": str(order.signed_by) if order.signed_by_id else "____________________",
        "signer_post": _post_of(order.signed_by, date) if order.signed_by else "",
    }


def _post_of(user: User, day: datetime.date) -> str:
    """The main post that the signer holds on ``day``; empty for who holds none here."""
    holder = with_main_post(Employee.objects.filter(person=user.person_id), day).first()
    return post_name(holder) if holder else ""


PLACE = ("course", "semester", "education_form", "language", "payment_form")


def _place(row: OrderLine | Placement) -> dict[str, str]:
    """Where and how one studies, in words."""
    return {
        "programme": row.programme.speciality.on_paper if row.programme else "",
        "group": row.group.name if row.group else "",
        "faculty": row.faculty.name if row.faculty else "",
        **{name: getattr(row, f"get_{name}_display")() for name in PLACE},
    }


def _line(line: OrderLine, excuses: list[str]) -> dict[str, Any]:
    place = _place(line)
    names = dict(zip(("before", "after"), line.names, strict=False))
    return {
        "position": line.position,
        "name": line.person.full_name,
        "number": line.student.number if line.student else "",
        "place": place,
        "before": _place(line.closes) if line.closes else dict.fromkeys(place, ""),
        "moves": bool(line.closes) and _place(line.closes) != place,  # type: ignore[arg-type]
        "reason": line.reason_text,
        "ends_on": line.ends_on.strftime("%d.%m.%Y") if line.ends_on else "",
        "university": line.details.get("university", ""),
        "certificate": line.details.get("certificate", ""),
        "names": names,
        "stipend": line.stipend_text,
        "excuses": excuses,
        # What papers of the first version of the template read.
        "programme": place["programme"],
        "form": place["education_form"],
        "group": place["group"],
        "payment": place["payment_form"],
        "course": place["course"],
    }


def _lines(order: Order, rows: Iterable[OrderLine]) -> list[dict[str, Any]]:
    excuses: dict[int, list[str]] = {}
    for (line, _check), reason in excuses_of(order).items():
        excuses.setdefault(line, []).append(reason)
    return [_line(line, excuses.get(line.pk, [])) for line in rows]


def _agreed(order: Order) -> list[str]:
    """Who has agreed, as the paper says it."""
    rows = order.agreements.filter(round=order.round).select_related("decided_by__person")
    return [
        f"{row.get_role_display()}: {row.decided_by}, {timezone.localtime(row.decided_at):%d.%m.%Y}"
        for row in rows
        if row.decided_at
    ]


def _papers(order: Order) -> list[str]:
    """The basis documents, as the paper names them."""
    return [
        f"{one.title}{f' № {one.number}' if one.number else ''}, {one.date:%d.%m.%Y}"
        for one in order.files.all()[:20]
    ]


def issue_order(order: Order, lines: Sequence[OrderLine]) -> Document:
    """Issue the PDF of an order that is being signed, with its lines as ``queries.lines_of`` reads them.

    The paper is in Uzbek, whatever language the signer's screen has. Its series is
    that of the order's own year, which may differ from the year of signing.
    """
    with override("uz"):
        payload = _heading(order) | {
            "lines": _lines(order, lines),
            "agreed": _agreed(order),
            "papers": _papers(order),
        }
    return issue(
        kind=kind_of(order).document, title=order.title, payload=payload,
        series=f"order-{order.kind}-{order.date.year}", number=order.number, faculty=order.faculty,
        issued_by=order.signed_by,
    )  # fmt: skip


def preview_of(order: Order) -> bytes:
    """The PDF of an order that is not signed yet, as those who agree and sign read it; at most the first lines."""
    rows = queries.lines_of(order)
    with override("uz"):
        payload = _heading(order, day=timezone.localdate()) | {
            "lines": _lines(order, rows[:PREVIEWED]), "agreed": _agreed(order), "papers": _papers(order),
            "more": max(0, rows.count() - PREVIEWED),
        }  # fmt: skip
    return draft_pdf(kind_of(order).document, payload)


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
        rows = queries.lines_of(line.order).filter(pk=line.pk)
        payload = _heading(line.order) | {"line": _lines(line.order, rows)[0]}
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
