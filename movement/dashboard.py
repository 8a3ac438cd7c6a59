"""A panel of the home page: what happened last to the orders in scope."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.pages.home import Panel, register_panel
from movement.applications.models import Application
from movement.clearance.models import ClearanceSheet
from movement.clearance.queries import with_totals
from movement.models import Order, OrderLine
from movement.queries import with_people

SHOWN = 5
OWN_SHOWN = 3


def last_orders(access: Access) -> dict | None:
    """The orders formed last: one query."""
    rows = with_people(Order.objects.for_scope(access.scope("order.view")).select_related("faculty"))
    found = list(rows.order_by("-created_at", "-pk")[:SHOWN])
    return {"orders": found} if found else None


def own_way(access: Access) -> dict | None:
    """What goes on with the student: the last orders, open applications, the clearance sheet. Three queries."""
    person = access.scope("own.order").person_id
    if person is None:
        return None
    lines = OrderLine.objects.filter(student__person=person, order__state__in=[*Order.DONE, Order.CANCELLED])
    asked = Application.objects.filter(student__person=person, state__in=Application.OPEN)
    sheets = ClearanceSheet.objects.filter(student__person=person)
    sheet = with_totals(sheets.filter(state__in=[ClearanceSheet.OPEN, ClearanceSheet.COMPLETE])).first()
    found = {
        "lines": list(lines.select_related("order").order_by("-order__date", "-pk")[:OWN_SHOWN]),
        "applications": list(asked.order_by("-created_at")[:OWN_SHOWN]),
        "sheet": sheet,
    }
    return found if found["lines"] or found["applications"] or sheet else None


register_panel(
    Panel(
        "own_way", gettext_lazy("Orders and applications"), "own.order", "movement/_own_panel.html", own_way,
        lambda: reverse("my_orders"),
    )
)  # fmt: skip
register_panel(
    Panel(
        "orders",
        gettext_lazy("Last orders"),
        "order.view",
        "movement/_panel.html",
        last_orders,
        lambda: reverse("movement_orders_list"),
    )
)
