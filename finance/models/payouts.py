"""One-off help from the fund, and what the bank was told to pay of stipends and help (duty 7.1; VMQ 59/2020)."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finance.models.base import StudentRowQuerySet, any_money, money
from finance.models.stipends import StipendLine
from hemis.base import BaseModel, ScopedQuerySet
from hemis.legal import Confirmable
from structure.models import Unit
from students.models import Student


def _percent(verbose_name, default: int) -> models.DecimalField:
    return models.DecimalField(
        verbose_name, max_digits=5, decimal_places=2, default=default,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip


def _author(verbose_name, **options) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False,
        verbose_name=verbose_name, **options,
    )  # fmt: skip


class AidFund(Confirmable, BaseModel):
    """What a calendar year has for help and awards: a share of the stipend budget and of the contract income."""

    year = models.PositiveSmallIntegerField(
        _("calendar year"), unique=True, validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    stipend_budget = any_money(
        _("stipend budget of the year, soʻm"), validators=[MinValueValidator(Decimal(0))]
    )
    stipend_percent = _percent(_("of the stipend budget, %"), 10)
    contract_percent = _percent(_("of the contract income, %"), 2)
    most = models.DecimalField(
        _("one sum, base stipends at most"), max_digits=5, decimal_places=2, default=10,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
    )  # fmt: skip
    source = models.CharField(_("legal source"), max_length=512)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("fund of help to students")
        verbose_name_plural = _("funds of help to students")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    stipend_budget__gte=0, stipend_percent__range=(0, 100), contract_percent__range=(0, 100),
                    most__gt=0, year__range=(2000, 2100),
                ),
                name="aid_fund_figures",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="aid_fund_has_source"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.year)


class Aid(BaseModel):
    """A sum that the commission decided to give a student once. It is never changed, only cancelled before it is paid.

    A trigger keeps it within the limit of one sum and within the fund of its year.
    """

    HELP, AWARD = "help", "award"
    KINDS = [(HELP, _("one-off help")), (AWARD, _("one-off stipend for talent and activity"))]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="aids", verbose_name=_("student")
    )
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS)
    amount = money(_("amount, soʻm"))
    reason = models.CharField(_("what for"), max_length=500)
    decision = models.CharField(_("number of the decision"), max_length=64)
    decided_on = models.DateField(_("date of the decision"))
    made_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    made_by = _author(_("entered by"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    cancelled_by = _author(_("cancelled by"), null=True)
    cancel_reason = models.CharField(_("reason of the cancelling"), max_length=500, blank=True)

    objects = StudentRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("help to a student")
        verbose_name_plural = _("help to students")
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["help", "award"], amount__gt=0), name="aid_kind_and_sum"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(decision=""), name="aid_has_decision"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | ~Q(cancel_reason=""), name="aid_cancelled_says_why"
            ),
            models.UniqueConstraint(
                fields=["student", "kind", "decision", "decided_on"], condition=Q(cancelled_at=None),
                name="aid_once_a_decision",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.student} · {self.get_kind_display()}"


class Payout(BaseModel):
    """A sheet that the bank paid by one payment order: stipends of a month, or help."""

    date = models.DateField(_("date of the payment order"))
    number = models.CharField(_("number of the payment order"), max_length=32)
    made_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    made_by = _author(_("entered by"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout to students")
        verbose_name_plural = _("payouts to students")
        ordering = ["-date", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["date", "number"], name="payout_once",
                violation_error_message=_("A payout by this payment order is entered already."),
            ),
            models.CheckConstraint(condition=~Q(number=""), name="payout_has_number"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"№ {self.number} · {self.date:%d.%m.%Y}"


class PayoutLine(models.Model):
    """What went to one student's account; when the bank returns it, it is owed again and may be paid anew."""

    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, related_name="lines", verbose_name=_("payout")
    )
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="payout_lines", verbose_name=_("student")
    )
    stipend_line = models.ForeignKey(
        StipendLine, on_delete=models.PROTECT, null=True, related_name="payouts", verbose_name=_("stipend")
    )
    aid = models.ForeignKey(
        Aid, on_delete=models.PROTECT, null=True, related_name="payouts", verbose_name=_("help")
    )
    account = models.CharField(_("card or account"), max_length=20)
    amount = money(_("amount, soʻm"))
    returned_on = models.DateField(_("returned on"), null=True)
    return_reason = models.CharField(_("why the bank returned it"), max_length=255, blank=True)
    returned_by = _author(_("return entered by"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a payout")
        verbose_name_plural = _("lines of payouts")
        ordering = ["payout", "student__person__sort_key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stipend_line=None, aid__isnull=False) | Q(stipend_line__isnull=False, aid=None),
                name="payout_line_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, account__regex=r"^(\d{16}|\d{20})$"), name="payout_line_sum_and_account"
            ),
            models.CheckConstraint(
                condition=Q(returned_on=None) | ~Q(return_reason=""), name="payout_return_says_why"
            ),
            models.UniqueConstraint(
                fields=["stipend_line"], condition=Q(returned_on=None), name="stipend_paid_once"
            ),
            models.UniqueConstraint(fields=["aid"], condition=Q(returned_on=None), name="aid_paid_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.student}: {self.amount}"
