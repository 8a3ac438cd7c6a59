"""Accreditation of graduates: who has fulfilled everything, and by which conditions it was seen (duty 2.7)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel
from hemis.explain import readable_steps
from students.models import AcademicYear, Student
from students.models.base import StudentPartQuerySet


def _user(label):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=label,
        editable=False,
    )  # fmt: skip


class Accreditation(BaseModel):
    """A graduate found to have fulfilled the plan; only such a one is given a diploma.

    The database accepts it only when no subject of the plan lacks a line in the
    record, and withdraws it by itself when a line of the record gives way.
    """

    ACCEPTED, WITHDRAWN = "accepted", "withdrawn"
    STATES = [(ACCEPTED, _("accredited")), (WITHDRAWN, _("withdrawn"))]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="accreditations", verbose_name=_("student")
    )
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    # The conditions as they were found, with their sources.
    steps = models.JSONField(_("conditions"), default=list)
    # Why it was accepted though a condition that may be weighed was not met.
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    gpa = models.DecimalField(_("GPA"), max_digits=3, decimal_places=2)
    credits = models.DecimalField(_("credits"), max_digits=6, decimal_places=1)
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=ACCEPTED)
    accepted_by = _user(_("accepted by"))
    accepted_at = models.DateTimeField(_("accepted at"), db_default=Now(), editable=False)
    withdrawn_by = _user(_("withdrawn by"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    remark = models.CharField(_("why withdrawn"), max_length=500, blank=True)

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("accreditation of a graduate")
        verbose_name_plural = _("accreditation of graduates")
        ordering = ["-accepted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(state="accepted"), name="one_accreditation_a_student"
            ),
            models.CheckConstraint(
                condition=Q(state="accepted") | Q(withdrawn_at__isnull=False) & ~Q(remark=""),
                name="withdrawn_accreditation_says_why",
            ),
        ]

    def __str__(self) -> str:
        return str(self.student)

    @property
    def conditions(self) -> list[dict[str, str]]:
        """The conditions as they were found, in the language of the page."""
        return readable_steps(self.steps)
