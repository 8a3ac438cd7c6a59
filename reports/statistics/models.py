"""What a user keeps about statistics: which saved cut is sent, and how often."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.pages.models import SavedView


class StatisticScheduleQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """One's own."""
        if scope.everything:
            return self
        return self.filter(view__user__person=scope.person_id) if scope.person_id else self.none()


class StatisticSchedule(BaseModel):
    """A saved cut that is made and told of by itself, every day, week or month."""

    DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
    EVERY = [(DAILY, _("every day")), (WEEKLY, _("every week")), (MONTHLY, _("every month"))]

    view = models.OneToOneField(
        SavedView, on_delete=models.CASCADE, related_name="schedule", verbose_name=_("saved view")
    )
    every = models.CharField(_("how often"), max_length=8, choices=EVERY)
    next_on = models.DateField(_("next on"))
    last_on = models.DateField(_("last on"), null=True, blank=True)

    objects = StatisticScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule of a statistic")
        verbose_name_plural = _("schedules of statistics")
        ordering = ["next_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every__in=["daily", "weekly", "monthly"]), name="statistic_schedule_every"
            ),
            models.CheckConstraint(
                condition=models.Q(last_on=None) | models.Q(last_on__lt=models.F("next_on")),
                name="statistic_schedule_goes_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.view} · {self.get_every_display()}"
