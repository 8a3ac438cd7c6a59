"""What diplomas are made by: the dated rules of honours, the printers of blanks (duties 2.7, 1.3)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter
from hemis.pages.register import Register
from records.diplomas import documents, forms
from records.models import HonoursRule, PrintProfile


class HonoursRules(Register):
    app, name = "records", "honours_rules"
    title, title_one = gettext_lazy("Rules of honours"), gettext_lazy("rule of honours")
    model, permission, menu, menu_place = HonoursRule, "honours_rule", "record", 90
    columns = [
        Column("valid_from", link=True),
        Column("is_on"),
        Column("fives_percent", numeric=True),
        Column("lowest_mark", numeric=True),
        Column("attestation_mark", numeric=True),
        Column("retakes_exclude"),
        Column("basis"),
        Column("is_confirmed"),
    ]
    form = forms.HonoursRuleForm


class PrintProfiles(Register):
    app, name = "records", "printers"
    title, title_one = gettext_lazy("Printers of blanks"), gettext_lazy("printer of blanks")
    model, permission, menu, menu_place = PrintProfile, "printer", "record", 91
    columns = [
        Column("name", link=True),
        Column("kind"),
        Column("right", numeric=True),
        Column("down", numeric=True),
        Column("is_active"),
    ]
    filters = [Filter("kind"), BooleanFilter("is_active")]
    search = ("name",)
    form = forms.PrintProfileForm
    detail_template = "records/printer.html"
    empty = gettext_lazy("Name the printers that print blanks; a test sheet tells how far each is off.")


@page("printer.view")
def test_sheet(request: Request, pk: int) -> HttpResponse:
    """The test sheet of a printer."""
    profile = get_in_scope(PrintProfile, request, "printer.view", pk=pk)
    answer = HttpResponse(documents.test_sheet(profile), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="test-{pk}.pdf"'
    return answer
