"""Addresses of money; each room declares its own."""

from django.urls import path

from finance import uzasbo
from finance.contracts import urls as contracts
from finance.debts import urls as debts
from finance.invoices import urls as invoices
from finance.ledger import urls as ledger
from finance.online import urls as online
from finance.opening import urls as opening
from finance.payments import urls as payments
from finance.prices import urls as prices
from finance.reconciliation import urls as reconciliation
from finance.requests import urls as requests
from finance.stipends import urls as stipends

urlpatterns = [
    *prices.urlpatterns,
    *contracts.urlpatterns,
    *invoices.urlpatterns,
    *requests.urlpatterns,
    *stipends.urlpatterns,
    *payments.urlpatterns,
    *debts.urlpatterns,
    *opening.urlpatterns,
    *reconciliation.urlpatterns,
    *ledger.urlpatterns,
    *online.urlpatterns,
    path("uzasbo/import/", uzasbo.import_numbers, name="finance_uzasbo_import"),
    *uzasbo.UzasboNumbers.urls(),
]
