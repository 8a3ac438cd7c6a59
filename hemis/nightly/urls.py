"""Addresses of the night's work and of the backups."""

from django.urls import path

from hemis.nightly import pages

urlpatterns = [
    *pages.Nights.urls(),
    path("backups/", pages.list_backups, name="backups"),
    path("backups/make/", pages.make_backup, name="backup_make"),
    path("backups/rehearse/", pages.rehearse_backup, name="backup_rehearse"),
    path("backups/<str:stamp>/<str:name>/", pages.download_backup, name="backup_file"),
]
