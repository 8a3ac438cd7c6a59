"""Addresses of prices."""

from django.urls import path

from finance.prices import grid, pages

IMPORTED = (
    "minimum_wages", "base_amounts", "stipend_amounts", "contract_types", "base_coefficients", "differentiated",
    "foreign_prices", "currency_rates", "benefits", "instalment_dates",
)  # fmt: skip

urlpatterns = [
    path("base-coefficients/table/", grid.price_grid, name="finance_price_grid"),
    path("base-coefficients/copy/", grid.copy_year, name="finance_copy_year"),
    path("instalment-dates/law/", grid.law_dates, name="finance_law_dates"),
    *[pages.to_upload(name) for name in IMPORTED],
    *pages.MinimumWages.urls(),
    *pages.BaseAmounts.urls(),
    *pages.StipendAmounts.urls(),
    *pages.StipendConditions.urls(),
    *pages.TypeCoefficients.urls(),
    *pages.BaseCoefficients.urls(),
    *pages.DifferentiatedCoefficients.urls(),
    *pages.ForeignPrices.urls(),
    *pages.RelearningPrices.urls(),
    *pages.CurrencyRates.urls(),
    *pages.Benefits.urls(),
    *pages.InstalmentRules.urls(),
    *pages.RefundRules.urls(),
    *pages.CalculationSettings.urls(),
]
