"""Addresses of notices."""

from django.urls import path

from hemis.notices import pages

urlpatterns = [
    path("", pages.my_notices, name="my_notices"),
    path("bell/", pages.bell, name="notice_bell"),
    path("read-all/", pages.read_all, name="notices_read_all"),
    path("<int:pk>/open/", pages.open_notice, name="notice_open"),
]
