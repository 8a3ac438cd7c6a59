"""The ledger: pairs of accounts and a sum, written by the documents themselves (order duty 7.1).

A posting names the account debited, the account credited and one sum, as
accounting here writes them. So debit and credit are equal in every posting and in
any sum of postings: an entry that does not balance cannot be written down.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet

BANK, CASH, TRANSIT = "bank", "cash", "transit"
STUDENTS, UNMATCHED = "students", "unmatched"
FEES, DISCOUNTS, OTHER, OPENING = "fees", "discounts", "other", "opening"
STIPENDS, PAYABLE = "stipends", "payable"
PURPOSES = [
    (BANK, _("bank account")),
    (CASH, _("cash desk")),
    (TRANSIT, _("money on its way from cards and payment systems")),
    (STUDENTS, _("owed by students")),
    (UNMATCHED, _("receipts not yet assigned")),
    (FEES, _("fees charged")),
    (DISCOUNTS, _("discounts and reductions given")),
    (OTHER, _("other receipts")),
    (OPENING, _("balances of earlier years")),
    (STIPENDS, _("stipends and help to students")),
    (PAYABLE, _("owed to students: stipends and help")),
]
CODES = [code for code, _title in PURPOSES]

CHARGE, CHANGE, DISCOUNT, CANCELLING = "charge", "change", "discount", "cancelling"
RECEIPT, ASSIGNED, PAYMENT, ASIDE = "receipt", "assigned", "payment", "aside"
REVERSAL, REFUND, BROUGHT = "reversal", "refund", "brought"
STIPEND, AID, PAYOUT, PAYBACK = "stipend", "aid", "payout", "payback"
KINDS = [
    (CHARGE, _("fee by contract")),
    (CHANGE, _("change of the fee")),
    (DISCOUNT, _("discount")),
    (CANCELLING, _("contract cancelled")),
    (RECEIPT, _("receipt by bank statement")),
    (ASSIGNED, _("receipt assigned to a contract")),
    (PAYMENT, _("payment")),
    (ASIDE, _("receipt put aside")),
    (REVERSAL, _("reversal")),
    (REFUND, _("refund")),
    (BROUGHT, _("balance of an earlier year")),
    (STIPEND, _("stipend list")),
    (AID, _("help to a student")),
    (PAYOUT, _("payout to students")),
    (PAYBACK, _("payout returned by the bank")),
]


class Account(BaseModel):
    """A line of the chart of accounts; what it serves is the program's, number and name are accounting's."""

    purpose = models.CharField(_("serves"), max_length=16, choices=PURPOSES, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=8)
    name = models.CharField(_("name"), max_length=255)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("account of the ledger")
        verbose_name_plural = _("chart of accounts")
        ordering = ["number", "purpose"]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=CODES), name="account_purpose"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{2,8}$"), name="account_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ClosedMonth(models.Model):
    """A month whose figures stand: nothing is posted into it or before it any more, and it is not opened again."""

    month = models.DateField(_("month"), unique=True)
    closed_at = models.DateTimeField(_("closed at"), auto_now_add=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("closed by"),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering = ["-month"]
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="closed_month_first_day")]

    def __str__(self) -> str:
        return f"{self.month:%m.%Y}"


class Posting(models.Model):
    """One line of the journal. Triggers of the documents write it; nobody changes or removes it.

    ``date`` is the day in the books: that of the document, or the first open day
    when its month is closed. Sources are kept without foreign keys of the database:
    the trigger copies them from rows that can never be removed. Only contract and
    day have indexes: who looks for the posting of a payment names its contract too.
    """

    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=16, choices=KINDS)
    debit = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        to_field="purpose",
        db_column="debit",
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("debit"),
    )
    credit = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        to_field="purpose",
        db_column="credit",
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("credit"),
    )
    amount = models.DecimalField(_("amount, soʻm"), max_digits=16, decimal_places=2)
    contract = models.ForeignKey(
        "finance.Contract",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="postings",
        verbose_name=_("contract"),
    )
    payment = models.ForeignKey(
        "finance.Payment",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="postings",
        verbose_name=_("payment"),
    )
    line = models.ForeignKey(
        "finance.StatementLine",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="postings",
        verbose_name=_("line of a bank statement"),
    )
    document = models.CharField(_("document"), max_length=64)
    document_date = models.DateField(_("date of the document"))
    made_at = models.DateTimeField(_("posted at"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("posted by"),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("journal of accounting")
        ordering = ["-date", "-pk"]
        indexes = [
            models.Index(fields=["contract", "date"], name="posting_contract"),
            models.Index(fields=["date", "id"], name="posting_date"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="posting_amount"),
            models.CheckConstraint(
                condition=Q(debit__in=CODES, credit__in=CODES) & ~Q(debit=models.F("credit")),
                name="posting_two_accounts",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[code for code, _title in KINDS]), name="posting_kind"
            ),
            # What a student owes is always owed by a contract.
            models.CheckConstraint(
                condition=~Q(debit=STUDENTS) & ~Q(credit=STUDENTS) | Q(contract__isnull=False),
                name="posting_of_contract",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d.%m.%Y} {self.document}"
