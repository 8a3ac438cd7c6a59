"""Addresses of debts."""

from django.urls import path

from finance.debts import pages

urlpatterns = [
    path("debts/by/", pages.debts_by, name="finance_debts_by"),
    path("debts/of/<int:pk>/", pages.debt_of, name="finance_debt_of"),
    path("my-payments/", pages.my_payments, name="my_payments"),
    *pages.Debts.urls(),
]
