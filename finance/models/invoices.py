"""Invoices by payment contracts (hisob-faktura, duty 7.1)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finance.models.base import money
from finance.models.changes import ContractPartQuerySet
from finance.models.contracts import Contract
from hemis.base import BaseModel


class Invoice(BaseModel):
    """An invoice for a part of a contract's sum, or for all of it.

    All invoices of a contract that stand come to no more than its sum in force, and
    numbers have no gaps in a year: triggers see to both. What is wrong is annulled
    with a reason; nothing else of an invoice changes.
    """

    ISSUED, ANNULLED = "issued", "annulled"
    STATES = [(ISSUED, _("issued")), (ANNULLED, _("annulled"))]

    number = models.CharField(_("number"), max_length=32, unique=True)
    year = models.PositiveSmallIntegerField(_("year"), editable=False)
    position = models.PositiveIntegerField(_("number within the year"), editable=False)
    date = models.DateField(_("date"))
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("contract")
    )
    amount = money(_("amount, soʻm"))
    # As they were when the invoice was issued.
    payer_name = models.CharField(_("payer"), max_length=255)
    payer_tin = models.CharField(_("payer's STIR or PINFL"), max_length=14, blank=True)
    payer_address = models.CharField(_("payer's address"), max_length=500, blank=True)
    payer_bank = models.CharField(_("payer's bank details"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=ISSUED)
    document = models.OneToOneField(
        "documents.Document", on_delete=models.PROTECT, related_name="+", verbose_name=_("document")
    )
    made_at = models.DateTimeField(_("issued at"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name=_("issued by"),
    )  # fmt: skip
    annulled_at = models.DateTimeField(_("annulled at"), null=True)
    annulled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name=_("annulled by"),
    )  # fmt: skip
    annul_reason = models.CharField(_("reason of annulling"), max_length=500, blank=True)

    objects = ContractPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-year", "-position"]
        constraints = [
            models.UniqueConstraint(fields=["year", "position"], name="invoice_position"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount"),
            models.CheckConstraint(condition=Q(state__in=["issued", "annulled"]), name="invoice_state"),
            models.CheckConstraint(condition=Q(date__year=models.F("year")), name="invoice_year"),
            models.CheckConstraint(condition=~Q(payer_name=""), name="invoice_payer"),
            models.CheckConstraint(
                condition=Q(state="issued", annulled_at=None, annul_reason="")
                | Q(state="annulled", annulled_at__isnull=False) & ~Q(annul_reason=""),
                name="annulled_invoice_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"
