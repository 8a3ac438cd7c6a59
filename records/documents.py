"""Printed: the order on topics and the protocol of a state attestation commission."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from grading.documents import issue_once
from hemis.documents.kinds import DocumentKind, register
from hemis.documents.models import Document
from hemis.people.models import User
from records.models import AttestationLine, AttestationSession, TopicOrder
from structure.models import University

DATE = "%d.%m.%Y"


def _university() -> dict[str, str]:
    one = University.objects.get()
    return {"name": one.name, "rector": one.rector}


@register
class TopicOrderPaper(DocumentKind):
    """The order that approves topics, supervisors and reviewers."""

    code = "topic_order"
    title = _("Order on topics of graduation works")
    permission = "topic_order.view"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Faculty")), payload["faculty"]),
            (str(_("State")), payload["state"]),
            (str(_("Topics")), str(len(payload["rows"]))),
        ]


@register
class ProtocolPaper(DocumentKind):
    """The protocol of a session of a state attestation commission (bayonnoma)."""

    code = "attestation_protocol"
    title = _("Protocol of state attestation")
    permission = "attestation.view"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Commission")), payload["commission"]),
            (str(_("Group")), payload["group"]),
            (str(_("Subject")), payload["subject"]),
            (str(_("State")), payload["state"]),
        ]


def issue_topic_order(order: TopicOrder, *, by: User | None) -> Document:
    """The order as it stands now."""
    topics = order.topics.select_related(
        "student__person", "student__current__group", "supervisor__person", "kafedra", "speciality"
    ).order_by("kafedra__name", "student__current__group__name", "student__person__sort_key")
    with override("uz"):
        payload = {
            "university": _university(), "number": order.number, "date": order.date.strftime(DATE),
            "faculty": order.faculty.name, "state": str(order.get_state_display()),
            "year": str(order.academic_year),
            "signed": order.signed_at.strftime(DATE) if order.signed_at else "",
            "rows": [
                {
                    "number": str(at), "name": one.student.person.full_name,
                    "group": str(one.student.current.group or ""),
                    "topic": one.title, "supervisor": one.supervisor.person.full_name,
                    "reviewer": ", ".join(filter(None, (one.reviewer, one.reviewer_place))),
                    "kafedra": one.kafedra.name,
                }
                for at, one in enumerate(topics, start=1)
            ],
        }  # fmt: skip
    return issue_once(
        "topic_order", payload, f"topic_order-{order.pk}", order.number, title=str(order), faculty=order.faculty,
        issued_by=by,
    )  # fmt: skip


def _figure(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def issue_protocol(session: AttestationSession, *, by: User | None) -> Document:
    """The protocol as it stands now."""
    commission = session.commission
    lines = session.lines.select_related("student__person", "topic__supervisor__person")
    with override("uz"):
        payload = {
            "university": _university(), "number": session.number, "date": session.held_on.strftime(DATE),
            "commission": commission.name, "order_number": commission.order_number,
            "order_date": commission.order_date.strftime(DATE) if commission.order_date else "",
            "speciality": commission.speciality.on_paper, "group": str(session.group),
            "subject": session.curriculum_subject.subject.name, "place": session.place,
            "state": str(session.get_state_display()), "has_topics": commission.kind == commission.DEFENCE,
            "present": [
                {"name": one.full_name, "role": str(one.get_role_display()), "post": f"{one.work_place}, {one.post}"}
                for one in session.present.all()
            ],
            "rows": [
                {
                    "number": str(at), "name": one.student.person.full_name, "student": one.student.number,
                    "topic": one.topic.title if one.topic else "",
                    "supervisor": one.topic.supervisor.person.full_name if one.topic else "",
                    "points": _figure(one.points),
                    "mark": "" if one.mark is None else f"{one.mark} {one.letter}".strip(),
                    "status": "" if one.status == AttestationLine.GRADED else str(one.get_status_display()),
                    "attempt": str(one.attempt), "note": one.note,
                }
                for at, one in enumerate(lines, start=1)
            ],
        }  # fmt: skip
    return issue_once(
        "attestation_protocol", payload, f"attestation_protocol-{session.pk}", session.number, title=str(session),
        faculty=session.group.faculty, issued_by=by,
    )  # fmt: skip
