"""Addresses of the night's work."""

from hemis.nightly.pages import Nights

urlpatterns = [*Nights.urls()]
