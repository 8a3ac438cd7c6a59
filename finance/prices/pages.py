"""Registers of prices (duty 7.1)."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy

from finance.common import year_filter
from finance.models import (
    BaseAmount,
    BaseCoefficient,
    Benefit,
    CalculationSetting,
    ContractTypeCoefficient,
    CurrencyRate,
    DifferentiatedCoefficient,
    ForeignPrice,
    InstalmentRule,
    MinimumWage,
    RefundRule,
    RelearningPrice,
    StipendAmount,
    StipendCondition,
)
from finance.prices import forms
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register
from hemis.sheets.pages import way_to
from structure.models import Unit


def every_faculty(access):
    """Faculties to choose from; prices are the whole university's."""
    return Unit.objects.faculties()


def from_excel(name: str) -> MenuItem:
    """The button that leads to the upload of a table."""
    return MenuItem("finance", gettext_lazy("From Excel"), f"finance_{name}_import", "price.edit")


def to_upload(name: str, permission: str = "price.edit"):
    """The address behind that button, for whoever may change the table."""
    view = way_to(f"finance.{name}", permission=permission)
    return path(f"{name.replace('_', '-')}/import/", view, name=f"finance_{name}_import")


class MinimumWages(Register):
    app, name, title, title_one = (
        "finance",
        "minimum_wages",
        gettext_lazy("Minimum wage"),
        gettext_lazy("minimum wage"),
    )
    model, permission, menu = MinimumWage, "price", "finance"
    columns = [Column("amount", link=True, numeric=True), Column("valid_from"), Column("document")]
    search = ("document",)
    form = forms.MinimumWageForm
    header_actions = [from_excel("minimum_wages")]
    empty = gettext_lazy("Enter the minimum wage with the day from which it holds; older ones stay.")


class StipendAmounts(Register):
    app, name = "finance", "stipend_amounts"
    title, title_one = gettext_lazy("Stipend amounts"), gettext_lazy("stipend amount")
    model, permission, menu = StipendAmount, "price", "finance"
    columns = [
        Column("rate", link=True),
        Column("amount", numeric=True),
        Column("valid_from"),
        Column("document"),
    ]
    filters = [Filter("rate")]
    search = ("document",)
    form = forms.StipendAmountForm
    header_actions = [from_excel("stipend_amounts")]
    empty = gettext_lazy("Enter the monthly stipends with the day from which they hold.")


class TypeCoefficients(Register):
    app, name = "finance", "contract_types"
    title, title_one = gettext_lazy("Contract types"), gettext_lazy("contract type coefficient")
    model, permission, menu = ContractTypeCoefficient, "price", "finance"
    columns = [Column("contract_type", link=True), Column("coefficient", numeric=True), Column("valid_from")]
    filters = [Filter("contract_type")]
    form = forms.ContractTypeCoefficientForm
    header_actions = [from_excel("contract_types")]
    empty = gettext_lazy("Each contract type needs its coefficient.")


class BaseCoefficients(Register):
    app, name = "finance", "base_coefficients"
    title, title_one = gettext_lazy("Base coefficients"), gettext_lazy("base coefficient")
    model, permission, menu = BaseCoefficient, "price", "finance"
    columns = [
        Column("academic_year"),
        Column("programme__speciality", link=True, sort="programme__speciality__code"),
        Column("programme__education_form"),
        Column("student_type"),
        Column("coefficient", numeric=True),
        Column("amount", numeric=True),
        Column("foreign_amount", numeric=True),
        Column("programme__speciality__faculty", sort="programme__speciality__faculty__name", hidden=True),
    ]
    filters = [
        year_filter(),
        RelatedFilter(
            "faculty", every_faculty, lookup="programme__speciality__faculty", label=gettext_lazy("faculty")
        ),
        Filter("form", "programme__education_form"),
        Filter("student_type"),
    ]
    search = ("programme__speciality__code", "programme__speciality__name")
    select_related = ("programme__speciality__faculty", "academic_year")
    form = forms.BaseCoefficientForm
    header_actions = [
        MenuItem("finance", gettext_lazy("Fill in as a table"), "finance_price_grid", "price.edit"),
        MenuItem("finance", gettext_lazy("Copy from another year"), "finance_copy_year", "price.edit"),
        from_excel("base_coefficients"),
    ]
    empty = gettext_lazy("Fill in the table of programmes, or copy last year's.")


class DifferentiatedCoefficients(Register):
    app, name = "finance", "differentiated"
    title, title_one = gettext_lazy("Differentiated coefficients"), gettext_lazy("differentiated coefficient")
    model, permission, menu = DifferentiatedCoefficient, "price", "finance"
    columns = [
        Column("academic_year"),
        Column("contract_type", link=True),
        Column("faculty", sort="faculty__name"),
        Column("programme", sort="programme__speciality__code"),
        Column("coefficient", numeric=True),
    ]
    filters = [
        year_filter(),
        Filter("contract_type"),
    ]
    select_related = ("programme__speciality", "faculty", "academic_year")
    form = forms.DifferentiatedCoefficientForm
    header_actions = [from_excel("differentiated")]
    empty = gettext_lazy("Increased contracts (types 16 and 17) need a differentiated coefficient.")


class InstalmentRules(Register):
    app, name = "finance", "instalment_dates"
    title, title_one = gettext_lazy("Instalment dates"), gettext_lazy("instalment date")
    model, permission, menu = InstalmentRule, "price", "finance"
    columns = [
        Column("academic_year"),
        Column("plan"),
        Column("course_kind", link=True),
        Column("share", numeric=True),
        Column("due_date"),
        Column("extended_to"),
        Column("basis"),
    ]
    filters = [
        year_filter(),
        Filter("plan"),
        Filter("course_kind"),
    ]
    select_related = ("academic_year",)
    form = forms.InstalmentRuleForm
    header_actions = [
        MenuItem("finance", gettext_lazy("Dates of the law"), "finance_law_dates", "price.edit"),
        from_excel("instalment_dates"),
    ]
    empty = gettext_lazy(
        "Take the dates of the law with one button; extend them where the rector has decided so."
    )


class CalculationSettings(Register):
    app, name = "finance", "calculation"
    title, title_one = gettext_lazy("Way of calculation"), gettext_lazy("way of calculation")
    model, permission, menu = CalculationSetting, "price", "finance"
    columns = [Column("academic_year", link=True), Column("mode")]
    select_related = ("academic_year",)
    form = forms.CalculationSettingForm
    empty = gettext_lazy("Say whether contract sums are found by coefficient or by sum.")


class BaseAmounts(Register):
    app, name = "finance", "base_amounts"
    title, title_one = gettext_lazy("Base amounts of reckoning"), gettext_lazy("base amount of reckoning")
    model, permission, menu = BaseAmount, "price", "finance"
    columns = [Column("amount", link=True, numeric=True), Column("valid_from"), Column("document")]
    search = ("document",)
    form = forms.BaseAmountForm
    header_actions = [from_excel("base_amounts")]
    empty = gettext_lazy("Enter the base amount of reckoning with the day from which it holds.")


class RelearningPrices(Register):
    app, name = "finance", "relearning_prices"
    title, title_one = gettext_lazy("Prices of relearning"), gettext_lazy("price of relearning")
    model, permission, menu = RelearningPrice, "price", "finance"
    columns = [Column("amount", link=True, numeric=True), Column("valid_from"), Column("document")]
    search = ("document",)
    form = forms.RelearningPriceForm
    empty = gettext_lazy(
        "Without a price of its own a credit costs the base contract of the year divided by its credits."
    )


class CurrencyRates(Register):
    app, name = "finance", "currency_rates"
    title, title_one = gettext_lazy("Currency rates"), gettext_lazy("currency rate")
    model, permission, menu = CurrencyRate, "price", "finance"
    columns = [
        Column("currency", link=True),
        Column("rate", numeric=True),
        Column("valid_from"),
        Column("source"),
    ]
    filters = [Filter("currency"), RangeFilter("valid_from", "date")]
    form = forms.CurrencyRateForm
    header_actions = [from_excel("currency_rates")]
    empty = gettext_lazy("Enter the rates of the Central Bank; a rate holds until the next.")


class ForeignPrices(Register):
    app, name = "finance", "foreign_prices"
    title, title_one = gettext_lazy("Prices in foreign currency"), gettext_lazy("price in foreign currency")
    model, permission, menu = ForeignPrice, "price", "finance"
    columns = [
        Column("academic_year"),
        Column("programme__speciality", link=True, sort="programme__speciality__code"),
        Column("programme__education_form"),
        Column("currency"),
        Column("amount", numeric=True),
    ]
    filters = [
        year_filter(),
        Filter("currency"),
        Filter("form", "programme__education_form"),
    ]
    search = ("programme__speciality__code", "programme__speciality__name")
    select_related = ("programme__speciality", "academic_year")
    form = forms.ForeignPriceForm
    header_actions = [from_excel("foreign_prices")]
    empty = gettext_lazy("Contracts of foreign citizens (type 19) take their price from here.")


class Benefits(Register):
    app, name = "finance", "benefits"
    title, title_one = gettext_lazy("Discounts and benefits"), gettext_lazy("discount or benefit")
    model, permission, menu = Benefit, "price", "finance"
    columns = [
        Column("name", link=True),
        Column("percent", numeric=True),
        Column("valid_from"),
        Column("valid_to"),
        Column("document"),
    ]
    filters = [RangeFilter("valid_from", "date")]
    search = ("name", "document")
    form = forms.BenefitForm
    header_actions = [from_excel("benefits")]
    empty = gettext_lazy("Enter what the university grants; individual terms then name it.")


class RefundRules(Register):
    app, name = "finance", "refund_rules"
    title, title_one = gettext_lazy("Rules of refund"), gettext_lazy("rule of refund")
    model, permission, menu = RefundRule, "price", "finance"
    columns = [
        Column("ground", value=lambda row: row.ground_text, link=True),
        Column("mode"),
        Column("valid_from"),
        Column("source"),
        Column("is_confirmed"),
    ]
    filters = [Filter("mode")]
    search = ("source",)
    form = forms.RefundRuleForm
    empty = gettext_lazy("What of a contract is owed when study ends, ground by ground.")


class StipendConditions(Register):
    app, name = "finance", "stipend_conditions"
    title, title_one = gettext_lazy("Conditions of stipends"), gettext_lazy("condition of stipends")
    model, permission, menu = StipendCondition, "price", "finance"
    columns = [
        Column("threes", link=True, numeric=True),
        Column("valid_from"),
        Column("source"),
        Column("is_confirmed"),
    ]
    form = forms.StipendConditionForm
    empty = gettext_lazy("From which share of marks “3” on there is no stipend.")
