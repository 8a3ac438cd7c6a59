"""Transcripts, study sheets, academic certificates and certificates of study as PDF with QR code (duty 2.7)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.documents.kinds import DocumentKind, masked_name, register


class _Paper(DocumentKind):
    """What the four kinds share: numbers without gaps within a year, few public facts."""

    permission = "transcript.view"
    revoke_permission = "transcript.print"

    @classmethod
    def number(cls, count, year, payload):
        return f"{count}/{year}"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Student")), masked_name(payload["name"])),
            (str(_("Faculty")), payload["faculty"]),
            (str(_("Speciality")), f"{payload['speciality_code']} {payload['speciality']}"),
            (str(_("Status")), payload["status"]),
        ]


@register
class Transcript(_Paper):
    """Transcript of a student: everything mastered, in any language, at any moment."""

    code = "transcript"
    title = _("Transcript")

    @classmethod
    def public_fields(cls, payload):
        return [*super().public_fields(payload), ("GPA", payload["gpa"] or "—")]


@register
class StudySheet(_Paper):
    """The study sheet (oʻquv varaqa)."""

    code = "study_sheet"
    title = _("Study sheet (oʻquv varaqa)")


@register
class AcademicCertificate(_Paper):
    """The academic certificate of somebody who has left."""

    code = "academic_certificate"
    title = _("Academic certificate")


@register
class StudyCertificate(_Paper):
    """The certificate of study that students order themselves."""

    code = "study_certificate"
    title = _("Certificate of study")

    @classmethod
    def public_fields(cls, payload):
        return [*super().public_fields(payload), (str(_("Course")), payload["course"])]
