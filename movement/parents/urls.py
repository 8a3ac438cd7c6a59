"""Addresses of the parents' contact; the public one is short, since people type it."""

from django.urls import path

from movement.parents import pages

urlpatterns = [
    path("o/<str:token>/", pages.parent_order, name="parent_order"),
    path("movement/my-parents/", pages.my_parents, name="my_parents"),
    path("movement/my-parents/<int:pk>/end/", pages.end_own, name="my_parent_end"),
    path("movement/students/<int:pk>/parents/add/", pages.add, name="parent_add"),
    path("movement/parents/<int:pk>/end/", pages.end, name="parent_end"),
    path("movement/parent-links/<int:pk>/revoke/", pages.revoke, name="parent_link_revoke"),
    path("movement/parent-links/<int:pk>/handed/", pages.handed, name="parent_link_handed"),
]
