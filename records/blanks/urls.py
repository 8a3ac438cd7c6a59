"""Addresses of blanks."""

from django.urls import path

from records.blanks import pages

urlpatterns = [
    path("blanks/receive/", pages.receive, name="records_blank_receive"),
    path("blanks/act/", pages.draw_up, name="records_blank_act"),
    path("blanks/balance/", pages.balance, name="records_blank_balance"),
    path("blank-acts/<int:pk>/paper/", pages.act_paper, name="records_blank_act_paper"),
    *pages.Blanks.urls(),
    *pages.BlankActs.urls(),
]
