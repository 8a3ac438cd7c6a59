"""Addresses of applications."""

from django.urls import path

from movement.applications import cabinet, pages

urlpatterns = [
    path("applications/order/", pages.order, name="applications_order"),
    path("applications/paper/", pages.paper, name="application_paper"),
    path("applications/<int:pk>/take/", pages.take, name="application_take"),
    path("applications/<int:pk>/grant/", pages.grant, name="application_grant"),
    path("applications/<int:pk>/refuse/", pages.refuse, name="application_refuse"),
    path("application-documents/<int:pk>/", pages.document, name="application_document"),
    path("my-applications/", cabinet.my_applications, name="my_applications"),
    path("my-applications/new/<slug:kind>/", cabinet.new, name="application_new"),
    path("my-applications/<int:pk>/", cabinet.mine, name="my_application"),
    path("my-applications/<int:pk>/edit/", cabinet.edit, name="my_application_edit"),
    path("my-applications/<int:pk>/send/", cabinet.send, name="application_send"),
    path("my-applications/<int:pk>/withdraw/", cabinet.withdraw, name="application_withdraw"),
    path("my-applications/<int:pk>/delete-draft/", cabinet.delete, name="application_delete"),
    path(
        "my-applications/documents/<int:pk>/remove/",
        cabinet.remove_document,
        name="application_remove_document",
    ),
    *pages.Applications.urls(),
    *pages.ApplicationTerms.urls(),
    *pages.ApplicationWindows.urls(),
]
