"""Addresses of stipends."""

from django.urls import path

from finance.prices.pages import to_upload
from finance.stipends import pages

urlpatterns = [
    path("form-stipends/", pages.form_lists, name="finance_form_stipends"),
    path("stipend-lists/<int:pk>/approve/", pages.approve, name="finance_stipends_approve"),
    path("stipend-lists/<int:pk>/recount/", pages.recount, name="finance_stipends_recount"),
    path("stipend-lists/<int:pk>/drop/", pages.drop, name="finance_stipends_drop"),
    path("stipend-lists/<int:pk>/bank/", pages.bank, name="finance_stipends_bank"),
    path("my-stipend/", pages.my_stipend, name="my_stipend"),
    to_upload("payout_accounts", "stipend.edit"),
    *pages.Appointments.urls(),
    *pages.StipendLists.urls(),
    *pages.PayoutAccounts.urls(),
]
