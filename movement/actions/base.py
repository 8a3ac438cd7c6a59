"""What all verbs on orders share."""

from __future__ import annotations

from django.utils.translation import gettext as _

from hemis.access.scope import Access
from movement import queries, rules
from movement.kinds import extra_checks, has_extra_checks
from movement.models import Order, OrderLine


class OrderError(Exception):
    """Why the verb cannot be done now, in words for the user."""


def locked(order: Order, *, access: Access, permission: str, states: tuple[str, ...]) -> Order:
    """The order, locked, in scope and in one of the states that the verb needs."""
    access.require(permission)
    rows = Order.objects.for_scope(access.scope(permission)).select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=order.pk).first()
    if found is None:
        raise OrderError(_("The order is not in your scope."))
    if found.state not in states:
        raise OrderError(_("The order is %(state)s by now.") % {"state": found.get_state_display()})
    return found


def failing(found: dict[int, list[rules.Check]]) -> dict[int, list[rules.Check]]:
    """Of checks by line those that stand in the way."""
    return {
        pk: bad
        for pk, checks in found.items()
        if (bad := [one for one in checks if one.blocking and not one.ok])
    }


def failures(order: Order, lines: list[OrderLine] | None = None) -> dict[int, list[rules.Check]]:
    """Checks that stand in the way, by line: those that fail without a written reason.

    Whoever has read the lines of the order gives them.
    """
    if order.cancels_id:
        return {}
    return failing(queries.checks_of(order, list(queries.lines_of(order)) if lines is None else lines))


def refuse_failures(order: Order, lines: list[OrderLine] | None = None) -> None:
    """Raises OrderError when a check stands in the way."""
    _refuse(order, failures(order, lines))


def refuse_extra_failures(order: Order) -> None:
    """The same for what other packages ask alone: the list itself is as it was signed."""
    if order.cancels_id or not has_extra_checks(order):
        return
    found = extra_checks(order, list(queries.lines_of(order)))
    _refuse(order, failing(queries.with_excuses(order, found)))


def _refuse(order: Order, bad: dict[int, list[rules.Check]]) -> None:
    if not bad:
        return
    line = queries.lines_of(order).get(pk=next(iter(bad)))
    raise OrderError(
        _("%(count)d people on the list do not pass the checks; the first: %(text)s")
        % {"count": len(bad), "text": f"{line.person}: {bad[line.pk][0].text}"}
    )
