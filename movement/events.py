"""What happens when an order has gone on: other rooms of the house listen, inside the same transaction."""

from __future__ import annotations

from collections.abc import Callable

from movement.models import Order

Listener = Callable[[Order], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> Listener:
    """Call ``listener`` with every order that has just changed its state."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell(order: Order) -> None:
    """The order has just got its present state; called by every verb of ``movement.actions``."""
    for listener in _listeners:
        listener(order)
