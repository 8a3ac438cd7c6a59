"""Addresses of orders."""

from django.urls import path

from movement import pages

urlpatterns = [
    path("orders/admission/", pages.admission, name="order_admission"),
    path("orders/journal/", pages.journal, name="order_journal"),
    path("orders/<int:pk>/add/", pages.add_people, name="order_add_people"),
    path("orders/<int:pk>/submit/", pages.submit, name="order_submit"),
    path("orders/<int:pk>/return/", pages.return_with_remarks, name="order_return"),
    path("orders/<int:pk>/sign/", pages.sign, name="order_sign"),
    path("orders/<int:pk>/execute/", pages.execute, name="order_execute"),
    path("orders/<int:pk>/cancel/", pages.cancel, name="order_cancel"),
    path("orders/<int:pk>/remove/", pages.remove_lines, name="order_remove_lines"),
    path("orders/<int:pk>/delete-draft/", pages.delete_draft, name="order_delete_draft"),
    path("my-orders/", pages.my_orders, name="my_orders"),
    path("my-orders/<int:pk>/extract/", pages.my_extract, name="my_extract"),
    *pages.Orders.urls(),
]
