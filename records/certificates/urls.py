"""Addresses of transcripts and certificates."""

from django.urls import path

from records.certificates import pages

urlpatterns = [
    path("certificates/groups/", pages.for_groups, name="records_certificates_groups"),
    path("students/<int:pk>/certificate/", pages.issue, name="records_certificate_of"),
    path("certificates/<int:pk>/printed/", pages.printed, name="records_certificate_printed"),
    path("certificates/<int:pk>/hand-over/", pages.hand_over, name="records_certificate_hand_over"),
    path("my-certificates/", pages.mine, name="my_certificates"),
    *pages.Certificates.urls(),
]
