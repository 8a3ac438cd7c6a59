"""The order that undoes another: everybody gets back exactly what was (law 2)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from hemis.access.scope import Access
from movement.actions.base import OrderError, locked
from movement.kinds import TARGET, kind_of
from movement.models import Order, OrderLine
from students.models import Placement


@transaction.atomic
def create_cancelling_order(
    order: Order, *, access: Access, reason: str, effective_date: datetime.date
) -> Order:
    """A draft that undoes an executed order: everybody gets back exactly what was before.

    Raises:
        OrderError: no reason, not executed, cancelled already, or a later order stands on it.
    """
    order = locked(order, access=access, permission="order.create", states=Order.DONE)
    if not reason.strip():
        raise OrderError(_("Say why the order is cancelled."))
    if order.cancels_id:
        raise OrderError(_("A cancelling order is not cancelled; form the right order anew."))
    if order.cancelled_by.exclude(state=Order.CANCELLED).exists():
        raise OrderError(_("A cancelling order exists already."))
    later = _standing_on(order)
    if later:
        text = _("A later order stands on it, cancel that one first: %(order)s.")
        raise OrderError(text % {"order": later})
    if effective_date < order.effective_date:
        raise OrderError(_("The cancelling order cannot come into force before the order itself."))
    with override("uz"):  # the order is a paper in Uzbek, whoever forms it
        title = _("Cancelling order № %(number)s of %(date)s") % {
            "number": order.number, "date": order.date.strftime("%d.%m.%Y"),
        }  # fmt: skip
    undo = Order.objects.create(
        kind=order.kind, variant=order.variant, faculty=order.faculty, effective_date=effective_date, cancels=order,
        created_by=access.user, title=title, basis=reason.strip(),
    )  # fmt: skip
    made: dict[int | None, Placement] = {one.student_id: one for one in order.placements.all()}
    lines = list(order.lines.select_related("closes"))
    former = _lines_that_made([line.closes for line in lines if line.closes])
    OrderLine.objects.bulk_create(
        [_undoing_line(undo, line, made.get(line.student_id), former.get(line.closes_id)) for line in lines],
        batch_size=2000,
    )
    return undo


def _standing_on(order: Order) -> Order | None:
    """A later order that changed what this one gave: the placement, or the name."""
    if kind_of(order).moves:
        ended = order.placements.exclude(valid_to=None).select_related("closed_by").first()
        return ended.closed_by if ended else None
    later = Order.objects.filter(
        kind=order.kind, variant=order.variant, state__in=Order.DONE, cancels=None,
        executed_at__gt=order.executed_at, lines__student__in=order.lines.values("student"),
    )  # fmt: skip
    return later.first()


def _lines_that_made(placements: list[Placement]) -> dict[int | None, OrderLine]:
    """By placement the line of the order that gave it: its ground and end come back too."""
    wanted = {(one.order_id, one.student_id): one.pk for one in placements}
    rows = OrderLine.objects.filter(
        order__in={order for order, _student in wanted}, student__in={student for _order, student in wanted}
    )
    return {
        wanted[line.order_id, line.student_id]: line  # type: ignore[index]
        for line in rows
        if (line.order_id, line.student_id) in wanted
    }


def _undoing_line(
    undo: Order, line: OrderLine, made: Placement | None, former: OrderLine | None
) -> OrderLine:
    """Closes what the order made and restores what it closed."""
    before = line.closes
    target = {name: getattr(before, name) for name in TARGET} if before else {}
    if before is None and made is None:
        # The order moved nobody (a change of name): the line repeats where the person studies.
        target = {name: getattr(line, name) for name in TARGET if name != "status"}
    details = line.details
    if "before" in details:
        details = {"before": details["after"], "after": details["before"]}
    return OrderLine(
        order=undo,
        position=line.position,
        student_id=line.student_id,
        candidate_id=line.candidate_id,
        closes=made,
        reason=former.reason if former else "",
        ends_on=former.ends_on if former else None,
        details=details,
        **target,
    )
