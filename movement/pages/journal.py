"""The journal of signed orders of a year, for the screen, for paper and as a workbook."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import export
from hemis.pages.columns import Column
from movement import queries
from movement.forms import JournalForm
from movement.models import Order
from structure.models import University

# The printed columns of the journal.
COLUMNS = (
    ("kind_text", gettext_lazy("Kind of order")),
    ("number", "№"),
    ("date", gettext_lazy("Date")),
    ("title", gettext_lazy("Title")),
    ("faculty", gettext_lazy("Faculty")),
    ("people", gettext_lazy("People")),
    ("signed_by", gettext_lazy("Signed by")),
    ("state", gettext_lazy("State")),
)


@page("order.view")
def journal(request: Request) -> HttpResponse:
    """The journal of a year on the screen, ready for the printer."""
    asked = _asked(request)
    choices = dict(asked["form"].fields["kind"].choices)
    context = asked | {
        "title": _("Journal of orders, %(year)d") % {"year": asked["year"]},
        "kind_title": choices[asked["kind"]] if asked["kind"] else "",
        "university": University.objects.values_list("name", flat=True).first(),
        "today": timezone.localdate(),
    }
    return render(request, "movement/journal.html", context)


@page("order.view")
def journal_sheet(request: Request) -> HttpResponse:
    """The same rows as an Excel workbook."""
    asked = _asked(request)
    columns = [Column(name, label).bind(Order) for name, label in COLUMNS]
    return export.attachment(f"journal-{asked['year']}", export.dataset(columns, asked["rows"]), "xlsx")


def _asked(request: Request) -> dict[str, Any]:
    """The form, the year and the signed orders of it that are in the scope."""
    form = JournalForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    year = given.get("year") or timezone.localdate().year
    rows = Order.objects.for_scope(request.access.scope("order.view"))
    kind = given.get("kind", "")
    return {"form": form, "year": year, "kind": kind, "rows": queries.journal(rows, year=year, kind=kind)}
