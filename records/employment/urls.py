"""Addresses of employment."""

from django.urls import path

from records.employment import pages

urlpatterns = [
    path("employment/", pages.monitoring, name="records_employment_monitoring"),
    path("surveys/<int:pk>/revoke/", pages.revoke, name="records_survey_revoke"),
    *pages.Graduates.urls(),
    *pages.Employments.urls(),
]
