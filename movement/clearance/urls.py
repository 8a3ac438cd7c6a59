"""Addresses of clearance sheets."""

from django.urls import path

from movement.clearance import pages

urlpatterns = [
    path("clearance/open/", pages.open_sheets, name="clearance_open"),
    path("clearance/<int:pk>/cancel/", pages.cancel, name="clearance_cancel"),
    path("clearance/<int:pk>/paper/", pages.paper, name="clearance_paper"),
    path("clearance-answers/<int:pk>/answer/", pages.give_answer, name="clearance_answer"),
    path("my-clearance/", pages.my_clearance, name="my_clearance"),
    path("my-clearance/<int:pk>/paper/", pages.my_paper, name="my_clearance_paper"),
    *pages.ClearanceSheets.urls(),
    *pages.ClearanceAnswers.urls(),
    *pages.ClearanceStations.urls(),
]
