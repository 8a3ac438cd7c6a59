"""Addresses of access."""

from django.urls import path

from hemis.access import pages

urlpatterns = [
    path("me/", pages.my_account, name="my_account"),
    path("sign-out-everywhere/", pages.sign_out_everywhere, name="sign_out_everywhere"),
    path("switch/", pages.switch, name="access_switch"),
    path("activate/<str:token>/", pages.activate, name="activate"),
    path("who-may-do-what/", pages.who_may_do_what, name="who_may_do_what"),
]
