"""Addresses of messages."""

from django.urls import path

from hemis.mailbox import pages

urlpatterns = [
    path("", pages.mailbox, name="mailbox"),
    path("write/", pages.write, name="mailbox_write"),
    path("people/", pages.people_options, name="mailbox_people"),
    path("options/<str:code>/", pages.options, name="mailbox_options"),
    path("<int:pk>/", pages.message, name="mailbox_message"),
    path("<int:pk>/write/", pages.edit, name="mailbox_edit"),
    path("<int:pk>/send/", pages.send, name="mailbox_send"),
    path("<int:pk>/move/", pages.move, name="mailbox_move"),
    path("<int:pk>/discard/", pages.discard, name="mailbox_discard"),
    path("<int:pk>/file/<int:file>/", pages.file, name="mailbox_file"),
    *pages.Broadcasts.urls(),
]
