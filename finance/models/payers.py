"""Another payer of a contract in force, or none any more (reg. 2431, point 32; duty 7.1)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finance.models.changes import ContractPartQuerySet
from finance.models.contracts import Contract, Parties, parties_constraints
from hemis.base import BaseModel
from hemis.pages.files import random_path

PARTS = ("parties", "payer_name", "payer_tin", "payer_address", "payer_bank")


class PayerChange(BaseModel, Parties):
    """An extra agreement by which a contract gets, changes or loses its third side.

    From the moment it is formed the contract names the sides that it says (a trigger
    carries them over and refuses everything else); price, plan and ledger stay.
    """

    FORMED, SIGNED, CANCELLED = "formed", "signed", "cancelled"
    STATES = [(FORMED, _("in force")), (SIGNED, _("signed")), (CANCELLED, _("cancelled"))]
    IN_FORCE = (FORMED, SIGNED)

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="payer_changes", verbose_name=_("contract")
    )
    position = models.PositiveSmallIntegerField(_("number"))
    date = models.DateField(_("date"))
    basis = models.CharField(_("basis"), max_length=500)
    # The sides until then, by the names of PARTS.
    before = models.JSONField(_("sides before"), editable=False)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=FORMED)
    document = models.OneToOneField(
        "documents.Document", on_delete=models.PROTECT, related_name="+", verbose_name=_("document")
    )
    signed_on = models.DateField(_("signed on"), null=True)
    scan = models.FileField(_("signed copy"), upload_to=random_path, max_length=255, blank=True)
    made_at = models.DateTimeField(_("formed at"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name=_("formed by"),
    )  # fmt: skip
    cancel_reason = models.CharField(_("reason of cancelling"), max_length=500, blank=True)

    objects = ContractPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of the payer")
        verbose_name_plural = _("changes of payers")
        ordering = ["-date", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "position"], name="payer_change_position"),
            models.CheckConstraint(
                condition=Q(state__in=["formed", "signed", "cancelled"]), name="payer_change_state"
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="payer_change_basis"),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_on__gte=models.F("date")),
                name="signed_payer_change_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="cancelled_payer_change_reason"
            ),
            *parties_constraints("payer_change"),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"

    @property
    def number(self) -> str:
        """The number of the paper: the contract's with the place among the changes of its payer."""
        return f"{self.contract.number}-T{self.position}"

    @property
    def old_payer(self) -> str:
        """Who paid until then; empty where it was the student."""
        return self.before.get("payer_name", "")
