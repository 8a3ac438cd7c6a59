"""A panel of the home page: what is charged, due, paid and overdue this academic year."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from finance.common import current_year
from finance.debts import queries, rules
from hemis.access.scope import Access
from hemis.pages.home import Panel, register_panel


def collected(access: Access) -> dict | None:
    """Sums of the scope's contracts of the year on this day: two queries."""
    year = current_year()
    if year is None:
        return None
    rows = queries.cut("faculty", scope=access.scope("debt.view"), day=timezone.localdate(), year=year)
    if not rows:
        return None
    return {
        "standing": sum((one.standing for one in rows), rules.Standing()),
        "late": sum((one.overdue for one in rows), rules.ZERO),
        "debtors": sum(one.debtors for one in rows),
        "year": f"{year}/{year + 1}",
    }


register_panel(
    Panel(
        "debts",
        gettext_lazy("Payments and debts"),
        "debt.view",
        "finance/_debts_panel.html",
        collected,
        lambda: reverse("finance_debts_by"),
    )
)
