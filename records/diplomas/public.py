"""The address of the public search of diplomas: short, since people type it."""

from django.urls import path

from records.diplomas import search

urlpatterns = [path("diploma/", search.search, name="diploma_search")]
