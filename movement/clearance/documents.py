"""The clearance sheet on paper, and the words of its notices."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hemis.documents.actions import issue
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.models import Document
from hemis.notices.kinds import register as register_notice
from hemis.people.models import User
from movement.clearance.models import ClearanceSheet
from structure.models import University


@register
class Clearance(DocumentKind):
    """A complete clearance sheet."""

    code = "clearance"
    title = _("Clearance sheet")
    permission = "clearance.view"
    own_permission = "own.clearance"

    @classmethod
    def number(cls, count, year, payload):
        return f"{count}/{year}"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Student")), masked_name(payload["student"]["name"])),
            (str(_("Occasion")), payload["occasion"]),
            (str(_("Complete since")), payload["completed"]),
        ]


@transaction.atomic
def sheet_document(sheet: ClearanceSheet, *, by: User | None) -> Document:
    """The PDF of a complete sheet; issued when first asked for, and only once however often one clicks."""
    locked = ClearanceSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    if locked.document_id:
        return Document.objects.get(pk=locked.document_id)
    with override("uz"):
        payload = _payload(locked)
    document = issue(
        kind="clearance", payload=payload, owner=locked.student.person, faculty=locked.faculty, issued_by=by
    )
    locked.document = document
    locked.save(update_fields=["document"])
    return document


def _payload(sheet: ClearanceSheet) -> dict:
    student, university = sheet.student, University.objects.get()
    placement = student.current or student.placements.order_by("-valid_from", "-pk").first()
    answers = sheet.answers.select_related("station", "answered_by__person").order_by(
        "station__position", "pk"
    )
    return {
        "university": {"name": university.name, "address": university.address},
        "student": {
            "name": student.person.full_name,
            "number": student.number,
            "programme": placement.programme.speciality.on_paper if placement else "",
            "course": placement.get_course_display() if placement else "",
            "group": placement.group.name if placement and placement.group_id else "",
        },
        "faculty": sheet.faculty.name,
        "occasion": str(sheet.get_occasion_display()),
        "opened": f"{timezone.localtime(sheet.opened_at):%d.%m.%Y}",
        "completed": f"{timezone.localtime(sheet.completed_at):%d.%m.%Y}",
        "answers": [
            {
                "station": one.station.name,
                "who": one.answered_by.get_short_name(),
                "state": str(one.get_state_display()),
                "day": f"{timezone.localtime(one.answered_at):%d.%m.%Y}",
            }
            for one in answers
        ],
    }


register_notice("clearance_waits", _("New clearance sheets wait for your answer: %(count)s."), "checklist")
register_notice(
    "clearance_objection", _("Clearance sheet: %(station)s has an objection: %(remark)s"), "alert-triangle"
)
register_notice("clearance_complete", _("Your clearance sheet is complete."), "circle-check")
register_notice("clearance_cancelled", _("Your clearance sheet is cancelled: %(reason)s"), "ban")
