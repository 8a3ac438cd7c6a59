"""Addresses of documents and of their public verification."""

from django.urls import path

from hemis.documents import pages

urlpatterns = [
    path("v/", pages.verify_form, name="verify_form"),
    path("v/<str:token>/", pages.verify, name="verify"),
    path("documents/<int:pk>/pdf/", pages.pdf, name="document_pdf"),
    path("documents/<int:pk>/revoke/", pages.revoke, name="document_revoke"),
    path("documents/<int:pk>/again/", pages.issue_again, name="document_again"),
    *pages.Documents.urls(),
]
