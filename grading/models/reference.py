"""Figures that the law sets for controls, from a date on (law 7)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import DatedRule


class GradingRule(DatedRule):
    """One figure of admission, retakes, debts and appeals; the newest row that has begun holds."""

    CODES = [
        ("admission.hours_missed", _("Hours missed without excuse that bar from the final control, %")),
        ("admission.contract", _("Contract debt bars from the final control (1 yes, 0 no)")),
        ("admission.relearning", _("An unpaid fee of relearning bars from its final control (1 yes, 0 no)")),
        ("final.other_examiner", _("The final control is not held by who taught the subject (1 yes, 0 no)")),
        ("final.own_limit.credit", _("Credit-module: the final control alone must reach the limit (1, 0)")),
        ("final.own_limit.hundred", _("Hundred points: the final control alone must reach the limit (1, 0)")),
        ("retake.debts", _("Debts with which one may still retake, at most")),
        ("retake.days", _("Days for retakes after the half-year")),
        ("retake.allowed", _("Retakes within the year are allowed (1); 0: the subject is studied anew")),
        ("sheet.days", _("Days to fill a sheet after the control")),
        ("appeal.hours", _("Hours to lodge an appeal after the results")),
        ("appeal.days", _("Days to decide an appeal")),
        ("appeal.members", _("Members of an appeal commission beside its chair, at least")),
    ]

    code = models.CharField(_("figure"), max_length=32, choices=CODES)
    value = models.DecimalField(_("value"), max_digits=7, decimal_places=2)
    basis = models.CharField(_("legal basis"), max_length=512)

    class Meta:
        verbose_name = _("rule of controls")
        verbose_name_plural = _("rules of controls")
        ordering = ["code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="grading_rule_once_a_day"),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="grading_rule_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}: {self.value.normalize():f}"
