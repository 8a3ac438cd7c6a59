"""Rules of the journal and of absence, as rows with the day from which they hold (law 7)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from curriculum.models import Lesson, MarkingSystem
from hemis.base import BaseModel, DatedRule
from staff.models import Employee
from structure.models import Unit
from students.models.base import FacultyQuerySet


class JournalRule(DatedRule):
    """How long the journal of a lesson stays open to its teacher."""

    valid_from = models.DateField(_("holds from"), unique=True)
    edit_days = models.PositiveSmallIntegerField(
        _("days after the lesson"),
        validators=[MaxValueValidator(60)],
        help_text=_("0: only on the day of the lesson."),
    )
    source = models.CharField(_("legal source"), max_length=512)

    class Meta:
        verbose_name = _("rule of the journal")
        verbose_name_plural = _("rules of the journal")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(edit_days__lte=60), name="journal_edit_days"),
            models.CheckConstraint(condition=~Q(source=""), name="journal_rule_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from:%d.%m.%Y}: {self.edit_days}"


class Unlock(BaseModel):
    """The dean's office opens the closed journal of a lesson, or of a teacher's lessons of some days, for a reason."""

    faculty = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("faculty")
    )
    lesson = models.ForeignKey(
        Lesson,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="unlocks",
        verbose_name=_("lesson"),
    )
    teacher = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="unlocks",
        verbose_name=_("teacher"),
    )
    starts_on = models.DateField(_("lessons from"), null=True, blank=True)
    ends_on = models.DateField(_("lessons to"), null=True, blank=True)
    until = models.DateTimeField(_("open until"))
    reason = models.CharField(_("reason"), max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("opened by"),
    )
    made_at = models.DateTimeField(_("opened at"), db_default=Now(), editable=False)

    objects = FacultyQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening of a closed journal")
        verbose_name_plural = _("openings of closed journals")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lesson__isnull=False, teacher=None, starts_on=None, ends_on=None)
                | Q(
                    lesson=None,
                    teacher__isnull=False,
                    starts_on__isnull=False,
                    ends_on__isnull=False,
                    ends_on__gte=F("starts_on"),
                ),
                name="unlock_of_a_lesson_or_a_teacher",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="unlock_has_reason"),
        ]

    def __str__(self) -> str:
        return str(self.lesson or f"{self.teacher}: {self.starts_on:%d.%m}–{self.ends_on:%d.%m.%Y}")


class AttendanceLimit(DatedRule):
    """From how many hours (or which share of a subject) without reason something follows, by marking system."""

    WARNING, REPRIMAND, EXPULSION, SUBJECT = "11", "12", "13", "subject"
    LEVELS = [
        (WARNING, _("warning")),
        (REPRIMAND, _("reprimand, the parents are told")),
        (EXPULSION, _("expulsion")),
        (SUBJECT, _("not admitted to the final control of the subject, %")),
    ]

    system = models.ForeignKey(
        MarkingSystem,
        on_delete=models.CASCADE,
        related_name="attendance_limits",
        verbose_name=_("marking system"),
    )
    level = models.CharField(_("what follows"), max_length=8, choices=LEVELS)
    value = models.DecimalField(
        _("hours a half-year, or % of the subject"),
        max_digits=5,
        decimal_places=1,
        validators=[MinValueValidator(1)],
    )
    is_above = models.BooleanField(
        _("only above this"), default=False, help_text=_("Otherwise it follows from exactly this on.")
    )
    source = models.CharField(_("legal source"), max_length=512)

    class Meta:
        verbose_name = _("limit of absence")
        verbose_name_plural = _("limits of absence")
        ordering = ["system", "-valid_from", "value"]
        constraints = [
            models.UniqueConstraint(fields=["system", "level", "valid_from"], name="attendance_limit_once"),
            models.CheckConstraint(condition=Q(value__gte=1), name="attendance_limit_value"),
            models.CheckConstraint(condition=~Q(source=""), name="attendance_limit_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}: {self.value}"
