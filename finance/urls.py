"""Addresses of prices, contracts and stipends; each room declares its own."""

from finance import uzasbo
from finance.contracts import urls as contracts
from finance.prices import urls as prices
from finance.stipends import urls as stipends

urlpatterns = [
    *prices.urlpatterns,
    *contracts.urlpatterns,
    *stipends.urlpatterns,
    *uzasbo.UzasboNumbers.urls(),
]
