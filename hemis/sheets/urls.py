"""Addresses of sheets."""

from django.urls import path

from hemis.sheets import pages

urlpatterns = [
    path("imports/<int:pk>/", pages.preview, name="sheet_import"),
    path("imports/<int:pk>/confirm/", pages.confirm, name="sheet_confirm"),
    path("imports/<int:pk>/faulty/", pages.faulty, name="sheet_faulty"),
    path("<str:code>/", pages.upload, name="sheet_upload"),
    path("<str:code>/template/", pages.template, name="sheet_template"),
]
