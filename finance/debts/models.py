"""Reminders of debts: whom, when and of how much, so that nobody is reminded twice (order duty 7.1)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import ScopedQuerySet


class DebtReminder(models.Model):
    """A student was told of a debt or of a date that comes near."""

    contract = models.ForeignKey(
        "finance.Contract", on_delete=models.PROTECT, related_name="reminders", verbose_name=_("contract")
    )
    day = models.DateField(_("day"))
    amount = models.DecimalField(_("owed, soʻm"), max_digits=14, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder of a debt")
        verbose_name_plural = _("reminders of debts")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["contract", "day"], name="reminded_once_a_day")]

    def __str__(self) -> str:
        return f"{self.contract} {self.day:%d.%m.%Y}"
