"""Addresses of objections."""

from django.urls import path

from movement.objections import pages

urlpatterns = [
    path("objections/<int:pk>/decide/", pages.decide, name="objection_decide"),
    path("applications/<int:pk>/objection/", pages.paper, name="objection_paper"),
    path("my-applications/<int:pk>/objection/", pages.new, name="objection_new"),
    path("my-objections/<int:pk>/withdraw/", pages.withdraw, name="objection_withdraw"),
    *pages.Objections.urls(),
    *pages.ObjectionTerms.urls(),
]
