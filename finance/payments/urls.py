"""Addresses of payments."""

from django.urls import path

from finance.payments import pages

urlpatterns = [
    path("payments/enter/", pages.enter_payment, name="finance_payment_enter"),
    path("contracts/<int:pk>/refund/", pages.refund, name="finance_refund"),
    path("payments/<int:pk>/reverse/", pages.reverse_payment, name="finance_payment_reverse"),
    path("payments/<int:pk>/receipt/", pages.payment_receipt, name="finance_payment_receipt"),
    path("my-payments/<int:pk>/receipt/", pages.my_receipt, name="my_receipt"),
    path("receipts/<int:pk>/", pages.receipt, name="finance_receipt"),
    path("receipts/<int:pk>/put-aside/", pages.put_aside, name="finance_put_aside"),
    path("put-aside/<int:pk>/bring-back/", pages.bring_back, name="finance_bring_back"),
    path("match-again/", pages.match_again, name="finance_match_again"),
    path("import-statement/", pages.import_statement, name="finance_import"),
    *pages.Payments.urls(),
    *pages.Statements.urls(),
    *pages.Queue.urls(),
]
