"""Transcripts, study sheets and certificates as PDF with QR code (duty 2.7)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.documents.kinds import DocumentKind, masked_name, register


class _Paper(DocumentKind):
    """What all kinds share: numbers without gaps within a year, few public facts."""

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
    # 2: the minimum passing score and the name of the secretary.
    template_version = 2
    title = _("Academic certificate")


@register
class StudyCertificate(_Paper):
    """The certificate of study that students order themselves."""

    code = "study_certificate"
    title = _("Certificate of study")

    @classmethod
    def public_fields(cls, payload):
        return [*super().public_fields(payload), (str(_("Course")), payload["course"])]


class _MoneyPaper(_Paper):
    """Papers about money: accounting and the student read them, the dean's office does not; sums are not public."""

    @classmethod
    def public_fields(cls, payload):
        return [*super().public_fields(payload), (str(_("As of")), payload["as_of"])]


@register
class StipendCertificate(_MoneyPaper):
    """Which stipend a student was appointed and accrued in the last year."""

    code = "stipend_certificate"
    title = _("Certificate of stipend")
    permission = "stipend.view"
    revoke_permission = "stipend.edit"


@register
class PaymentCertificate(_MoneyPaper):
    """What a student has paid by contract."""

    code = "payment_certificate"
    title = _("Certificate of payments")
    permission = "payment.view"
    revoke_permission = "payment.edit"
