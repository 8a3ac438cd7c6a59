"""The establishment plan, and what the law says in figures."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.legal import Confirmable
from staff.models.posts import InForce
from structure.models import Unit


class EstablishmentQuerySet(InForce, ScopedQuerySet):
    """Planned posts of a day."""


class EstablishmentPost(BaseModel):
    """So many rates of a post in a unit, from a date to a date (shtat birligi)."""

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="establishment", verbose_name=_("unit")
    )
    post = ClassifierField("h_teacher_position_type", verbose_name=_("post"))
    category = ClassifierField("h_employee_type", verbose_name=_("category"))
    rates = models.DecimalField(_("rates"), max_digits=6, decimal_places=2)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    order_number = models.CharField(_("order number"), max_length=32)
    order_date = models.DateField(_("order date"))

    objects = EstablishmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned post")
        verbose_name_plural = _("establishment plan")
        ordering = ["unit__code", "post", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="establishment_period"
            ),
            models.CheckConstraint(
                condition=Q(rates__gt=0, rates__lt=1000), name="establishment_rates_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.get_post_display()}"  # type: ignore[attr-defined]


class StaffRuleQuerySet(ScopedQuerySet):
    def in_force_by_kind(self, day: datetime.date | None = None) -> dict[str, StaffRule]:
        """The row that holds on ``day`` for each kind, in one query."""
        day = day or timezone.localdate()
        rows = self.filter(valid_from__lte=day).order_by("kind", "-valid_from").distinct("kind")
        return {row.kind: row for row in rows}  # type: ignore[attr-defined]


class StaffRule(Confirmable, BaseModel):
    """A figure that the law gives, with the date from which it holds and its source (law 7)."""

    MAX_RATES, DEVELOPMENT, TERM, SOON = "max_rates", "development_months", "term_months", "soon_months"
    KINDS = [
        (MAX_RATES, _("largest sum of rates of one person")),
        (DEVELOPMENT, _("professional development at least every (months)")),
        (TERM, _("longest term of a competition (months)")),
        (SOON, _("due soon: so many months before")),
    ]

    kind = models.CharField(_("figure"), max_length=24, choices=KINDS)
    value = models.DecimalField(_("value"), max_digits=6, decimal_places=2)
    valid_from = models.DateField(_("holds from"))
    basis = models.CharField(_("source"), max_length=255)

    objects = StaffRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("term or limit of the law")
        verbose_name_plural = _("terms and limits of the law")
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="staff_rule_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="staff_rule_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value.normalize():f}"

    @property
    def months(self) -> int:
        """The value as a whole number."""
        return int(self.value)


DEFAULT_RULES = {
    StaffRule.MAX_RATES: Decimal("1.50"),
    StaffRule.DEVELOPMENT: Decimal(36),
    StaffRule.TERM: Decimal(60),
    StaffRule.SOON: Decimal(6),
}
