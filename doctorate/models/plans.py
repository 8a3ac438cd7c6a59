"""The individual plan with its stages, and the attestations."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from doctorate.models.students import DoctoralStudent, OfDoctoralQuerySet
from hemis.base import BaseModel


class IndividualPlan(BaseModel):
    """The plan of one doctoral student: once approved, its stages stand until it is opened again with a reason."""

    DRAFT, APPROVED = "draft", "approved"
    STATES = [(DRAFT, _("draft")), (APPROVED, _("approved"))]

    student = models.OneToOneField(
        DoctoralStudent, on_delete=models.PROTECT, related_name="plan", verbose_name=_("doctoral student")
    )
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=DRAFT, editable=False)
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    protocol_number = models.CharField(_("protocol number"), max_length=64, blank=True)
    scan = models.FileField(_("approved plan (scan)"), upload_to="doctorate/plans/", blank=True)
    reopened_why = models.CharField(_("why it was opened again"), max_length=255, blank=True, editable=False)

    objects = OfDoctoralQuerySet.as_manager()

    class Meta:
        verbose_name = _("individual plan")
        verbose_name_plural = _("individual plans")
        ordering = ["student__person__sort_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_on__isnull=False) & ~Q(protocol_number=""),
                name="doctoral_plan_approved",
            )
        ]

    def __str__(self) -> str:
        return str(self.student)


class PlanStage(BaseModel):
    """A stage of the plan: what is to be done by which day, and when and how it was done."""

    EXAM, CHAPTER, ARTICLE, CONFERENCE, EXPERIMENT, SEMINAR, OTHER = (
        "exam", "chapter", "article", "conference", "experiment", "seminar", "other",
    )  # fmt: skip
    KINDS = [
        (EXAM, _("qualification exam")),
        (CHAPTER, _("chapter of the dissertation")),
        (ARTICLE, _("article")),
        (CONFERENCE, _("conference, thesis")),
        (EXPERIMENT, _("experiment, collecting of data")),
        (SEMINAR, _("discussion at a seminar")),
        (OTHER, _("other work")),
    ]

    student = models.ForeignKey(
        DoctoralStudent, on_delete=models.PROTECT, related_name="stages", verbose_name=_("doctoral student")
    )
    year = models.PositiveSmallIntegerField(
        _("year of study"), validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    title = models.CharField(_("what is to be done"), max_length=500)
    due_on = models.DateField(_("to be done by"))
    done_on = models.DateField(_("done on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=500, blank=True)
    scan = models.FileField(_("evidence"), upload_to="doctorate/stages/", blank=True)

    objects = OfDoctoralQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage of a plan")
        verbose_name_plural = _("stages of plans")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(done_on=None), name="doctoral_stage_open"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(year__gte=1, year__lte=6), name="doctoral_stage_year"),
            models.UniqueConstraint(fields=["student", "title", "due_on"], name="doctoral_stage_once"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=False) | Q(result=""), name="doctoral_stage_result"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Attestation(BaseModel):
    """An attestation of a doctoral student: planned by the rule, then held with a result."""

    PASSED, CONDITIONAL, FAILED = "passed", "conditional", "failed"
    RESULTS = [
        (PASSED, _("passed")),
        (CONDITIONAL, _("passed with a condition")),
        (FAILED, _("not passed")),
    ]

    student = models.ForeignKey(
        DoctoralStudent,
        on_delete=models.PROTECT,
        related_name="attestations",
        verbose_name=_("doctoral student"),
    )
    due_on = models.DateField(_("due on"))
    held_on = models.DateField(_("held on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=RESULTS, blank=True)
    fulfilled = models.PositiveSmallIntegerField(
        _("plan fulfilled, %"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    protocol_number = models.CharField(_("protocol number"), max_length=64, blank=True)
    conclusion = models.CharField(_("conclusion"), max_length=1000, blank=True)
    scan = models.FileField(_("protocol"), upload_to="doctorate/attestations/", blank=True)
    correction = models.CharField(_("why it was corrected"), max_length=255, blank=True)

    objects = OfDoctoralQuerySet.as_manager()

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ["-due_on", "pk"]
        indexes = [models.Index(fields=["due_on"], condition=Q(result=""), name="doctoral_attestation_open")]
        constraints = [
            models.UniqueConstraint(fields=["student", "due_on"], name="doctoral_attestation_once"),
            models.CheckConstraint(
                condition=Q(result="", held_on=None)
                | ~Q(result="") & Q(held_on__isnull=False) & ~Q(protocol_number=""),
                name="doctoral_attestation_held",
            ),
            models.CheckConstraint(
                condition=Q(fulfilled=None) | Q(fulfilled__lte=100), name="doctoral_attestation_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.due_on:%d.%m.%Y}"
