"""Relearning (qayta oʻqish): a subject that was not passed is studied anew, for a fee (VMQ 824/2020, 41, 42, 45)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curriculum.models.plan import CurriculumSubject
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from students.models import AcademicYear, Group, Student
from students.models.base import StudentPartQuerySet


class RelearningWindow(BaseModel):
    """The days in which one registers for relearning in a half-year, and what sets them."""

    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    term = ClassifierField("h_semestr_type", verbose_name=_("half-year"))
    opens_on = models.DateField(_("from"))
    closes_on = models.DateField(_("to"))
    basis = models.CharField(_("basis"), max_length=255)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("days of registration for relearning")
        verbose_name_plural = _("days of registration for relearning")
        ordering = ["-opens_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "term"], name="relearning_window_once"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="relearning_window_days"),
            models.CheckConstraint(condition=~Q(basis=""), name="relearning_window_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.academic_year} · {self.get_term_display()}"

    @property
    def is_open(self) -> bool:
        return self.opens_on <= timezone.localdate() <= self.closes_on


class Relearning(BaseModel):
    """A student studies anew what all sheets have left unpassed: asked for, then admitted or refused.

    ``owed`` is the line of the plan that was not passed, ``studied`` the line of a
    running plan with the same subject, whose lessons and sheets the student joins
    with ``group``: there the attempts begin anew. ``fee`` (soʻm) and its steps are
    kept as they were on the day of admission. The database keeps the order of the
    states and the days, and lets no one relearn what is passed or still has sheets.
    """

    ASKED, ADMITTED, REFUSED, WITHDRAWN = "asked", "admitted", "refused", "withdrawn"
    STATES = [
        (ASKED, _("asked for")),
        (ADMITTED, _("registered")),
        (REFUSED, _("refused")),
        (WITHDRAWN, _("withdrawn")),
    ]

    window = models.ForeignKey(
        RelearningWindow, on_delete=models.PROTECT, related_name="requests", verbose_name=_("half-year")
    )
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="relearnings", verbose_name=_("student")
    )
    owed = models.ForeignKey(
        CurriculumSubject, on_delete=models.PROTECT, related_name="+", verbose_name=_("subject not passed")
    )
    studied = models.ForeignKey(
        CurriculumSubject,
        on_delete=models.PROTECT,
        null=True,
        related_name="relearned",
        editable=False,
        verbose_name=_("studied in the plan"),
    )
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("attends with the group"),
    )
    fee = models.DecimalField(_("fee, soʻm"), max_digits=14, decimal_places=2, null=True, editable=False)
    fee_steps = models.JSONField(_("how the fee was found"), default=list, editable=False)
    # What the office admits by where the fee is in no contract: the payment, or a decision.
    basis = models.CharField(_("basis"), max_length=255, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=ASKED, editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("entered by"),
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked at"), db_default=Now(), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("decided by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("relearning")
        verbose_name_plural = _("relearning")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "owed"],
                condition=Q(state__in=["asked", "admitted"]),
                name="relearning_once",
            ),
            models.UniqueConstraint(
                fields=["student", "studied"], condition=Q(state="admitted"), name="relearning_line_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="admitted") | Q(studied__isnull=False, group__isnull=False),
                name="relearning_admitted_where",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None) | ~Q(state="asked") & Q(decided_at__isnull=False),
                name="relearning_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="relearning_refused_why"
            ),
            models.CheckConstraint(condition=Q(fee=None) | Q(fee__gte=0), name="relearning_fee"),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.owed.subject.get_name_display()}"
