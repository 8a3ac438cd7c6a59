"""Payment contracts and their terms (order duty 7.1, clause B5). All sums are soʻm."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finance.models.base import StudentRowQuerySet, money
from finance.models.prices import Benefit, CurrencyRate
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.pages.files import random_path
from structure.models import Unit
from students.models import AcademicYear, Group, Placement, Programme, Student

PARTIES = [("11", _("two-sided")), ("12", _("three-sided"))]
TWO_SIDED, THREE_SIDED = "11", "12"


class Parties(models.Model):
    """Who the sides of a contract are; the payer only where it has three."""

    parties = models.CharField(_("parties"), max_length=2, choices=PARTIES, default=TWO_SIDED)
    payer_name = models.CharField(_("payer"), max_length=255, blank=True)
    payer_tin = models.CharField(
        _("payer's STIR or PINFL"),
        max_length=14,
        blank=True,
        validators=[RegexValidator(r"^(\d{9}|\d{14})$")],
    )
    payer_address = models.CharField(_("payer's address"), max_length=255, blank=True)
    payer_bank = models.CharField(_("payer's bank details"), max_length=255, blank=True)

    class Meta:
        abstract = True


class Terms(Parties):
    """On what terms a contract is made."""

    contract_type = ClassifierField("h_contract_type", verbose_name=_("contract type"), default="11")
    sum_type = ClassifierField("h_contract_summa_type", verbose_name=_("kind of sum"), default="12")
    months = models.PositiveSmallIntegerField(_("months of study paid for"), default=12)
    discount = models.DecimalField(_("discount, %"), max_digits=5, decimal_places=2, default=Decimal(0))
    benefit = models.ForeignKey(
        Benefit, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("discount or benefit"),
    )  # fmt: skip
    graduating = models.BooleanField(_("graduating course"), default=False)

    class Meta(Parties.Meta):
        abstract = True


def parties_constraints(prefix: str) -> list[models.BaseConstraint]:
    """What the database demands of the sides, in all tables that hold them."""
    return [
        models.CheckConstraint(
            condition=Q(parties="11", payer_name="") | Q(parties="12") & ~Q(payer_name=""),
            name=f"{prefix}_payer",
        ),
        models.CheckConstraint(
            condition=Q(payer_tin="") | Q(payer_tin__regex=r"^(\d{9}|\d{14})$"), name=f"{prefix}_payer_tin"
        ),
    ]


def terms_constraints(prefix: str) -> list[models.BaseConstraint]:
    """What the database demands of terms, in both tables that hold them."""
    return [
        models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name=f"{prefix}_months"),
        models.CheckConstraint(condition=Q(discount__gte=0, discount__lt=100), name=f"{prefix}_discount"),
        *parties_constraints(prefix),
    ]


class ContractTerms(BaseModel, Terms):
    """Terms of one student that differ from the usual ones, set before the contract is formed."""

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="contract_terms", verbose_name=_("student")
    )
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    basis = models.CharField(_("basis"), max_length=255, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("individual terms")
        verbose_name_plural = _("individual terms")
        ordering = ["-academic_year", "student__person__sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["student", "academic_year"], name="terms_once_a_year"),
            models.CheckConstraint(condition=Q(discount=0) | ~Q(basis=""), name="terms_discount_has_basis"),
            *terms_constraints("terms"),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.academic_year}"


class ContractQuerySet(StudentRowQuerySet):
    def charged(self):
        """Contracts that were ever put on paper, and balances of earlier years: what the ledger knows."""
        return self.filter(Q(document__isnull=False) | Q(brought_forward=True)).exclude(state="draft")


class Contract(BaseModel, Terms):
    """A payment contract of one student for one academic year.

    Number, price and facts are frozen from the first moment (a trigger refuses
    changes); what happens later is a change of state: the PDF is issued, the
    parties sign, the contract is cancelled with a reason.
    """

    DRAFT, FORMED, SIGNED, CANCELLED = "draft", "formed", "signed", "cancelled"
    IN_FORCE = (FORMED, SIGNED)
    STATES = [
        (DRAFT, _("numbered")),
        (FORMED, _("formed")),
        (SIGNED, _("signed")),
        (CANCELLED, _("cancelled")),
    ]

    number = models.CharField(_("number"), max_length=64, unique=True)
    date = models.DateField(_("date"))
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("student")
    )
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    placement = models.ForeignKey(
        Placement, on_delete=models.PROTECT, related_name="+", verbose_name=_("placement")
    )
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="+", verbose_name=_("programme")
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("group")
    )
    course = ClassifierField("h_course", verbose_name=_("course"))
    education_form = ClassifierField("h_education_form", verbose_name=_("education form"))
    amount = money(_("amount, soʻm"))
    price_steps = models.JSONField(_("how the sum was found"))
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=DRAFT)
    document = models.OneToOneField(
        "documents.Document",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("document"),
    )
    # What is owed by the contract now: a trigger takes it from the latest change that is in force.
    current_amount = models.DecimalField(
        _("amount in force, soʻm"), max_digits=14, decimal_places=2, editable=False, db_default=Decimal(0)
    )
    # A price in foreign currency, and the rate of the day at which it was counted in soʻm.
    currency = models.PositiveSmallIntegerField(
        _("currency"), choices=CurrencyRate.CURRENCIES, null=True, blank=True, editable=False
    )
    currency_amount = models.DecimalField(
        _("sum in the currency"), max_digits=12, decimal_places=2, null=True, blank=True, editable=False
    )
    currency_rate = models.DecimalField(
        _("rate, soʻm"), max_digits=12, decimal_places=4, null=True, blank=True, editable=False
    )
    renews = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="renewed_by",
        verbose_name=_("renews"), editable=False,
    )  # fmt: skip
    # What was owed, or paid too much (below zero), before this program: charged against opening balances.
    brought_forward = models.BooleanField(_("balance of an earlier year"), default=False, editable=False)
    basis = models.CharField(_("basis"), max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(_("formed at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("formed by"),
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    scan = models.FileField(_("signed copy"), upload_to=random_path, max_length=255, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )
    cancel_reason = models.CharField(_("reason of cancelling"), max_length=500, blank=True)
    # The study that the contract pays for has ended (or rests) from a day on, by an order; what is owed or
    # given back is reckoned from it.
    ended_on = models.DateField(_("study ended on"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "movement.Order",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ended_contracts",
        verbose_name=_("study ended by order"),
    )

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["-academic_year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "academic_year"],
                condition=~Q(state="cancelled") & Q(ended_on=None),
                name="contract_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(brought_forward=True) & ~Q(amount=0),
                name="contract_amount_positive",
            ),
            models.CheckConstraint(
                condition=Q(brought_forward=False, basis="")
                | Q(brought_forward=True, document=None) & ~Q(basis=""),
                name="brought_forward_has_basis",
            ),
            models.CheckConstraint(
                condition=Q(currency=None, currency_amount=None, currency_rate=None)
                | Q(currency__isnull=False, currency_amount__gt=0, currency_rate__gt=0),
                name="contract_currency",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "formed", "signed", "cancelled"]), name="contract_state"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"])
                | Q(document__isnull=False)
                | Q(brought_forward=True),
                name="formed_contract_has_document",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_on__gte=models.F("date")),
                name="signed_contract_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason="") & Q(cancelled_at__isnull=False),
                name="cancelled_contract_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None) | Q(ended_on__isnull=False, ended_by__isnull=False),
                name="contract_end_by_order",
            ),
            *terms_constraints("contract"),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"


class ContractInstalment(models.Model):
    """A part of a contract's sum and the day by which it is paid; the parts add up to the sum exactly."""

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="instalments", verbose_name=_("contract")
    )
    position = models.PositiveSmallIntegerField(_("number"))
    due_date = models.DateField(_("due date"))
    share = models.DecimalField(_("paid in all by then, %"), max_digits=5, decimal_places=2)
    amount = money(_("amount, soʻm"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ["contract", "position"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "position"], name="instalment_position"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_amount_positive"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=100), name="instalment_row_share"),
        ]

    def __str__(self) -> str:
        return f"{self.contract} · {self.position}"
