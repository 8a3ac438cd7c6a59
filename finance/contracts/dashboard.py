"""A panel of the home page: the contracts of the current academic year, by state."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from finance.common import current_year
from finance.models import Contract
from hemis.access.scope import Access
from hemis.pages.home import Panel, register_panel


def contracts(access: Access) -> dict | None:
    """Number and sum of the scope's contracts of the year in each state: two queries."""
    year = current_year()
    if year is None:
        return None
    counted = {
        state: (count, total)
        for state, count, total in Contract.objects.for_scope(access.scope("contract.view"))
        .filter(academic_year=year)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"), total=Sum("amount"))
    }
    address = reverse("finance_contracts_list")
    rows = [
        {
            "title": title,
            "count": counted.get(state, (0, Decimal(0)))[0],
            "total": counted.get(state, (0, Decimal(0)))[1],
            "url": f"{address}?year={year}&state={state}",
        }
        for state, title in Contract._meta.get_field("state").flatchoices
    ]
    return {"rows": rows, "year": gettext("Academic year %(year)s") % {"year": f"{year}/{year + 1}"}}


register_panel(
    Panel(
        "contracts",
        gettext_lazy("Payment contracts"),
        "contract.view",
        "finance/_panel.html",
        contracts,
        lambda: reverse("finance_contracts_list"),
    )
)
