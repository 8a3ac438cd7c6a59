"""The register of transcripts, study sheets and certificates of all kinds (duty 2.7)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel
from hemis.classifiers.fields import ClassifierField
from hemis.documents.models import Document
from records.models.blanks import Blank
from structure.models import Unit
from students.models import Student
from students.models.base import FacultyQuerySet

LANGUAGES = [
    ("uz", _("Uzbek (Latin)")),
    ("uz-cyrl", _("Uzbek (Cyrillic)")),
    ("ru", _("Russian")),
    ("en", _("English")),
]


class CertificateQuerySet(FacultyQuerySet):
    def for_scope(self, scope):
        """The faculty of the student when it was issued, and the student oneself."""
        if scope.everything:
            return self
        return self.filter(Q(faculty__in=scope.faculty_ids) | Q(student__person=scope.person_id))


class Certificate(BaseModel):
    """One issued paper; its number, QR code and bytes are those of its document and never change."""

    TRANSCRIPT, SHEET, ACADEMIC, STUDY, STIPEND, PAYMENTS = (
        "transcript",
        "study_sheet",
        "academic_certificate",
        "study_certificate",
        "stipend_certificate",
        "payment_certificate",
    )
    KINDS = [
        (TRANSCRIPT, _("Transcript")),
        (SHEET, _("Study sheet (oʻquv varaqa)")),
        (ACADEMIC, _("Academic certificate")),
        (STUDY, _("Certificate of study")),
        (STIPEND, _("Certificate of stipend")),
        (PAYMENTS, _("Certificate of payments")),
    ]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("student")
    )
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    kind = models.CharField(_("kind of paper"), max_length=24, choices=KINDS)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES, default="uz")
    up_to = ClassifierField("h_semester", verbose_name=_("up to the semester"), blank=True)
    purpose = models.CharField(
        _("where it is presented"),
        max_length=255,
        blank=True,
        help_text=_("Empty: wherever it is asked for."),
    )
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="+", verbose_name=_("document")
    )
    # An academic certificate may be printed onto a blank of strict accountability.
    blank = models.OneToOneField(
        Blank, on_delete=models.PROTECT, null=True, related_name="certificate", verbose_name=_("blank")
    )
    printed_at = models.DateTimeField(_("printed at"), null=True)
    handed_on = models.DateField(_("handed over on"), null=True)
    recipient = models.CharField(_("name of who received it"), max_length=255, blank=True)
    recipient_document = models.CharField(_("document of who received it"), max_length=255, blank=True)
    issued_at = models.DateTimeField(_("issued at"), auto_now_add=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("issued by")
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("transcript or certificate")
        verbose_name_plural = _("transcripts and certificates")
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(blank=None) | Q(kind="academic_certificate"), name="only_academic_on_blank"
            ),
            models.CheckConstraint(
                condition=Q(handed_on=None) | ~Q(recipient="") & ~Q(recipient_document=""),
                name="handed_certificate_says_to_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} № {self.document.number}"
