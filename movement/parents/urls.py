"""Addresses of links for the parents; the public one is short, since people type it."""

from django.urls import path

from movement.parents import pages

urlpatterns = [
    path("o/<str:token>/", pages.parent_order, name="parent_order"),
    path("movement/parent-links/<int:pk>/revoke/", pages.revoke, name="parent_link_revoke"),
    path("movement/parent-links/<int:pk>/handed/", pages.handed, name="parent_link_handed"),
]
