"""The journal of signed orders of a year, for the screen and for paper."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.guard import page
from hemis.base import Request
from movement import queries
from movement.forms import JournalForm
from movement.models import Order


@page("order.view")
def journal(request: Request) -> HttpResponse:
    """The journal of signed orders of a year, for the screen and for paper."""
    form = JournalForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    year = asked.get("year") or timezone.localdate().year
    rows = Order.objects.for_scope(request.access.scope("order.view"))
    context = {
        "title": _("Journal of orders, %(year)d") % {"year": year}, "form": form, "year": year,
        "rows": queries.journal(rows, year=year, kind=asked.get("kind", "")),
    }  # fmt: skip
    return render(request, "movement/journal.html", context)
