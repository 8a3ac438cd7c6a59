"""Addresses of applications."""

from django.urls import path

from movement.applications import pages

urlpatterns = [
    path("applications/order/", pages.order, name="applications_order"),
    path("applications/paper/", pages.paper, name="application_paper"),
    path("applications/<int:pk>/take/", pages.take, name="application_take"),
    path("applications/<int:pk>/grant/", pages.grant, name="application_grant"),
    path("applications/<int:pk>/refuse/", pages.refuse, name="application_refuse"),
    path("application-documents/<int:pk>/", pages.document, name="application_document"),
    path("my-applications/", pages.my_applications, name="my_applications"),
    path("my-applications/new/<slug:kind>/", pages.new, name="application_new"),
    path("my-applications/<int:pk>/", pages.mine, name="my_application"),
    path("my-applications/<int:pk>/edit/", pages.edit, name="my_application_edit"),
    path("my-applications/<int:pk>/send/", pages.send, name="application_send"),
    path("my-applications/<int:pk>/withdraw/", pages.withdraw, name="application_withdraw"),
    path("my-applications/<int:pk>/delete-draft/", pages.delete, name="application_delete"),
    path(
        "my-applications/documents/<int:pk>/remove/",
        pages.remove_document,
        name="application_remove_document",
    ),
    *pages.Applications.urls(),
    *pages.ApplicationTerms.urls(),
    *pages.ApplicationWindows.urls(),
]
