"""The address of the help."""

from django.urls import path

from hemis.help import pages

urlpatterns = [path("", pages.help_page, name="help")]
