"""The record of what was done each night."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import ScopedQuerySet
from hemis.nightly.steps import STEPS

RUNNING, DONE, ATTENTION, FAILED = "running", "done", "attention", "failed"
INTERRUPTED, ABSENT = "interrupted", "absent"
STATES = [
    (RUNNING, _("running")),
    (DONE, _("done")),
    (ATTENTION, _("done, wants attention")),
    (FAILED, _("failed")),
    (INTERRUPTED, _("interrupted")),
    (ABSENT, _("not set up")),
]
COLOURS = {DONE: "green", ATTENTION: "yellow", FAILED: "red", INTERRUPTED: "red", RUNNING: "blue"}


class NightRun(models.Model):
    """One time that the night's work was begun: for which day, and how it ended."""

    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=RUNNING)
    started_at = models.DateTimeField(_("begun"), auto_now_add=True)
    finished_at = models.DateTimeField(_("ended"), null=True)
    # Steps that an earlier run of the same day had done.
    already = models.PositiveSmallIntegerField(_("done before"), default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("night's work")
        verbose_name_plural = _("nights' work")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[code for code, _title in STATES]), name="night_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y}"

    @property
    def colour(self) -> str:
        return COLOURS.get(self.state, "secondary")


class NightStep(models.Model):
    """One step of one run. What is done is done once a day; the database holds that."""

    run = models.ForeignKey(NightRun, on_delete=models.CASCADE, related_name="steps", verbose_name=_("run"))
    day = models.DateField(_("day"))
    code = models.CharField(_("step"), max_length=64)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=RUNNING)
    started_at = models.DateTimeField(_("begun"), auto_now_add=True)
    finished_at = models.DateTimeField(_("ended"), null=True)
    figures = models.JSONField(_("figures"), default=dict)
    findings = models.JSONField(_("findings"), default=list)
    problem = models.TextField(_("problem"), blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of the night")
        verbose_name_plural = _("steps of the night")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "code"], condition=models.Q(state=DONE), name="night_step_done_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[code for code, _title in STATES]), name="night_step_state"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=FAILED) | ~models.Q(problem=""), name="night_step_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The step's name; one that this version no longer has shows its code."""
        step = STEPS.get(self.code)
        return str(step.title) if step else self.code

    @property
    def said(self) -> str:
        """What was done, in the language of whoever reads it."""
        step = STEPS.get(self.code)
        if step is None or self.state not in {DONE, ATTENTION}:
            return ""
        return str(step.words) % _Figures(self.figures)

    @property
    def colour(self) -> str:
        return COLOURS.get(self.state, "secondary")

    @property
    def seconds(self) -> float | None:
        """How long it took; None while nobody knows."""
        if self.finished_at is None:
            return None
        return round((self.finished_at - self.started_at).total_seconds(), 1)


class _Figures(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
