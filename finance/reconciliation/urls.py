"""Addresses of reconciliations."""

from django.urls import path

from finance.reconciliation import pages

urlpatterns = [path("reconciliation/", pages.reconciliation, name="finance_reconciliation")]
