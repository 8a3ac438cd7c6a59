"""What the law and the university's own rules say in figures."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.legal import Confirmable


class DoctoralRuleQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The law is the same for everybody who has the duty."""
        return self

    def in_force_by_kind(self, day: datetime.date | None = None) -> dict[str, DoctoralRule]:
        """The row that holds on ``day`` for each kind, in one query."""
        day = day or timezone.localdate()
        rows = self.filter(valid_from__lte=day).order_by("kind", "-valid_from").distinct("kind")
        return {row.kind: row for row in rows}  # type: ignore[attr-defined]


class DoctoralRule(Confirmable, BaseModel):
    """A term or limit with the date from which it holds and its source (law 7)."""

    TERM_PHD, TERM_DSC, EXTENSION, LEAVE = "term_phd", "term_dsc", "extension_months", "leave_months"
    ATTESTATION, ATTESTATION_RESEARCHER = "attestation_months", "researcher_months"
    PLAN, LOAD_PHD, LOAD_DSC, SOON = "plan_months", "load_phd", "load_dsc", "soon_months"
    ARTICLES_PHD, ARTICLES_DSC, THESES = "articles_phd", "articles_dsc", "theses"
    KINDS = [
        (TERM_PHD, _("term of PhD doctoral studies (months)")),
        (TERM_DSC, _("term of DSc doctoral studies (months)")),
        (EXTENSION, _("all extensions together at most (months)")),
        (LEAVE, _("one leave at most (months)")),
        (ATTESTATION, _("attestation of doctoral students every (months)")),
        (ATTESTATION_RESEARCHER, _("attestation of independent researchers every (months)")),
        (PLAN, _("individual plan approved within (months)")),
        (LOAD_PHD, _("PhD students of one supervisor at most")),
        (LOAD_DSC, _("DSc students of one consultant at most")),
        (ARTICLES_PHD, _("articles needed to enter PhD studies")),
        (ARTICLES_DSC, _("articles needed to enter DSc studies")),
        (THESES, _("conference theses needed to enter")),
        (SOON, _("due soon: so many months before")),
    ]

    kind = models.CharField(_("figure"), max_length=24, choices=KINDS)
    value = models.PositiveSmallIntegerField(_("value"))
    valid_from = models.DateField(_("holds from"))
    basis = models.CharField(_("source"), max_length=255)

    objects = DoctoralRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("term or limit of the doctorate")
        verbose_name_plural = _("terms and limits of the doctorate")
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="doctoral_rule_once"),
            models.CheckConstraint(condition=Q(value__gt=0, value__lte=120), name="doctoral_rule_value"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"
