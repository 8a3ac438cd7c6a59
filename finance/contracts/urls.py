"""Addresses of contracts."""

from django.urls import path

from finance.contracts import pages, without

urlpatterns = [
    path("form-contracts/", pages.form_contracts, name="finance_form_contracts"),
    path("contracts/<int:pk>/sign/", pages.sign, name="finance_contract_sign"),
    path("contracts/<int:pk>/cancel/", pages.cancel, name="finance_contract_cancel"),
    path("students/<int:pk>/", without.contract_of, name="finance_contract_of"),
    path("my-contracts/", pages.my_contracts, name="my_contracts"),
    *pages.Contracts.urls(),
    *pages.IndividualTerms.urls(),
    *without.WithoutContract.urls(),
]
