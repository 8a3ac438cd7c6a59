"""Addresses of payment systems."""

from django.urls import path

from finance.online import pages

urlpatterns = [
    path("payme/", pages.payme_api, name="finance_payme_api"),
    path("click/prepare/", pages.click_prepare, name="finance_click_prepare"),
    path("click/complete/", pages.click_complete, name="finance_click_complete"),
    *pages.PaymeTransactions.urls(),
    *pages.ClickTransactions.urls(),
]
