"""Relearning (qayta oʻqish): a subject that was not passed is studied anew, for a fee (VMQ 824/2020, 41, 42, 45)."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curriculum.models.plan import Curriculum, CurriculumSubject
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from structure.models import Unit
from students.models import AcademicYear, Group, Student
from students.models.base import StudentPartQuerySet


class RelearningWindow(BaseModel):
    """The days in which one registers for relearning in a half-year or a summer semester, and what sets them.

    A summer semester is a paid one in the holidays: there nothing runs by itself, so
    its own days, the fewest students of a group and the most credits of a student are
    said here. They hold for courses of a usual half-year too, where they are given.
    """

    SHORTEST = 13  # days from the first to the last: a week of theory and a week of attestation
    SUMMER_TERM = (
        "12"  # `h_semestr_type` knows two half-years; the summer is a part of the spring's academic year
    )

    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    term = ClassifierField("h_semestr_type", verbose_name=_("half-year"))
    opens_on = models.DateField(_("from"))
    closes_on = models.DateField(_("to"))
    is_summer = models.BooleanField(
        _("summer semester"), default=False, db_default=False,
        help_text=_("A paid semester in the holidays; only courses of relearning are taught in it."),
    )  # fmt: skip
    starts_on = models.DateField(
        _("studies begin"), null=True, blank=True,
        help_text=_("Empty: with the half-year of the curricula; a summer semester needs both days."),
    )  # fmt: skip
    ends_on = models.DateField(_("studies end"), null=True, blank=True)
    minimum = models.PositiveSmallIntegerField(
        _("fewest students of a group"), default=1, db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("For fewer a course of their own is not opened; they study by individual plans."),
    )  # fmt: skip
    most_credits = models.DecimalField(
        _("most credits of a student"), max_digits=4, decimal_places=1, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.5"))], help_text=_("Empty: no limit."),
    )  # fmt: skip
    basis = models.CharField(_("basis"), max_length=255)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("days of registration for relearning")
        verbose_name_plural = _("days of registration for relearning")
        ordering = ["-opens_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["academic_year", "term", "is_summer"], name="relearning_window_once"
            ),
            models.CheckConstraint(
                condition=Q(is_summer=False) | Q(term="12", starts_on__isnull=False, ends_on__isnull=False),
                name="relearning_summer_days",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None, ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="relearning_study_days",
            ),
            models.CheckConstraint(
                condition=Q(minimum__gte=1) & (Q(most_credits=None) | Q(most_credits__gt=0)),
                name="relearning_window_figures",
            ),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="relearning_window_days"),
            models.CheckConstraint(condition=~Q(basis=""), name="relearning_window_basis"),
        ]

    def __str__(self) -> str:
        half = _("summer semester") if self.is_summer else self.get_term_display()  # type: ignore[attr-defined]
        return f"{self.academic_year} · {half}"

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


class RelearningCourseQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty that opened it, the kafedra that teaches it, and its teachers."""
        if scope.everything:
            return self
        found = Q(group__faculty__in=scope.faculty_ids) | Q(line__kafedra__in=scope.kafedra_ids)
        if scope.person_id:
            found |= Q(line__audiences__teaching__teacher__person=scope.person_id)
        return self.filter(found).distinct() if scope.person_id else self.filter(found)


class RelearningCourse(BaseModel):
    """A subject taught anew where no group studies it in the half-year, or in a summer semester.

    It has a line of its own (``line``, the one subject of ``curriculum``) with the
    credits and controls of what was not passed and the hours that are taught, and a
    ``group`` in which nobody is placed: those who relearn attend with it. So lessons,
    journal, sheets and results are the usual ones. An individual plan is for one
    student, ``only``; a small group for as many as the window asks for.
    """

    GROUP, INDIVIDUAL = "group", "individual"
    KINDS = [(GROUP, _("small group")), (INDIVIDUAL, _("individual plan"))]
    OPEN, CANCELLED = "open", "cancelled"
    STATES = [(OPEN, _("is taught")), (CANCELLED, _("cancelled"))]

    window = models.ForeignKey(
        RelearningWindow, on_delete=models.PROTECT, related_name="courses", verbose_name=_("half-year")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    curriculum = models.OneToOneField(
        Curriculum, on_delete=models.PROTECT, related_name="relearning_course", verbose_name=_("curriculum")
    )
    line = models.OneToOneField(
        CurriculumSubject,
        on_delete=models.PROTECT,
        related_name="relearning_course",
        verbose_name=_("subject"),
    )
    group = models.OneToOneField(
        Group, on_delete=models.PROTECT, related_name="relearning_course", verbose_name=_("group")
    )
    only = models.OneToOneField(
        Relearning, on_delete=models.PROTECT, null=True, related_name="own_course", editable=False,
        verbose_name=_("for whom"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=OPEN, editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("opened by"),
    )  # fmt: skip
    opened_at = models.DateTimeField(_("opened at"), db_default=Now(), editable=False)

    objects = RelearningCourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course of relearning")
        verbose_name_plural = _("courses of relearning")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="group", only=None) | Q(kind="individual", only__isnull=False),
                name="relearning_course_for_whom",
            ),
            models.CheckConstraint(
                condition=Q(state="open", reason="") | Q(state="cancelled") & ~Q(reason=""),
                name="relearning_course_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line.subject.get_name_display()} · {self.group}"

    @property
    def kafedra(self) -> Unit:
        """Who teaches it."""
        return self.line.kafedra
