"""Payments, the bank statements they come from, and what waits to be assigned (order duty 7.1).

A payment is never changed: what was wrong is reversed by a payment with the
opposite sign. What came by a bank statement stands in one line, once for ever,
however often the file comes; payments and sums put aside use the line up.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from finance.models.base import any_money
from hemis.base import BaseModel, ScopedQuerySet


def _author(verbose_name, **kwargs) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=verbose_name,
        **kwargs,
    )


class BankStatement(models.Model):
    """One imported file: which account, which days, how much of it was new."""

    name = models.CharField(_("file"), max_length=255)
    account = models.CharField(_("account of the university"), max_length=32, blank=True)
    date_from = models.DateField(_("from"))
    date_to = models.DateField(_("to"))
    lines = models.PositiveIntegerField(_("receipts in the file"))
    total = any_money(_("sum of the receipts, soʻm"))
    added = models.PositiveIntegerField(_("new receipts"))
    matched = models.PositiveIntegerField(_("matched at once"))
    imported_at = models.DateTimeField(_("imported at"), auto_now_add=True)
    imported_by = _author(_("imported by"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        ordering = ["-imported_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(date_from__lte=F("date_to")), name="statement_days"),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.date_from:%d.%m.%Y}"


class StatementLineQuerySet(ScopedQuerySet):
    def waiting(self):
        """What is not yet assigned, wholly or in part."""
        return self.filter(assigned__lt=F("amount"))


class StatementLine(models.Model):
    """One receipt of a bank statement. ``fingerprint`` and ``occurrence`` make it count once.

    ``assigned`` is what payments and sums put aside have used up: triggers keep it.
    Its statement and the suggested contract are asked for by the guard, once for all
    rows that come together: neither is ever removed.
    """

    BY = [
        ("contract", _("contract number")),
        ("pinfl", _("PINFL")),
        ("student", _("student number")),
        ("name", _("name")),
    ]

    statement = models.ForeignKey(
        BankStatement,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="rows",
        verbose_name=_("bank statement"),
    )
    position = models.PositiveIntegerField(_("row of the file"))
    date = models.DateField(_("date"))
    number = models.CharField(_("number of the payment order"), max_length=32, blank=True)
    amount = any_money(_("amount, soʻm"))
    payer = models.CharField(_("payer"), max_length=255, blank=True)
    payer_tin = models.CharField(_("payer's STIR or PINFL"), max_length=14, blank=True)
    payer_account = models.CharField(_("payer's account"), max_length=32, blank=True)
    purpose = models.CharField(_("purpose"), max_length=1000, blank=True)
    fingerprint = models.CharField(max_length=32, editable=False)
    occurrence = models.PositiveSmallIntegerField(editable=False)
    suggested = models.ForeignKey(
        "finance.Contract",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("suggested contract"),
    )
    matched_by = models.CharField(_("found by"), max_length=16, choices=BY, blank=True)
    confidence = models.PositiveSmallIntegerField(_("confidence, %"), default=0)
    doubt = models.CharField(_("why it waits"), max_length=16, blank=True)
    assigned = any_money(_("assigned, soʻm"), default=0)

    objects = StatementLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-date", "-pk"]
        indexes = [
            models.Index(fields=["date", "amount"], name="line_date_amount"),
            models.Index(fields=["date"], name="line_waiting", condition=Q(assigned__lt=F("amount"))),
        ]
        constraints = [
            models.UniqueConstraint(fields=["fingerprint", "occurrence"], name="line_counts_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="line_amount"),
            models.CheckConstraint(
                condition=Q(assigned__gte=0, assigned__lte=F("amount")), name="line_not_assigned_twice"
            ),
            models.CheckConstraint(condition=Q(confidence__lte=100), name="line_confidence"),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d.%m.%Y} № {self.number or '—'}"

    @property
    def rest(self):
        """What is not yet assigned."""
        return self.amount - self.assigned


class PaymentQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Accounting sees all, a student the payments for the own contracts."""
        if scope.everything:
            return self
        return self.filter(contract__student__person=scope.person_id) if scope.person_id else self.none()

    def in_force(self):
        """Payments that are neither taken back nor take something back."""
        return self.filter(reverses=None, reversed_by=None).exclude(means="refund")


class Payment(models.Model):
    """Money for one contract, or given back (below zero); with ``reverses`` it takes another row back.

    Contract, receipt and author are asked for by the guard, once for all rows that come
    together: none is ever removed.
    """

    STATEMENT, BANK, CASH, TERMINAL, PAYME, CLICK = "statement", "bank", "cash", "terminal", "payme", "click"
    REFUND = "refund"
    MEANS = [
        (STATEMENT, _("bank statement")),
        (BANK, _("bank, entered by hand")),
        (CASH, _("cash desk")),
        (TERMINAL, _("card terminal")),
        (PAYME, "Payme"),
        (CLICK, "Click"),
        (REFUND, _("given back")),
    ]
    BY_HAND = (BANK, CASH, TERMINAL)

    contract = models.ForeignKey(
        "finance.Contract",
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="payments",
        verbose_name=_("contract"),
    )
    date = models.DateField(_("date"))
    number = models.CharField(_("number of the document"), max_length=64, blank=True)
    amount = any_money(_("amount, soʻm"))
    means = models.CharField(_("how it was paid"), max_length=16, choices=MEANS)
    line = models.ForeignKey(
        StatementLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="payments",
        verbose_name=_("line of a bank statement"),
    )
    payer = models.CharField(_("payer"), max_length=255, blank=True)
    comment = models.CharField(_("comment"), max_length=255, blank=True)
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    made_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    made_by = _author(_("entered by"), db_constraint=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-date", "-pk"]
        indexes = [models.Index(fields=["date", "id"], name="payment_date")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(means="refund")
                & (Q(amount__gt=0, reverses=None) | Q(amount__lt=0, reverses__isnull=False))
                | Q(means="refund")
                & (Q(amount__lt=0, reverses=None) | Q(amount__gt=0, reverses__isnull=False)),
                name="payment_sign",
            ),
            models.CheckConstraint(
                condition=Q(means__in=["statement", "bank", "cash", "terminal", "payme", "click", "refund"]),
                name="payment_means",
            ),
            models.CheckConstraint(
                condition=Q(means="statement", line__isnull=False) | ~Q(means="statement") & Q(line=None),
                name="payment_of_statement_has_line",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None) & ~Q(means="refund") | ~Q(comment=""),
                name="payment_taken_back_has_reason",
            ),
            models.UniqueConstraint(
                fields=["contract", "means", "number", "date", "amount"],
                condition=Q(reverses=None) & ~Q(means="statement") & ~Q(number=""),
                name="payment_entered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number or self.pk} · {self.date:%d.%m.%Y}"


class PutAside(BaseModel):
    """The rest of a receipt that is no fee of a contract; lifting it brings the receipt back to the queue."""

    TRANSIT, OTHER = "transit", "other"
    KINDS = [
        (OTHER, _("other receipt: not a fee of a student")),
        (TRANSIT, _("transfer of a payment system or card terminal: counted payment by payment already")),
    ]

    line = models.ForeignKey(
        StatementLine, on_delete=models.PROTECT, related_name="asides", verbose_name=_("receipt")
    )
    amount = any_money(_("amount, soʻm"))
    kind = models.CharField(_("what it is"), max_length=16, choices=KINDS, default=OTHER)
    reason = models.CharField(_("reason"), max_length=255)
    made_at = models.DateTimeField(_("put aside at"), auto_now_add=True)
    made_by = _author(_("put aside by"))
    lifted_at = models.DateTimeField(_("brought back at"), null=True)
    lifted_by = _author(_("brought back by"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt put aside")
        verbose_name_plural = _("receipts put aside")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(reason=""), name="aside_amount_and_reason"),
            models.CheckConstraint(condition=Q(kind__in=["other", "transit"]), name="aside_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"


class Receipt(models.Model):
    """The paper that a payment is confirmed by."""

    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, related_name="receipt", verbose_name=_("payment")
    )
    document = models.OneToOneField(
        "documents.Document", on_delete=models.PROTECT, related_name="+", verbose_name=_("document")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt of a payment")
        verbose_name_plural = _("receipts of payments")

    def __str__(self) -> str:
        return str(self.document_id)
