"""Addresses of contracts and their changes."""

from django.urls import path

from finance.contracts import change_pages, forming, pages, payer_pages, without

urlpatterns = [
    path("form-contracts/", forming.form_contracts, name="finance_form_contracts"),
    path("renew-contracts/", forming.renew_contracts, name="finance_renew_contracts"),
    path("contracts/<int:pk>/sign/", pages.sign, name="finance_contract_sign"),
    path("contracts/<int:pk>/cancel/", pages.cancel, name="finance_contract_cancel"),
    path("contracts/<int:pk>/scan/", pages.add_scan, name="finance_contract_scan"),
    path("contract-changes/<int:pk>/form/", change_pages.form_change, name="finance_change_form"),
    path("contract-changes/<int:pk>/recount/", change_pages.recount, name="finance_change_recount"),
    path("contract-changes/<int:pk>/sign/", change_pages.sign, name="finance_change_sign"),
    path("contract-changes/<int:pk>/cancel/", change_pages.cancel, name="finance_change_cancel"),
    path("contracts/<int:pk>/payer/", payer_pages.replace_payer, name="finance_payer_replace"),
    path("payer-changes/<int:pk>/sign/", payer_pages.sign, name="finance_payer_sign"),
    path("payer-changes/<int:pk>/cancel/", payer_pages.cancel, name="finance_payer_cancel"),
    path("students/<int:pk>/", without.contract_of, name="finance_contract_of"),
    *pages.Contracts.urls(),
    *pages.IndividualTerms.urls(),
    *change_pages.ContractChanges.urls(),
    *payer_pages.PayerChanges.urls(),
    *without.WithoutContract.urls(),
]
