"""Figures by which teachings are formed and a teacher's load is judged: rows with the day they hold from."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hemis.base import DatedRule
from hemis.classifiers.fields import ClassifierField


class TrainingMode(DatedRule):
    """Before whom a kind of training is taught, and how many sit together at most."""

    STREAM, GROUP, SUBGROUP, NONE = "stream", "group", "subgroup", "none"
    MODES = [
        (STREAM, _("stream of groups")),
        (GROUP, _("each group")),
        (SUBGROUP, _("subgroups, where the group is divided")),
        (NONE, _("nobody teaches: students work by themselves")),
    ]

    training_type = ClassifierField("h_training_type", verbose_name=_("kind of training"))
    mode = models.CharField(_("taught before"), max_length=8, choices=MODES)
    largest = models.PositiveSmallIntegerField(
        _("students together at most"), validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    basis = models.CharField(_("legal basis"), max_length=512)

    class Meta:
        verbose_name = _("way of teaching")
        verbose_name_plural = _("ways of teaching")
        ordering = ["training_type", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["training_type", "valid_from"], name="training_mode_once_a_day"),
            models.CheckConstraint(condition=Q(largest__gte=1), name="training_mode_size"),
        ]

    def __str__(self) -> str:
        return f"{self.get_training_type_display()}: {self.get_mode_display()}"  # type: ignore[attr-defined]


class LoadNorm(DatedRule):
    """Academic hours of a year that a full rate of a post stands for; an empty post is any other."""

    post = ClassifierField("h_teacher_position_type", verbose_name=_("post"), blank=True)
    low = models.PositiveSmallIntegerField(_("hours a year, at least"), validators=[MinValueValidator(0)])
    high = models.PositiveSmallIntegerField(_("hours a year, at most"), validators=[MinValueValidator(1)])
    basis = models.CharField(_("legal basis"), max_length=512)

    class Meta:
        verbose_name = _("norm of a teacher's load")
        verbose_name_plural = _("norms of teachers' load")
        ordering = ["post", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["post", "valid_from"], name="load_norm_once_a_day"),
            models.CheckConstraint(
                condition=Q(high__gte=models.F("low")) & Q(high__gte=1), name="load_norm_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_post_display() or '—'}: {self.low}–{self.high}"  # type: ignore[attr-defined]
