"""What people are told of orders: who is to agree or sign, whom it came back to, whom it concerns."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hemis.access.holders import holders
from hemis.notices.actions import notify
from hemis.notices.kinds import register
from hemis.people.models import User
from movement import events
from movement.models import Order, OrderAgreement, OrderLine

register("order_to_agree", _("An order waits for your agreement: %(title)s"), "checklist")
register("order_to_sign", _("An order waits for your signature: %(title)s"), "signature")
register("order_returned", _("Your order is returned with remarks: %(title)s — %(remark)s"), "alert-triangle")
register("order_to_execute", _("An order is signed and may be executed: № %(number)s %(title)s"), "checklist")
register("order_executed", _("An order concerns you: № %(number)s of %(date)s, %(title)s"), "file-text")


@events.listen
def tell_of_order(order: Order) -> None:
    """One notice a person for each step of an order."""
    url = reverse("movement_orders_detail", args=[order.pk])
    facts = {
        "title": order.title,
        "number": order.number,
        "date": f"{order.date:%d.%m.%Y}" if order.date else "",
    }
    if order.state == Order.SUBMITTED:
        _ask(order, facts, url)
    elif order.state == Order.AGREED:
        people = holders("order.sign", faculty_id=order.faculty_id).exclude(pk=order.created_by_id)
        notify(people, "order_to_sign", facts, url)
    elif order.state == Order.DRAFT and order.remark:
        author = User.objects.filter(pk=order.created_by_id)
        notify(author, "order_returned", facts | {"remark": order.remark}, url)
    elif order.state == Order.SIGNED:
        notify(User.objects.filter(pk=order.created_by_id), "order_to_execute", facts, url)
    elif order.state == Order.EXECUTED:
        named = OrderLine.objects.filter(order=order).values("student__person")
        notify(
            User.objects.filter(is_active=True, person__in=named),
            "order_executed",
            facts,
            reverse("my_orders"),
        )


def _ask(order: Order, facts: dict, url: str) -> None:
    """Those whose agreement is asked for in this round."""
    asked = order.agreements.filter(round=order.round, state=OrderAgreement.WAITING)
    roles = frozenset(asked.values_list("role", flat=True))
    if roles:
        notify(holders("order.agree", faculty_id=order.faculty_id, roles=roles), "order_to_agree", facts, url)
