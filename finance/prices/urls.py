"""Addresses of prices."""

from django.urls import path

from finance.prices import pages

urlpatterns = [
    path("base-coefficients/table/", pages.price_grid, name="finance_price_grid"),
    path("base-coefficients/copy/", pages.copy_year, name="finance_copy_year"),
    path("instalment-dates/law/", pages.law_dates, name="finance_law_dates"),
    *pages.MinimumWages.urls(),
    *pages.StipendAmounts.urls(),
    *pages.TypeCoefficients.urls(),
    *pages.BaseCoefficients.urls(),
    *pages.DifferentiatedCoefficients.urls(),
    *pages.InstalmentRules.urls(),
    *pages.CalculationSettings.urls(),
]
