"""What Payme and Click have told: one row a transaction of theirs, whose states only go forward."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finance.models.base import any_money
from finance.payments.models import Payment
from hemis.base import ScopedQuerySet


class PaymeTransaction(models.Model):
    """A transaction of Payme; times are milliseconds since 1970, as the protocol has them."""

    CREATED, PERFORMED, CANCELLED, CANCELLED_AFTER = 1, 2, -1, -2
    STATES = [
        (CREATED, _("created")),
        (PERFORMED, _("paid")),
        (CANCELLED, _("cancelled before it was paid")),
        (CANCELLED_AFTER, _("cancelled after it was paid")),
    ]

    payme_id = models.CharField(_("number at Payme"), max_length=32, unique=True)
    time = models.BigIntegerField(db_index=True)
    contract = models.ForeignKey(
        "finance.Contract", on_delete=models.PROTECT, related_name="+", verbose_name=_("contract")
    )
    amount = any_money(_("amount, soʻm"))
    state = models.SmallIntegerField(_("state"), choices=STATES, default=CREATED)
    create_time = models.BigIntegerField()
    perform_time = models.BigIntegerField(default=0)
    cancel_time = models.BigIntegerField(default=0)
    reason = models.SmallIntegerField(_("reason of cancelling"), null=True)
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("payment")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("transaction of Payme")
        verbose_name_plural = _("transactions of Payme")
        ordering = ["-time", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payme_amount"),
            models.CheckConstraint(condition=Q(state__in=[1, 2, -1, -2]), name="payme_state"),
            models.CheckConstraint(
                condition=Q(state__in=[1, -1], payment=None) | Q(state__in=[2, -2], payment__isnull=False),
                name="payme_paid_has_payment",
            ),
        ]

    def __str__(self) -> str:
        return self.payme_id


class ClickTransaction(models.Model):
    """A payment of Click: prepared, then completed or cancelled."""

    PREPARED, PAID, CANCELLED = "prepared", "paid", "cancelled"
    STATES = [(PREPARED, _("prepared")), (PAID, _("paid")), (CANCELLED, _("cancelled"))]

    click_trans_id = models.BigIntegerField(_("number at Click"), unique=True)
    contract = models.ForeignKey(
        "finance.Contract", on_delete=models.PROTECT, related_name="+", verbose_name=_("contract")
    )
    amount = any_money(_("amount, soʻm"))
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=PREPARED)
    prepared_at = models.DateTimeField(_("prepared at"), auto_now_add=True)
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("payment")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("transaction of Click")
        verbose_name_plural = _("transactions of Click")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="click_amount"),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "cancelled"], payment=None)
                | Q(state="paid", payment__isnull=False),
                name="click_paid_has_payment",
            ),
        ]

    def __str__(self) -> str:
        return str(self.click_trans_id)
