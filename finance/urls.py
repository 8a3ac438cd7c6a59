"""Addresses of prices and contracts; each room declares its own."""

from finance import uzasbo
from finance.contracts import urls as contracts
from finance.prices import urls as prices

urlpatterns = [*prices.urlpatterns, *contracts.urlpatterns, *uzasbo.UzasboNumbers.urls()]
