"""Letters on absence on paper (duty 2.4)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.documents.kinds import DocumentKind, masked_name, register


class AttendanceDocument(DocumentKind):
    """What the three letters share: one template, numbers of one series."""

    permission = "attendance.view"

    @classmethod
    def template_of(cls, version):
        return f"documents/attendance_letter/v{version}.html"

    @classmethod
    def series(cls, payload):
        return "attendance"

    @classmethod
    def number(cls, count, year, payload):
        return f"D-{count}/{year}"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Student")), masked_name(payload["student"]["name"])),
            (str(_("Half-year")), payload["half"]),
            (str(_("Date")), payload["day"]),
        ]


@register
class Warning_(AttendanceDocument):
    code = "attendance_warning"
    title = _("Warning on absence")
    revoke_permission = "attendance.edit"


@register
class Reprimand(AttendanceDocument):
    code = "attendance_reprimand"
    title = _("Reprimand for absence")
    revoke_permission = "attendance.edit"


@register
class ToParents(AttendanceDocument):
    code = "attendance_parents"
    title = _("Notice to the parents on absence")
    revoke_permission = "attendance.edit"
