"""Addresses of balances brought forward."""

from django.urls import path

from finance.opening import pages

urlpatterns = [
    path("brought-forward/enter/", pages.bring_forward, name="finance_bring_forward"),
    path("brought-forward/import/", pages.import_balances, name="finance_brought_forward_import"),
    path("brought-forward/<int:pk>/reverse/", pages.reverse_balance, name="finance_balance_reverse"),
    *pages.BroughtForward.urls(),
]
