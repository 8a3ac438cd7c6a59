"""Appeals against results (AV 3069: lodged within 24 hours, decided within 2 days by a commission)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from grading.models.sheets import GradeSheet, SheetCorrection, SheetLine
from hemis.base import BaseModel, ScopedQuerySet
from hemis.pages.files import random_path
from staff.models import Employee


class AppealQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Whoever sees the sheet, and the student who lodged it."""
        if scope.everything:
            return self
        found = Q(line__sheet__in=GradeSheet.objects.for_scope(scope))
        if scope.person_id:
            found |= Q(line__student__person=scope.person_id)
        return self.filter(found)


class Appeal(BaseModel):
    """A student asks to look at a result again.

    The commission is a chair and members who did not grade; an upheld appeal
    changes the result by a correction act.
    """

    LODGED, UPHELD, DENIED = "lodged", "upheld", "denied"
    STATES = [(LODGED, _("lodged")), (UPHELD, _("upheld")), (DENIED, _("denied"))]

    line = models.ForeignKey(
        SheetLine, on_delete=models.PROTECT, related_name="appeals", verbose_name=_("line of a grade sheet")
    )
    text = models.TextField(_("what the student says"), max_length=2000)
    scan = models.FileField(_("evidence"), upload_to=random_path, max_length=255, blank=True)
    lodged_at = models.DateTimeField(_("lodged at"), db_default=Now(), editable=False)
    due_at = models.DateTimeField(_("to be decided by"), editable=False)
    state = models.CharField(_("state"), max_length=8, choices=STATES, default=LODGED, editable=False)
    chair = models.ForeignKey(
        Employee, on_delete=models.PROTECT, null=True, blank=True, related_name="chaired_appeals",
        verbose_name=_("chair of the commission"),
    )  # fmt: skip
    decision = models.TextField(_("decision"), max_length=2000, blank=True)
    student_was_there = models.BooleanField(_("the student took part"), default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("recorded by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    correction = models.OneToOneField(
        SheetCorrection, on_delete=models.PROTECT, null=True, related_name="appeal", editable=False,
        verbose_name=_("correction act"),
    )  # fmt: skip

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["-lodged_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["line"], name="one_appeal_a_result"),
            models.CheckConstraint(condition=~Q(text=""), name="appeal_says_what"),
            models.CheckConstraint(
                condition=Q(state="lodged")
                | Q(chair__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decision=""),
                name="decided_appeal_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(correction=None) | Q(state="upheld"), name="only_upheld_appeals_correct"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line.student} · {self.line.sheet.curriculum_subject.subject.get_name_display()}"


class AppealMember(models.Model):
    """A teacher of the subject on the commission of an appeal."""

    appeal = models.ForeignKey(
        Appeal, on_delete=models.CASCADE, related_name="members", verbose_name=_("appeal")
    )
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="+", verbose_name=_("member")
    )

    class Meta:
        verbose_name = _("member of an appeal commission")
        verbose_name_plural = _("members of appeal commissions")
        ordering = ["employee__person__sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "employee"], name="member_once_a_commission")
        ]

    def __str__(self) -> str:
        return str(self.employee)
