"""A panel of the home page: what happened last to the orders in scope."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.pages.home import Panel, register_panel
from movement.models import Order
from movement.queries import with_people

SHOWN = 5


def last_orders(access: Access) -> dict | None:
    """The orders formed last: one query."""
    rows = with_people(Order.objects.for_scope(access.scope("order.view")).select_related("faculty"))
    found = list(rows.order_by("-created_at", "-pk")[:SHOWN])
    return {"orders": found} if found else None


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
