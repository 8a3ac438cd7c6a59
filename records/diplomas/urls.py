"""Addresses of diplomas."""

from django.urls import path

from records.diplomas import pages, settings

urlpatterns = [
    path("diplomas/form/", pages.form, name="records_diplomas_form"),
    path("diplomas/print-sheets/", pages.print_sheets, name="records_diplomas_print_sheets"),
    path("diplomas/hand-over/", pages.hand_over, name="records_diplomas_hand_over"),
    path("students/<int:pk>/diploma/", pages.form_one, name="records_diploma_of"),
    path("diplomas/<int:pk>/refresh/", pages.refresh, name="records_diploma_refresh"),
    path("diplomas/<int:pk>/approve/", pages.approve, name="records_diploma_approve"),
    path("diplomas/<int:pk>/send-back/", pages.send_back, name="records_diploma_send_back"),
    path("diplomas/<int:pk>/cancel/", pages.cancel, name="records_diploma_cancel"),
    path("diplomas/<int:pk>/duplicate/", pages.duplicate, name="records_diploma_duplicate"),
    path("diplomas/<int:pk>/fee/", pages.pay_fee, name="records_diploma_pay_fee"),
    path("diplomas/<int:pk>/annul/", pages.annul, name="records_diploma_annul"),
    *(
        path(
            f"diplomas/<int:pk>/{view.__name__}-{part}/",
            view,
            {"part": part},
            name=f"records_{part}_{view.__name__}",
        )
        for part in ("diploma", "supplement")
        for view in (pages.draft, pages.paper)
    ),
    path("printers/<int:pk>/test/", settings.test_sheet, name="records_printer_test"),
    path("my-diploma/", pages.my_diplomas, name="my_diplomas"),
    *pages.Diplomas.urls(),
    *pages.Book.urls(),
    *settings.HonoursRules.urls(),
    *settings.PrintProfiles.urls(),
]
