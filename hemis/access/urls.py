"""Addresses of access."""

from django.urls import path

from hemis.access import pages

urlpatterns = [
    path("switch/", pages.switch, name="access_switch"),
    path("activate/<str:token>/", pages.activate, name="activate"),
    path("who-may-do-what/", pages.who_may_do_what, name="who_may_do_what"),
]
