"""Documents that excuse absences for a span of days (duty 2.4)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel
from hemis.pages.files import random_path
from students.models import Student
from students.models.base import StudentPartQuerySet


class Excuse(BaseModel):
    """A student's good reason for a span of days, with the paper that proves it.

    An accepted one excuses every absence inside its days, also those recorded
    later; withdrawn, it gives them back. The student asks, the dean's office
    accepts or returns; what is accepted does not change, it is withdrawn.
    """

    ASKED, ACCEPTED, RETURNED, WITHDRAWN = "asked", "accepted", "returned", "withdrawn"
    STATES = [
        (ASKED, _("asked for")),
        (ACCEPTED, _("accepted")),
        (RETURNED, _("returned")),
        (WITHDRAWN, _("withdrawn")),
    ]
    GROUNDS = [
        ("illness", _("illness, by a medical certificate")),
        ("family", _("family circumstances")),
        ("event", _("competition, conference or other event of the university")),
        ("summons", _("summons of a state body")),
        ("duty", _("internship or work for the university")),
        ("other", _("another good reason")),
    ]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="excuses", verbose_name=_("student")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), help_text=_("The last day of the span."))
    ground = models.CharField(_("ground"), max_length=16, choices=GROUNDS)
    document = models.CharField(
        _("document, number and date"),
        max_length=255,
        help_text=_("For example: certificate № 12 of 03.11.2026."),
    )
    scan = models.FileField(_("scan of the document"), upload_to=random_path, max_length=255)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=ASKED, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("entered by"),
    )
    made_at = models.DateTimeField(_("entered at"), db_default=Now(), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("excuse")
        verbose_name_plural = _("excuses")
        ordering = ["-starts_on", "-pk"]
        indexes = [
            models.Index(
                fields=["student", "starts_on", "ends_on"],
                condition=Q(state="accepted"),
                name="accepted_excuse",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="excuse_span"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by=None, decided_at=None)
                | (~Q(state="asked") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="excuse_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "accepted"]) | ~Q(remark=""), name="excuse_refused_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student}: {self.starts_on:%d.%m.%Y}–{self.ends_on:%d.%m.%Y}"
