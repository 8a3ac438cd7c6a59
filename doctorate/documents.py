"""The order on doctoral students on paper (clause B8, duty 6.1)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from doctorate import queries
from doctorate.models import DoctoralOrder
from hemis.documents.actions import issue
from hemis.documents.kinds import DocumentKind, register
from hemis.documents.models import Document
from structure.models import Signatory, University
from structure.queries import signatory_name


@register
class DoctoralOrderDocument(DocumentKind):
    """A signed order with its list."""

    code = "doctoral_order"
    title = _("Order on doctoral students")
    permission = "doctoral_order.view"
    # The list names others, so those named are told by a notice instead.
    own_permission = "doctoral_order.view"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Kind of order")), payload["kind"]),
            (str(_("Date")), payload["date"]),
            (str(_("Signed by")), payload["signer"]),
            (str(_("People on the list")), str(len(payload["lines"]))),
        ]


def payload_of(order: DoctoralOrder) -> dict[str, Any]:
    """What the paper says, in Uzbek, frozen at the signature."""
    assert order.date is not None  # only signed orders become papers
    university = University.objects.get()
    with override("uz"):
        return {
            "university": {
                "name": university.name,
                "rector": signatory_name(Signatory.Post.RECTOR, order.date),
            },
            "key": order.kind,
            "kind": str(order.get_kind_display()),
            "date": f"{order.date:%d.%m.%Y}",
            "effective_date": f"{order.effective_date:%d.%m.%Y}",
            "until": f"{order.until:%d.%m.%Y}" if order.until else "",
            "leave_reason": order.get_leave_reason_display(),  # type: ignore[attr-defined]
            "reason": order.reason,
            "basis": order.basis,
            "cancels": str(order.cancels) if order.cancels else "",
            "signer": str(order.signed_by),
            "lines": [
                {
                    "name": line.student.person.full_name,
                    "kind": line.student.get_kind_display(),  # type: ignore[attr-defined]
                    "speciality": str(line.student.speciality),
                    "kafedra": line.student.kafedra.name,
                    "theme": line.student.theme,
                }
                for line in queries.lines_of(order)
            ],
        }


def issue_order(order: DoctoralOrder) -> Document:
    """Freeze and number the paper of an order that is being signed."""
    assert order.date is not None  # it has just got its number
    with override("uz"):
        title = str(order)
    return issue(
        kind=DoctoralOrderDocument.code,
        payload=payload_of(order),
        title=title,
        # Numbers begin anew each year of the order's date, which may be signed in the next.
        series=f"{DoctoralOrderDocument.code}-{order.date.year}",
        number=order.number,
        issued_by=order.signed_by,
    )
