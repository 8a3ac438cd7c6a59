"""Changes of contracts: extra agreements on transfer, form and leave, recalculation when study ends."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curriculum.models import Relearning
from finance.models.base import money
from finance.models.contracts import Contract
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.pages.files import random_path
from students.models import Placement


class ContractPartQuerySet(ScopedQuerySet):
    """Rows of a contract: seen by whoever sees the contract."""

    def for_scope(self, scope):
        return self if scope.everything else self.filter(contract__in=Contract.objects.for_scope(scope))


class ContractChange(BaseModel):
    """What an executed order or a relearning changes of a contract, proposed with its steps, then put into force.

    The sum before and after and the facts are frozen when the change is formed (a
    trigger refuses the rest); the plan of instalments after it makes up the new sum.
    """

    TRANSFER, FORM, LEAVE, LEFT, GRANT = "transfer", "form", "leave", "left", "grant"
    RELEARNING = "relearning"
    KINDS = [
        (TRANSFER, _("transfer to another programme")),
        (FORM, _("another form of education")),
        (LEAVE, _("academic leave")),
        (LEFT, _("study has ended")),
        (GRANT, _("goes on to study on a grant")),
        (RELEARNING, _("a subject is studied anew")),
    ]
    # By these the study that the contract pays for stops; by the others it goes on at another price.
    ENDING = (LEAVE, LEFT, GRANT)
    PROPOSED, FORMED, SIGNED, CANCELLED = "proposed", "formed", "signed", "cancelled"
    STATES = [
        (PROPOSED, _("proposed")),
        (FORMED, _("in force")),
        (SIGNED, _("signed")),
        (CANCELLED, _("cancelled")),
    ]
    IN_FORCE = (FORMED, SIGNED)

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="changes", verbose_name=_("contract")
    )
    position = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("change"), max_length=16, choices=KINDS)
    ground = ClassifierField("h_expel_reason", verbose_name=_("ground"), blank=True)
    effective_on = models.DateField(_("holds from"))
    order = models.ForeignKey(
        "movement.Order", on_delete=models.PROTECT, null=True, related_name="contract_changes",
        verbose_name=_("order"),
    )  # fmt: skip
    relearning = models.OneToOneField(
        Relearning, on_delete=models.PROTECT, null=True, related_name="contract_change",
        verbose_name=_("relearning"),
    )  # fmt: skip
    placement = models.ForeignKey(
        Placement, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("new placement")
    )
    before = models.DecimalField(_("sum before, soʻm"), max_digits=14, decimal_places=2)
    # Empty while it cannot be reckoned: the steps say what is missing.
    amount = models.DecimalField(_("sum after, soʻm"), max_digits=14, decimal_places=2, null=True)
    steps = models.JSONField(_("steps"), default=list)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=PROPOSED)
    date = models.DateField(_("date"), null=True)
    document = models.OneToOneField(
        "documents.Document",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("document"),
    )
    signed_on = models.DateField(_("signed on"), null=True)
    scan = models.FileField(_("signed copy"), upload_to=random_path, max_length=255, blank=True)
    made_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    formed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name=_("formed by"),
    )  # fmt: skip
    cancel_reason = models.CharField(_("reason of cancelling"), max_length=500, blank=True)

    objects = ContractPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a contract")
        verbose_name_plural = _("changes of contracts")
        ordering = ["-effective_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "position"], name="contract_change_position"),
            models.UniqueConstraint(fields=["contract", "order"], name="contract_change_once_an_order"),
            models.CheckConstraint(
                condition=Q(kind__in=["transfer", "form", "leave", "left", "grant", "relearning"]),
                name="contract_change_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="relearning", relearning__isnull=False, order=None)
                | ~Q(kind="relearning") & Q(relearning=None, order__isnull=False),
                name="contract_change_cause",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "formed", "signed", "cancelled"]),
                name="contract_change_state",
            ),
            models.CheckConstraint(
                condition=Q(before__gte=0) & (Q(amount=None) | Q(amount__gte=0)), name="contract_change_sums"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "cancelled"])
                | Q(amount__isnull=False, date__isnull=False, document__isnull=False),
                name="formed_change_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_on__gte=models.F("date")),
                name="signed_change_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="cancelled_change_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"

    @property
    def number(self) -> str:
        """The number of the paper: the contract's with the place of the change."""
        return f"{self.contract.number}-{self.position}"

    @property
    def ground_text(self) -> str:
        """What happened, with the ground of an expulsion."""
        ground = self.get_ground_display()
        return f"{self.get_kind_display()}: {ground}" if ground else str(self.get_kind_display())

    @property
    def difference(self):
        """What the change adds to the sum; negative where it grows less."""
        return None if self.amount is None else self.amount - self.before


class ChangeInstalment(models.Model):
    """A part of a contract's sum after a change; the parts make up the new sum exactly."""

    change = models.ForeignKey(
        ContractChange, on_delete=models.PROTECT, related_name="instalments", verbose_name=_("change")
    )
    position = models.PositiveSmallIntegerField(_("number"))
    due_date = models.DateField(_("due date"))
    amount = money(_("amount, soʻm"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("instalment after a change")
        verbose_name_plural = _("instalments after changes")
        ordering = ["change", "position"]
        constraints = [
            models.UniqueConstraint(fields=["change", "position"], name="change_instalment_position"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="change_instalment_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.change} · {self.position}"


class PlanLine(models.Model):
    """What is due by when, as it holds now: the contract's instalments, or those of its latest change in force.

    A view of the database (``finance_plan``): what debts and reminders read.
    """

    id = models.CharField(primary_key=True, max_length=32)
    contract = models.ForeignKey(
        Contract, on_delete=models.DO_NOTHING, related_name="plan", verbose_name=_("contract")
    )
    position = models.PositiveSmallIntegerField(_("number"))
    due_date = models.DateField(_("due date"))
    amount = models.DecimalField(_("amount, soʻm"), max_digits=14, decimal_places=2)
    # Paid in all by then, of the sum in force.
    share = models.DecimalField(_("paid in all by then, %"), max_digits=5, decimal_places=2)

    objects = ContractPartQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "finance_plan"
        verbose_name = _("line of the plan of payment")
        verbose_name_plural = _("plan of payment")
        ordering = ["contract", "position"]

    def __str__(self) -> str:
        return f"{self.contract} · {self.position}"
