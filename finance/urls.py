"""Addresses of prices and contracts."""

from django.urls import path

from finance import contract_pages, pages, uzasbo, without

urlpatterns = [
    path("base-coefficients/table/", pages.price_grid, name="finance_price_grid"),
    path("base-coefficients/copy/", pages.copy_year, name="finance_copy_year"),
    path("instalment-dates/law/", pages.law_dates, name="finance_law_dates"),
    path("form-contracts/", contract_pages.form_contracts, name="finance_form_contracts"),
    path("contracts/<int:pk>/sign/", contract_pages.sign, name="finance_contract_sign"),
    path("contracts/<int:pk>/cancel/", contract_pages.cancel, name="finance_contract_cancel"),
    path("students/<int:pk>/", without.contract_of, name="finance_contract_of"),
    path("my-contracts/", contract_pages.my_contracts, name="my_contracts"),
    *pages.MinimumWages.urls(),
    *pages.StipendAmounts.urls(),
    *pages.TypeCoefficients.urls(),
    *pages.BaseCoefficients.urls(),
    *pages.DifferentiatedCoefficients.urls(),
    *pages.InstalmentRules.urls(),
    *pages.CalculationSettings.urls(),
    *contract_pages.Contracts.urls(),
    *contract_pages.IndividualTerms.urls(),
    *without.WithoutContract.urls(),
    *uzasbo.UzasboNumbers.urls(),
]
