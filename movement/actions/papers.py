"""Basis documents of a draft (duties 2.2, 3.5)."""

from __future__ import annotations

import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from movement.actions.base import OrderError, locked
from movement.kinds import kind_of
from movement.models import Order, OrderFile, OrderLine


@transaction.atomic
def add_file(
    order: Order, *, access: Access, kind: str, number: str, date: datetime.date, upload: ContentFile,
    line: OrderLine | None = None,
) -> OrderFile:  # fmt: skip
    """A basis document: its scan, as ``ScanField`` has checked it, with kind, number and date.

    Raises:
        OrderError: not a draft, or a kind that this order does not ask for.
    """
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    if kind not in {paper.code for paper in kind_of(order).papers} | {"other"}:
        raise OrderError(_("Choose the kind of document."))
    found = OrderFile(
        order=order, line=line, kind=kind, number=number.strip(), date=date, uploaded_by=access.user
    )
    found.take(upload)
    found.save()
    return found


@transaction.atomic
def remove_file(order: Order, *, access: Access, file_id: int) -> None:
    """Take a basis document off a draft; its scan is deleted with it."""
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    found = order.files.filter(pk=file_id).first()
    if found is None:
        raise OrderError(_("There is no such document on the order."))
    stored, name = found.file.storage, found.file.name
    found.delete()
    transaction.on_commit(lambda: stored.delete(name or ""))
