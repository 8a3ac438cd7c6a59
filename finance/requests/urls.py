"""Addresses of requests for contracts and of the student's own contracts."""

from django.urls import path

from finance.requests import pages

urlpatterns = [
    path("my-contracts/", pages.my_contracts, name="my_contracts"),
    path("my-contracts/ask/", pages.ask, name="my_contract_request"),
    path("my-contracts/ask/<int:pk>/withdraw/", pages.withdraw, name="my_contract_request_withdraw"),
    path("contract-requests/<int:pk>/accept/", pages.accept, name="finance_request_accept"),
    path("contract-requests/<int:pk>/refuse/", pages.refuse, name="finance_request_refuse"),
    *pages.ContractRequests.urls(),
]
