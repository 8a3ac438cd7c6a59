"""Personal schedules (shaxsiy grafik, PTT): how debts and differences are made good."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from curriculum.models import CurriculumSubject
from grading.models.sheets import MAIN
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from staff.models import Employee
from students.models import AcademicYear, Student
from students.models.base import StudentPartQuerySet


class PersonalSchedule(BaseModel):
    """Which subjects a student makes good by when, by an order (kind 19).

    Approving registers the student for the subjects and opens the sheets of the
    retake controls; what the sheets bring is the result of the lines.
    """

    DRAFT, APPROVED, CANCELLED = "draft", "approved", "cancelled"
    STATES = [(DRAFT, _("draft")), (APPROVED, _("approved")), (CANCELLED, _("cancelled"))]

    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    serial = models.PositiveIntegerField(_("number"), editable=False)
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="schedules", verbose_name=_("student")
    )
    drawn_on = models.DateField(_("date"))
    due_on = models.DateField(_("to be made good by"))
    order_number = models.CharField(_("number of the order"), max_length=32, blank=True)
    order_date = models.DateField(_("date of the order"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=DRAFT, editable=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("drawn up by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("drawn up at"), db_default=Now(), editable=False)

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("personal schedule")
        verbose_name_plural = _("personal schedules")
        ordering = ["-academic_year", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "serial"], name="schedule_number_once"),
            models.CheckConstraint(condition=Q(due_on__gte=F("drawn_on")), name="schedule_days"),
            models.CheckConstraint(
                condition=Q(order_number="", order_date=None)
                | ~Q(order_number="") & Q(order_date__isnull=False),
                name="schedule_order_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(order_number=""), name="approved_schedule_has_an_order"
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(remark=""), name="cancelled_schedule_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number} · {self.student}"

    @property
    def number(self) -> str:
        return f"{self.academic_year_id}-{self.serial:04d}"


class ScheduleLineQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        if scope.everything:
            return self
        return self.filter(schedule__in=PersonalSchedule.objects.for_scope(scope))


class ScheduleLine(models.Model):
    """One subject of a personal schedule: whom it is handed in to and by when."""

    DEBT, DIFFERENCE, EXCUSED = "debt", "difference", "excused"
    KINDS = [
        (DEBT, _("academic debt")),
        (DIFFERENCE, _("academic difference")),
        (EXCUSED, _("absence with excuse")),
    ]

    schedule = models.ForeignKey(
        PersonalSchedule, on_delete=models.CASCADE, related_name="lines", verbose_name=_("personal schedule")
    )
    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.PROTECT, related_name="+", verbose_name=_("subject")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS, default=DEBT)
    attempt = ClassifierField("h_final_exam_type", verbose_name=_("sheet"), default=MAIN)
    examiner = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("examiner"),
    )
    due_on = models.DateField(_("by"))

    objects = ScheduleLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject of a personal schedule")
        verbose_name_plural = _("subjects of personal schedules")
        ordering = ["schedule", "curriculum_subject__semester__number", "curriculum_subject"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "curriculum_subject"], name="subject_once_a_schedule")
        ]

    def __str__(self) -> str:
        return str(self.curriculum_subject)
