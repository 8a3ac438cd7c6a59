"""From draft to signature and to the end: submitting, agreeing, returning, signing, closing (B8, B8.1)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.documents.actions import next_number
from movement import events, queries
from movement.actions.base import OrderError, locked, refuse_failures
from movement.documents import issue_order
from movement.followups import open_followups
from movement.models import Order, OrderAgreement
from structure.models import University


@transaction.atomic
def submit(order: Order, *, access: Access) -> Order:
    """Draft → submitted: the list is frozen; whoever is configured is asked to agree.

    Where nobody is asked, it is agreed at once. A role that the author holds as well
    agrees by submitting.
    """
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    if not order.lines.exists():
        raise OrderError(_("The list is empty."))
    refuse_failures(order)
    _ask_for_agreement(order)
    order.state, order.remark, order.round = Order.SUBMITTED, "", order.round + 1
    order.save(update_fields=["state", "remark", "round"])
    events.tell(order)
    return _agreed_if_all(order)


def _ask_for_agreement(order: Order) -> None:
    own = set(RoleAssignment.objects.in_force().filter(user=order.created_by).values_list("role", flat=True))
    now = timezone.now()
    OrderAgreement.objects.bulk_create(
        OrderAgreement(
            order=order, round=order.round + 1, role=step.role, position=step.position,
            **(
                {"state": OrderAgreement.AGREED, "decided_by": order.created_by, "decided_at": now}
                if step.role in own
                else {}
            ),
        )
        for step in queries.agreeing(order.key)
    )  # fmt: skip


def _agreed_if_all(order: Order) -> Order:
    waiting = order.agreements.filter(round=order.round).exclude(state=OrderAgreement.AGREED)
    if not waiting.exists():
        order.state = Order.AGREED
        order.save(update_fields=["state"])
        events.tell(order)
    return order


def asked_now(order: Order, access: Access) -> list[OrderAgreement]:
    """Agreements that wait for a role of this user, and whose turn it is."""
    if order.state != Order.SUBMITTED or not access.can("order.agree"):
        return []
    waiting = [
        one for one in order.agreements.filter(round=order.round) if one.state == OrderAgreement.WAITING
    ]
    turn = min((one.position for one in waiting), default=0)
    return [one for one in waiting if one.position == turn and one.role in access.roles]


@transaction.atomic
def agree(order: Order, *, access: Access, remark: str = "") -> Order:
    """Say yes for one's role; when all have, the order waits for the signature.

    Raises:
        OrderError: it is not being agreed, or nobody asks this role now.
    """
    order = locked(order, access=access, permission="order.agree", states=(Order.SUBMITTED,))
    asked = asked_now(order, access)
    if not asked:
        raise OrderError(_("Your agreement is not asked for now."))
    _decide(asked, OrderAgreement.AGREED, remark, access)
    return _agreed_if_all(order)


def _decide(asked: list[OrderAgreement], state: str, remark: str, access: Access) -> None:
    for one in asked:
        one.state, one.remark = state, remark.strip()
        one.decided_by, one.decided_at = access.user, timezone.now()
        one.save(update_fields=["state", "remark", "decided_by", "decided_at"])


@transaction.atomic
def return_with_remarks(order: Order, *, access: Access, remark: str) -> Order:
    """Back to draft, with what has to be mended: by who is asked to agree, or by who would sign."""
    permission = "order.sign" if access.can("order.sign") else "order.agree"
    order = locked(order, access=access, permission=permission, states=(Order.SUBMITTED, Order.AGREED))
    if not remark.strip():
        raise OrderError(_("Say what has to be mended."))
    if permission == "order.agree":
        asked = asked_now(order, access)
        if not asked:
            raise OrderError(_("Your agreement is not asked for now."))
        _decide(asked, OrderAgreement.RETURNED, remark, access)
    order.state, order.remark = Order.DRAFT, remark.strip()
    order.save(update_fields=["state", "remark"])
    events.tell(order)
    return order


@transaction.atomic
def sign(order: Order, *, access: Access, date: datetime.date) -> Order:
    """Agreed → signed: number, date, signer; the PDF is issued.

    Raises:
        OrderError: the author signs (four eyes), the date lies in the future or
            before the last one in the journal, or a check fails.
    """
    order = locked(order, access=access, permission="order.sign", states=(Order.AGREED,))
    if order.created_by_id == access.user.pk:  # type: ignore[union-attr]
        raise OrderError(_("Who formed the order does not sign it."))
    if date > timezone.localdate():
        raise OrderError(_("An order is not signed in the future."))
    lines = list(queries.lines_of(order))
    refuse_failures(order, lines)
    university()
    order.number = str(next_number(f"order-{order.kind}", date.year))
    # Under the lock of the series, so that dates in the journal follow its numbers.
    last = Order.objects.filter(kind=order.kind, date__year=date.year).order_by("-date").first()
    if last and last.date and last.date > date:
        raise OrderError(
            _("The journal holds order № %(number)s of %(date)s; a later number has no earlier date.")
            % {"number": last.number, "date": last.date.strftime("%d.%m.%Y")}
        )
    order.date, order.signed_by, order.signed_at = date, access.user, timezone.now()
    order.state, order.remark = Order.SIGNED, ""
    order.document = issue_order(order, lines)
    order.save(update_fields=["state", "remark", "number", "date", "signed_by", "signed_at", "document"])
    events.tell(order)
    return order


def university() -> University:
    """Raises OrderError while the facts about the university are missing."""
    found = University.objects.first()
    if found is None:
        raise OrderError(_("The facts about the university are not entered yet."))
    return found


@transaction.atomic
def close(order: Order, *, access: Access) -> Order:
    """Executed → closed: nothing that follows from the order is left to do.

    Raises:
        OrderError: not executed, or something still waits.
    """
    order = locked(order, access=access, permission="order.execute", states=(Order.EXECUTED,))
    waiting = open_followups(order)
    if waiting:
        raise OrderError(_("Still to be done: %(what)s") % {"what": "; ".join(one.title for one in waiting)})
    order.state, order.closed_by, order.closed_at = Order.CLOSED, access.user, timezone.now()
    order.save(update_fields=["state", "closed_by", "closed_at"])
    return order
