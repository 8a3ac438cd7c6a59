"""Addresses of the ledger."""

from django.urls import path

from finance.ledger import pages

urlpatterns = [
    path("trial-balance/", pages.trial_balance, name="finance_trial_balance"),
    path("close-month/", pages.close_month, name="finance_close_month"),
    *pages.Journal.urls(),
    *pages.Accounts.urls(),
]
