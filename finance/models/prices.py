"""Prices, each from the date or the academic year from which it holds (order duty 7.1, clause B5).

All sums are soʻm. Nothing is overwritten when a new year begins (design law 7).
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from finance.models.base import POSITIVE, DatedQuerySet, days, money, same
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.legal import Confirmable
from structure.models import BankAccount, Unit
from students.models import AcademicYear, Programme


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


class BaseAmount(BaseModel):
    """The base amount of reckoning (bazaviy hisoblash miqdori), of which fees and fines are multiples."""

    amount = money(_("amount, soʻm"))
    valid_from = models.DateField(_("holds from"), unique=True)
    document = models.CharField(_("legal act"), max_length=1024)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("base amount of reckoning")
        verbose_name_plural = _("base amounts of reckoning")
        ordering = ["-valid_from"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="base_amount_positive")]

    def __str__(self) -> str:
        return f"{self.amount:,.0f}".replace(",", " ")


class RelearningPrice(BaseModel):
    """The price of one credit of a subject studied anew, where the university sets it (VMQ 824/2020, 41, 45).

    Before the first row the price follows from the contract of the year and its credits.
    """

    amount = money(_("price of a credit, soʻm"))
    valid_from = models.DateField(_("holds from"), unique=True)
    document = models.CharField(_("decision"), max_length=1024)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("price of relearning")
        verbose_name_plural = _("prices of relearning")
        ordering = ["-valid_from"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="relearning_price_positive")]

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


class CurrencyRate(BaseModel):
    """What a unit of a foreign currency costs in soʻm by the Central Bank, until the next rate."""

    CURRENCIES = [one for one in BankAccount.Currency.choices if one[0] != BankAccount.Currency.UZS]

    currency = models.PositiveSmallIntegerField(_("currency"), choices=CURRENCIES)
    rate = models.DecimalField(_("rate, soʻm"), max_digits=12, decimal_places=4, validators=[POSITIVE])
    valid_from = models.DateField(_("holds from"))
    source = models.CharField(_("source"), max_length=255, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("currency rate")
        verbose_name_plural = _("currency rates")
        ordering = ["-valid_from", "currency"]
        constraints = [
            models.CheckConstraint(condition=Q(rate__gt=0), name="currency_rate_positive"),
            models.CheckConstraint(condition=Q(currency__in=[840, 978, 643]), name="currency_rate_known"),
            models.UniqueConstraint(fields=["currency", "valid_from"], name="currency_rate_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_currency_display()} · {self.valid_from:%d.%m.%Y}"


class ForeignPrice(BaseModel):
    """The price of a programme for foreign citizens in a foreign currency; it goes before the one in soʻm."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="foreign_prices", verbose_name=_("programme")
    )
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    currency = models.PositiveSmallIntegerField(_("currency"), choices=CurrencyRate.CURRENCIES)
    amount = models.DecimalField(_("sum a year"), max_digits=12, decimal_places=2, validators=[POSITIVE])

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("price in foreign currency")
        verbose_name_plural = _("prices in foreign currency")
        ordering = ["-academic_year", "programme__speciality__code", "programme__education_form"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="foreign_price_positive"),
            models.CheckConstraint(condition=Q(currency__in=[840, 978, 643]), name="foreign_price_currency"),
            models.UniqueConstraint(fields=["programme", "academic_year"], name="foreign_price_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.academic_year}"


def _hashed(name: str) -> Func:
    """A text as a whole number."""
    return Func(F(name), Value(0), function="hashtextextended", output_field=models.BigIntegerField())


class Benefit(BaseModel):
    """A discount or benefit that the university or the law grants, with the days on which it holds."""

    name = models.CharField(_("name"), max_length=255)
    percent = models.DecimalField(_("discount, %"), max_digits=5, decimal_places=2, validators=[POSITIVE])
    valid_from = models.DateField(_("holds from"))
    valid_to = models.DateField(_("holds until"), null=True, blank=True)
    document = models.CharField(_("basis"), max_length=1024)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("discount or benefit")
        verbose_name_plural = _("discounts and benefits")
        ordering = ["name", "-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lt=100), name="benefit_percent"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="benefit_period"
            ),
            ExclusionConstraint(
                name="benefit_once_a_day",
                expressions=[
                    (same(_hashed("name")), RangeOperators.OVERLAPS),
                    (days(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This benefit holds on some of these days already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.percent:g} %)"


class InstalmentRule(BaseModel):
    """By which day which share of the year's sum is paid (regulation 2431, p. 22).

    Differentiated and foreign contracts follow a plan of their own where one is set, else the usual.
    """

    FIRST, OTHER = "first", "other"
    COURSES = [(FIRST, _("first course")), (OTHER, _("second course and up"))]
    USUAL, DIFFERENTIATED, FOREIGN = "usual", "differentiated", "foreign"
    PLANS = [
        (USUAL, _("usual")),
        (DIFFERENTIATED, _("differentiated contracts")),
        (FOREIGN, _("foreign citizens")),
    ]

    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    plan = models.CharField(_("plan"), max_length=16, choices=PLANS, default=USUAL)
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
        ordering = ["-academic_year", "plan", "course_kind", "share"]
        constraints = [
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=100), name="instalment_share"),
            models.CheckConstraint(
                condition=Q(course_kind__in=["first", "other"]), name="instalment_course_kind"
            ),
            models.CheckConstraint(
                condition=Q(plan__in=["usual", "differentiated", "foreign"]), name="instalment_plan"
            ),
            models.CheckConstraint(
                condition=Q(extended_to=None) | Q(extended_to__gt=models.F("due_date")),
                name="instalment_extension",
            ),
            models.UniqueConstraint(
                fields=["academic_year", "plan", "course_kind", "share"], name="instalment_share_once"
            ),
            models.UniqueConstraint(
                fields=["academic_year", "plan", "course_kind", "due_date"], name="instalment_date_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.academic_year} · {self.get_plan_display()}, {self.get_course_kind_display()} · {self.share:g} %"


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


class RefundRule(Confirmable, BaseModel):
    """What of a contract's sum is owed when study ends on a ground (regulation 2431, p. 27–29).

    The ground is that of an expulsion; an empty one is academic leave.
    """

    BY_MONTHS, BY_SEMESTER = "months", "semester"
    MODES = [
        (BY_MONTHS, _("months studied, the rest is given back")),
        (BY_SEMESTER, _("the current semester as a whole")),
    ]

    ground = ClassifierField("h_expel_reason", verbose_name=_("ground"), blank=True)
    mode = models.CharField(_("owed"), max_length=16, choices=MODES)
    valid_from = models.DateField(_("holds from"))
    source = models.CharField(_("legal source"), max_length=512)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of refund")
        verbose_name_plural = _("rules of refund")
        ordering = ["ground", "-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=["months", "semester"]), name="refund_mode"),
            models.CheckConstraint(condition=~Q(source=""), name="refund_has_source"),
            models.UniqueConstraint(fields=["ground", "valid_from"], name="refund_rule_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.ground_text} · {self.valid_from:%d.%m.%Y}"

    @property
    def ground_text(self) -> str:
        """The ground in words."""
        return self.get_ground_display() or str(_("academic leave"))
