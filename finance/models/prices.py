"""Prices, each from the date or the academic year from which it holds (order duty 7.1, clause B5).

All sums are soʻm. Nothing is overwritten when a new year begins (design law 7).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finance.models.base import POSITIVE, DatedQuerySet, money
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from structure.models import Unit
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
