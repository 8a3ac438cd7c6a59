"""What somebody typed into a button's form of the order page stays when the order refuses it."""

from __future__ import annotations

from types import SimpleNamespace

from hemis.base import Request
from movement.models import Order

KEY = "order_typed"


def keep(request: Request, pk: int) -> None:
    """Remember it until the page is shown again."""
    said = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    request.session[KEY] = {"order": pk, "said": said}


def of(request: Request, order: Order) -> SimpleNamespace:
    """What was typed into the page of this order: ``text`` by field, ``lines`` that were ticked. Once."""
    found = getattr(request, "_order_typed", None)
    if found is None:
        kept = request.session.get(KEY)
        if kept:
            del request.session[KEY]
        said = kept["said"] if kept and kept["order"] == order.pk else {}
        found = SimpleNamespace(
            text={name: values[-1] for name, values in said.items() if values},
            lines={int(one) for name in ("line", "aside") for one in said.get(name, []) if one.isdigit()},
        )
        request._order_typed = found  # type: ignore[attr-defined]
    return found
