"""Defences of dissertations: council, opponents, votes, result, approval by the OAK."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from doctorate.models.students import DoctoralStudent, OfDoctoralQuerySet
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from staff.models import Employee


class Defence(BaseModel):
    """One defence; after one that was not passed another may follow. What the OAK has approved is frozen."""

    PLANNED, PASSED, FAILED, POSTPONED = "planned", "passed", "failed", "postponed"
    RESULTS = [
        (PLANNED, _("appointed")),
        (PASSED, _("passed")),
        (FAILED, _("not passed")),
        (POSTPONED, _("put off")),
    ]

    student = models.ForeignKey(
        DoctoralStudent, on_delete=models.PROTECT, related_name="defences", verbose_name=_("doctoral student")
    )
    council = models.CharField(_("scientific council (code and name)"), max_length=1000)
    defence_date = models.DateField(_("day of the defence"))
    place = models.CharField(_("place of the defence"), max_length=500)
    leading_organisation = models.CharField(_("leading organisation"), max_length=255, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=RESULTS, default=PLANNED)
    votes_for = models.PositiveSmallIntegerField(_("votes for"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("votes against"), null=True, blank=True)
    votes_invalid = models.PositiveSmallIntegerField(_("invalid votes"), null=True, blank=True)
    protocol_number = models.CharField(_("protocol number"), max_length=64, blank=True)
    scan = models.FileField(_("protocol of the defence"), upload_to="doctorate/defences/", blank=True)
    # The approval, by a verb of its own.
    approved_on = models.DateField(_("approved by the OAK on"), null=True, blank=True, editable=False)
    approval_number = models.CharField(_("decision of the OAK"), max_length=64, blank=True, editable=False)
    diploma_number = models.CharField(_("diploma number"), max_length=20, blank=True, editable=False)
    diploma_date = models.DateField(_("diploma date"), null=True, blank=True, editable=False)
    diploma_by = models.CharField(_("diploma given by"), max_length=500, blank=True, editable=False)
    register_number = models.CharField(_("register number"), max_length=30, blank=True, editable=False)
    approval_scan = models.FileField(
        _("decision of the OAK (scan)"), upload_to="doctorate/approvals/", blank=True, editable=False
    )

    objects = OfDoctoralQuerySet.as_manager()

    class Meta:
        verbose_name = _("defence of a dissertation")
        verbose_name_plural = _("defences of dissertations")
        ordering = ["-defence_date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(result__in=["planned", "passed"]),
                name="one_defence_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(result="passed")
                | Q(votes_for__isnull=False, votes_against__isnull=False, votes_for__gt=F("votes_against"))
                & ~Q(protocol_number=""),
                name="defence_passed_by_votes",
            ),
            models.CheckConstraint(
                condition=Q(approved_on=None, approval_number="", diploma_number="")
                | Q(result="passed", approved_on__gte=F("defence_date"))
                & ~Q(approval_number="")
                & ~Q(diploma_number="")
                & Q(diploma_date__isnull=False),
                name="defence_approval_whole",
            ),
            models.UniqueConstraint(
                fields=["diploma_number"], condition=~Q(diploma_number=""), name="defence_diploma_once"
            ),
            models.CheckConstraint(
                condition=Q(register_number="") | Q(register_number__regex=r"^[0-9 /]+$"),
                name="defence_register_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.defence_date:%d.%m.%Y}"


class OpponentQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Opponents at the defences that the scope sees."""
        return self if scope.everything else self.filter(defence__in=Defence.objects.for_scope(scope))


class Opponent(BaseModel):
    """An official opponent: an employee, or somebody from outside by name."""

    defence = models.ForeignKey(
        Defence, on_delete=models.PROTECT, related_name="opponents", verbose_name=_("defence")
    )
    employee = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("employee"),
    )
    outsider = models.CharField(_("somebody from outside (name)"), max_length=255, blank=True)
    degree = ClassifierField("h_academic_degree", verbose_name=_("academic degree"), default="12")
    work_place = models.CharField(_("place of work"), max_length=255, blank=True)

    objects = OpponentQuerySet.as_manager()

    class Meta:
        verbose_name = _("opponent")
        verbose_name_plural = _("opponents")
        ordering = ["defence", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(employee__isnull=False, outsider="") | Q(employee=None) & ~Q(outsider=""),
                name="opponent_employee_or_outsider",
            ),
            models.UniqueConstraint(fields=["defence", "employee"], name="opponent_once"),
        ]

    def __str__(self) -> str:
        return str(self.employee) if self.employee_id else self.outsider
