"""What waits for those who agree to, sign, execute and mend orders."""

from __future__ import annotations

import datetime

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from hemis.pages import home
from movement.models import Order, OrderAgreement, OrderLine
from movement.pages.register import Orders
from movement.rules import ON_LEAVE
from students.models import Student

DAYS_BEFORE_END = 30


def _asked(access) -> int:
    """Orders whose agreement is asked of a role of this user, and whose turn has come."""
    waiting = OrderAgreement.objects.filter(
        order__state=Order.SUBMITTED, state=OrderAgreement.WAITING
    ).values_list("order", "order__round", "round", "position", "role")
    turns: dict[int, int] = {}
    mine: dict[int, set[int]] = {}
    for order, now, round_, position, role in waiting:
        if now != round_:
            continue
        turns[order] = min(turns.get(order, position), position)
        if role in access.roles:
            mine.setdefault(order, set()).add(position)
    return sum(turns[order] in positions for order, positions in mine.items())


def _may_sign(access) -> int:
    agreed = Order.objects.for_scope(access.scope("order.sign")).filter(state=Order.AGREED)
    return agreed.exclude(created_by=access.user).count()


def _may_execute(access) -> int:
    return Order.objects.for_scope(access.scope("order.execute")).filter(state=Order.SIGNED).count()


def _failed(access) -> int:
    waiting = Order.objects.for_scope(access.scope("order.execute")).filter(state=Order.SIGNED)
    return waiting.exclude(problem="").count()


def _returned(access) -> int:
    drafts = Order.objects.filter(state=Order.DRAFT, created_by=access.user)
    return drafts.exclude(remark="").count()


def _ending_leaves(access) -> int:
    """People on leave whose last day is less than a month away, or past."""
    soon = timezone.localdate() + datetime.timedelta(days=DAYS_BEFORE_END)
    lines = OrderLine.objects.filter(
        order=F("student__current__order"), student__current__status=ON_LEAVE, ends_on__lte=soon
    )
    students = Student.objects.for_scope(access.scope("order.create"))
    return students.filter(pk__in=lines.values("student")).count()


def _listed(state: str):
    return lambda: reverse(Orders.url_name("list")) + f"?state={state}"


for title, permission, count, state, icon in (
    (gettext_lazy("Orders to agree to"), "order.agree", _asked, Order.SUBMITTED, "checklist"),
    (gettext_lazy("Orders to sign"), "order.sign", _may_sign, Order.AGREED, "signature"),
    (gettext_lazy("Orders to execute"), "order.execute", _may_execute, Order.SIGNED, "checklist"),
    (
        gettext_lazy("Orders not executed on their day"),
        "order.execute",
        _failed,
        Order.SIGNED,
        "alert-triangle",
    ),
    (gettext_lazy("Orders returned to you"), "order.create", _returned, Order.DRAFT, "edit"),
):
    home.register_todo(home.Todo(title, permission, count, _listed(state), icon))
home.register_todo(
    home.Todo(
        gettext_lazy("Academic leaves that end within a month"),
        "order.create",
        _ending_leaves,
        lambda: reverse("order_people", args=["15-return"]),
        "calendar-time",
    )
)
