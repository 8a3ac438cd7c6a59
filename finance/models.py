"""Prices from their dates, and payment contracts (order duty 7.1, clause B5).

All sums are soʻm. What the law changes is a row with the date or the academic
year from which it holds (design law 7); nothing is overwritten when a new year begins.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from structure.models import Unit
from students.models import AcademicYear, Group, Placement, Programme, Student

POSITIVE = MinValueValidator(Decimal("0.0001"))


def money(verbose_name, **options) -> models.DecimalField:
    """A sum in soʻm."""
    return models.DecimalField(
        verbose_name, max_digits=14, decimal_places=2, validators=[POSITIVE], **options
    )


class DatedQuerySet(ScopedQuerySet):
    def on(self, day) -> Self:
        """Rows that hold on ``day``, the latest first."""
        return self.filter(valid_from__lte=day).order_by("-valid_from")


class MinimumWage(BaseModel):
    """The minimum wage, M of the price formula."""

    amount = money(_("amount, soʻm"))
    valid_from = models.DateField(_("holds from"), unique=True)
    document = models.CharField(_("legal act"), max_length=1024)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("minimum wage")
        verbose_name_plural = _("minimum wages")
        ordering = ["-valid_from"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="minimum_wage_positive")]

    def __str__(self) -> str:
        return f"{self.amount:,.0f}".replace(",", " ")


class StipendAmount(BaseModel):
    """Monthly stipend of a rate; rate 11 is S of the price formula."""

    BASE = "11"

    rate = ClassifierField("h_stipend_rate", verbose_name=_("kind of stipend"))
    amount = money(_("amount a month, soʻm"))
    valid_from = models.DateField(_("holds from"))
    document = models.CharField(_("legal act"), max_length=1024)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("stipend amount")
        verbose_name_plural = _("stipend amounts")
        ordering = ["rate", "-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="stipend_amount_positive"),
            models.UniqueConstraint(fields=["rate", "valid_from"], name="stipend_amount_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_rate_display()} · {self.valid_from:%d.%m.%Y}"


class ContractTypeCoefficient(BaseModel):
    """Coefficient k of a contract type."""

    contract_type = ClassifierField("h_contract_type", verbose_name=_("contract type"))
    coefficient = models.DecimalField(_("coefficient"), max_digits=8, decimal_places=4, validators=[POSITIVE])
    valid_from = models.DateField(_("holds from"))

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract type coefficient")
        verbose_name_plural = _("contract type coefficients")
        ordering = ["contract_type", "-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(coefficient__gt=0), name="type_coefficient_positive"),
            models.UniqueConstraint(fields=["contract_type", "valid_from"], name="type_coefficient_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_contract_type_display()} · {self.valid_from:%d.%m.%Y}"


class BaseCoefficient(BaseModel):
    """The base price of a programme in an academic year: K (in minimum wages), P and F (in soʻm a year).

    K serves calculation by coefficient, P calculation by sum, F contracts of
    foreign citizens. An empty kind of student holds for all kinds.
    """

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="prices", verbose_name=_("programme")
    )
    student_type = ClassifierField("h_student_type", verbose_name=_("kind of student"), blank=True)
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    coefficient = models.DecimalField(
        _("base coefficient"), max_digits=8, decimal_places=4, null=True, blank=True, validators=[POSITIVE]
    )
    amount = money(_("sum a year without stipend, soʻm"), null=True, blank=True)
    foreign_amount = money(_("sum a year for foreign citizens, soʻm"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("base coefficient")
        verbose_name_plural = _("base coefficients")
        ordering = [
            "-academic_year",
            "programme__speciality__code",
            "programme__education_form",
            "student_type",
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "student_type", "academic_year"], name="base_coefficient_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(coefficient__isnull=False)
                | Q(amount__isnull=False)
                | Q(foreign_amount__isnull=False),
                name="base_coefficient_says_something",
            ),
            models.CheckConstraint(
                condition=(Q(coefficient=None) | Q(coefficient__gt=0))
                & (Q(amount=None) | Q(amount__gt=0))
                & (Q(foreign_amount=None) | Q(foreign_amount__gt=0)),
                name="base_coefficient_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.academic_year}"


class DifferentiatedCoefficient(BaseModel):
    """Coefficient q of increased contracts: of a programme, else of its faculty."""

    faculty = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("faculty")
    )
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("programme"),
    )
    contract_type = ClassifierField("h_contract_type", verbose_name=_("contract type"))
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    coefficient = models.DecimalField(_("coefficient"), max_digits=8, decimal_places=4, validators=[POSITIVE])

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("differentiated coefficient")
        verbose_name_plural = _("differentiated coefficients")
        ordering = ["-academic_year", "contract_type"]
        constraints = [
            models.CheckConstraint(condition=Q(coefficient__gt=0), name="differentiated_positive"),
            models.CheckConstraint(
                condition=Q(faculty=None, programme__isnull=False) | Q(faculty__isnull=False, programme=None),
                name="differentiated_of_faculty_or_programme",
            ),
            models.UniqueConstraint(
                fields=["faculty", "programme", "contract_type", "academic_year"],
                nulls_distinct=False,
                name="differentiated_once_a_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme or self.faculty} · {self.get_contract_type_display()} · {self.academic_year}"


class InstalmentRule(BaseModel):
    """By which day which share of the year's sum is paid (regulation 2431, p. 22)."""

    FIRST, OTHER = "first", "other"
    COURSES = [(FIRST, _("first course")), (OTHER, _("second course and up"))]

    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    course_kind = models.CharField(_("course"), max_length=8, choices=COURSES)
    share = models.DecimalField(
        _("paid in all by then, %"), max_digits=5, decimal_places=2, validators=[POSITIVE]
    )
    due_date = models.DateField(_("due date"))
    extended_to = models.DateField(_("extended by the rector to"), null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=255, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("instalment date")
        verbose_name_plural = _("instalment dates")
        ordering = ["-academic_year", "course_kind", "share"]
        constraints = [
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=100), name="instalment_share"),
            models.CheckConstraint(
                condition=Q(course_kind__in=["first", "other"]), name="instalment_course_kind"
            ),
            models.CheckConstraint(
                condition=Q(extended_to=None) | Q(extended_to__gt=models.F("due_date")),
                name="instalment_extension",
            ),
            models.UniqueConstraint(
                fields=["academic_year", "course_kind", "share"], name="instalment_share_once"
            ),
            models.UniqueConstraint(
                fields=["academic_year", "course_kind", "due_date"], name="instalment_date_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.academic_year} · {self.get_course_kind_display()} · {self.share:g} %"


class CalculationSetting(BaseModel):
    """How the contract sum is found in an academic year: by coefficient (M·K) or by a fixed sum (P)."""

    BY_COEFFICIENT, BY_SUM = "11", "12"
    MODES = [(BY_COEFFICIENT, _("by coefficient")), (BY_SUM, _("by sum"))]

    academic_year = models.OneToOneField(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    mode = models.CharField(_("calculation"), max_length=2, choices=MODES)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("way of calculation")
        verbose_name_plural = _("ways of calculation")
        ordering = ["-academic_year"]
        constraints = [models.CheckConstraint(condition=Q(mode__in=["11", "12"]), name="calculation_mode")]

    def __str__(self) -> str:
        return f"{self.academic_year} · {self.get_mode_display()}"


class StudentRowQuerySet(ScopedQuerySet):
    """Rows of a student with a ``faculty``: seen by that faculty and by the student."""

    def for_scope(self, scope):
        if scope.everything:
            return self
        seen = Q(faculty__in=scope.faculty_ids)
        if scope.person_id:
            seen |= Q(student__person=scope.person_id)
        return self.filter(seen)


PARTIES = [("11", _("two-sided")), ("12", _("three-sided"))]
TWO_SIDED, THREE_SIDED = "11", "12"


class Terms(models.Model):
    """On what terms a contract is made; the payer only where it has three sides."""

    contract_type = ClassifierField("h_contract_type", verbose_name=_("contract type"), default="11")
    sum_type = ClassifierField("h_contract_summa_type", verbose_name=_("kind of sum"), default="12")
    parties = models.CharField(_("parties"), max_length=2, choices=PARTIES, default=TWO_SIDED)
    months = models.PositiveSmallIntegerField(_("months of study paid for"), default=12)
    discount = models.DecimalField(_("discount, %"), max_digits=5, decimal_places=2, default=Decimal(0))
    graduating = models.BooleanField(_("graduating course"), default=False)
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


def terms_constraints(prefix: str) -> list[models.BaseConstraint]:
    """What the database demands of terms, in both tables that hold them."""
    return [
        models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name=f"{prefix}_months"),
        models.CheckConstraint(condition=Q(discount__gte=0, discount__lt=100), name=f"{prefix}_discount"),
        models.CheckConstraint(
            condition=Q(parties="11", payer_name="") | Q(parties="12") & ~Q(payer_name=""),
            name=f"{prefix}_payer",
        ),
        models.CheckConstraint(
            condition=Q(payer_tin="") | Q(payer_tin__regex=r"^(\d{9}|\d{14})$"), name=f"{prefix}_payer_tin"
        ),
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


class Contract(BaseModel, Terms):
    """A payment contract of one student for one academic year.

    Number, price and facts are frozen from the first moment (a trigger refuses
    changes); what happens later is a change of state: the PDF is issued, the
    parties sign, the contract is cancelled with a reason.
    """

    DRAFT, FORMED, SIGNED, CANCELLED = "draft", "formed", "signed", "cancelled"
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
    created_at = models.DateTimeField(_("formed at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("formed by"),
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
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

    objects = StudentRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["-academic_year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "academic_year"],
                condition=~Q(state="cancelled"),
                name="contract_once_a_year",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="contract_amount_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "formed", "signed", "cancelled"]), name="contract_state"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | Q(document__isnull=False),
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


# The rooms keep their models themselves; Django looks here.
from finance.debts import models as _debts  # noqa: E402, F401
from finance.ledger import models as _ledger  # noqa: E402, F401
from finance.online import models as _online  # noqa: E402, F401
from finance.payments import models as _payments  # noqa: E402, F401
