"""Addresses of orders."""

from django.urls import path

from movement.builder.pages import builder
from movement.pages import Orders, admission, journal, own, papers, settings, verbs, wizard

urlpatterns = [
    path("groups/distribute/", builder, name="students_builder"),
    path("orders/new/", wizard.new_order, name="order_new"),
    path("orders/new/arrival/", wizard.arrival, name="order_arrival"),
    path("orders/new/<slug:slug>/", wizard.people, name="order_people"),
    path("orders/new/<slug:slug>/answers/", wizard.answers, name="order_answers"),
    path("orders/admission/", admission.admission, name="order_admission"),
    path("orders/journal/", journal.journal, name="order_journal"),
    path("orders/journal.xlsx", journal.journal_sheet, name="order_journal_sheet"),
    path("orders/usual-steps/", settings.usual_steps, name="order_usual_steps"),
    path("orders/<int:pk>/add/", admission.add_people, name="order_add_people"),
    path("orders/<int:pk>/preview.pdf", papers.preview, name="order_preview"),
    path("orders/<int:pk>/add-listed/", wizard.add_listed, name="order_add_listed"),
    path("orders/<int:pk>/submit/", verbs.submit, name="order_submit"),
    path("orders/<int:pk>/agree/", verbs.agree, name="order_agree"),
    path("orders/<int:pk>/return/", verbs.return_with_remarks, name="order_return"),
    path("orders/<int:pk>/sign/", verbs.sign, name="order_sign"),
    path("orders/<int:pk>/execute/", verbs.execute, name="order_execute"),
    path("orders/<int:pk>/close/", verbs.close, name="order_close"),
    path("orders/<int:pk>/cancel/", verbs.cancel, name="order_cancel"),
    path("orders/<int:pk>/remove/", verbs.remove_lines, name="order_remove_lines"),
    path("orders/<int:pk>/excuse/", verbs.excuse, name="order_excuse"),
    path("orders/<int:pk>/figure/", verbs.figure, name="order_figure"),
    path("orders/<int:pk>/take-in/", verbs.take_in, name="order_take_in"),
    path("orders/<int:pk>/aside.xlsx", papers.aside_sheet, name="order_aside_sheet"),
    path("orders/<int:pk>/files/add/", papers.add_file, name="order_add_file"),
    path("orders/<int:pk>/files/<int:file>/", papers.read_file, name="order_file"),
    path("orders/<int:pk>/files/<int:file>/remove/", papers.remove_file, name="order_remove_file"),
    path("orders/<int:pk>/delete-draft/", verbs.delete_draft, name="order_delete_draft"),
    path("my-orders/", own.my_orders, name="my_orders"),
    path("my-orders/<int:pk>/extract/", own.my_extract, name="my_extract"),
    *Orders.urls(),
    *settings.MovementRules.urls(),
    *settings.AgreementSteps.urls(),
]
