"""Addresses of the interface's texts."""

from django.urls import path

from hemis.wording import pages

urlpatterns = [
    path("texts/import/", pages.import_texts, name="wording_import"),
    *pages.Texts.urls(),
]
