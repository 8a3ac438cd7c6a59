"""Addresses of scientific activity."""

from django.urls import path

from research.pages import works

urlpatterns = [
    *works.Scientific.urls(),
    *works.Methodical.urls(),
    *works.Properties.urls(),
    *works.Authors.urls(),
    path("works/<int:pk>/", works.open_work, name="research_work"),
    path("works/<int:pk>/submit/", works.submit, name="research_submit"),
    path("works/<int:pk>/approve/", works.approve, name="research_approve"),
    path("works/<int:pk>/return/", works.send_back, name="research_return"),
    path("colleagues/", works.colleagues, name="research_colleagues"),
]
