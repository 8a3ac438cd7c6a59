"""Addresses of stipends."""

from django.urls import path

from finance.prices.pages import to_upload
from finance.stipends import pages, payout_pages

urlpatterns = [
    path("form-stipends/", pages.form_lists, name="finance_form_stipends"),
    path("stipend-lists/<int:pk>/approve/", pages.approve, name="finance_stipends_approve"),
    path("stipend-lists/<int:pk>/recount/", pages.recount, name="finance_stipends_recount"),
    path("stipend-lists/<int:pk>/drop/", pages.drop, name="finance_stipends_drop"),
    path("stipend-lists/<int:pk>/bank/", pages.bank, name="finance_stipends_bank"),
    path("give-aid/", payout_pages.give_aid, name="finance_give_aid"),
    path("aids/<int:pk>/cancel/", payout_pages.cancel_aid, name="finance_aid_cancel"),
    path("pay-out/", payout_pages.pay_out, name="finance_pay_out"),
    path("payout-lines/<int:pk>/returned/", payout_pages.take_return, name="finance_payout_returned"),
    path("payouts/<int:pk>/bank/", payout_pages.payout_sheet, name="finance_payout_bank"),
    path("my-stipend/", pages.my_stipend, name="my_stipend"),
    to_upload("payout_accounts", "stipend.edit"),
    *pages.Appointments.urls(),
    *pages.StipendLists.urls(),
    *pages.PayoutAccounts.urls(),
    *payout_pages.AidFunds.urls(),
    *payout_pages.Aids.urls(),
    *payout_pages.Payouts.urls(),
]
