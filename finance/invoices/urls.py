"""Addresses of invoices."""

from django.urls import path

from finance.invoices import pages

urlpatterns = [
    path("contracts/<int:pk>/invoice/", pages.issue_invoice, name="finance_invoice_issue"),
    path("invoices/<int:pk>/annul/", pages.annul, name="finance_invoice_annul"),
    *pages.Invoices.urls(),
]
