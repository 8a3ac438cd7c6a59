"""Letters on absence: warning, reprimand, notice to the parents."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel
from hemis.classifiers.fields import ClassifierField
from hemis.documents.models import Document
from students.models import AcademicYear, Student
from students.models.base import StudentPartQuerySet


class AttendanceLetter(BaseModel):
    """One letter of a kind to a student in a half-year, with the hours it speaks of."""

    WARNING, REPRIMAND, PARENTS = "warning", "reprimand", "parents"
    KINDS = [
        (WARNING, _("warning")),
        (REPRIMAND, _("reprimand")),
        (PARENTS, _("notice to the parents")),
    ]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="attendance_letters", verbose_name=_("student")
    )
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    term = ClassifierField("h_semestr_type", verbose_name=_("half-year"))
    kind = models.CharField(_("kind of letter"), max_length=16, choices=KINDS)
    hours = models.PositiveIntegerField(_("hours missed without reason"))
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("document")
    )
    made_at = models.DateTimeField(_("issued at"), db_default=Now(), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("issued by")
    )

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter on absence")
        verbose_name_plural = _("letters on absence")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "academic_year", "term", "kind"], name="attendance_letter_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.student}"
