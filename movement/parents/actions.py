"""What changes the links of parents and other contacts of a student to orders."""

from __future__ import annotations

import base64
import hashlib
import secrets
from functools import partial

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from hemis.access.scope import Access
from hemis.notices import tasks
from movement import events
from movement.models import Order, OrderLine
from movement.parents.models import ParentLink
from students.models import Contact, Student

EDIT = "student.edit"
TOKEN_CHARACTERS = 32  # of 64: 192 bits


class ParentError(Exception):
    """Why the verb cannot be done now, in words for the user."""


def token_of(link: ParentLink) -> str:
    """The token of a link, from its nonce and the program's secret."""
    digest = salted_hmac("movement.parents", link.nonce, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode()[:TOKEN_CHARACTERS]


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_of(link: ParentLink) -> str:
    """The full public address."""
    return settings.PUBLIC_URL + reverse("parent_order", args=[token_of(link)])


def _link(link: ParentLink, *, access: Access) -> ParentLink:
    access.require(EDIT)
    found = ParentLink.objects.for_scope(access.scope(EDIT)).open().filter(pk=link.pk)
    locked = found.select_for_update(of=("self",)).first()
    if locked is None:
        raise ParentError(_("The link opens no more, or is not in your scope."))
    return locked


@transaction.atomic
def revoke_link(link: ParentLink, *, access: Access) -> None:
    """The link opens nothing any more and says so."""
    locked = _link(link, access=access)
    locked.revoked_at, locked.revoked_by = timezone.now(), access.user
    locked.save(update_fields=["revoked_at", "revoked_by"])


@transaction.atomic
def hand_over(link: ParentLink, *, access: Access) -> None:
    """The dean's office has given the link by hand."""
    locked = _link(link, access=access)
    locked.sent_at, locked.sent_by = timezone.now(), ParentLink.HAND
    locked.save(update_fields=["sent_at", "sent_by"])


@events.listen
def follow_order(order: Order) -> None:
    """An executed order: a link for each contact of its students that may be told."""
    if order.state != Order.EXECUTED:
        return
    named = Student.objects.filter(pk__in=OrderLine.objects.filter(order=order).values("student"))
    told = named.filter(person__contacts__agreed_at__isnull=False)
    pairs = told.values_list("pk", "person__contacts").order_by("pk", "person__contacts")
    contacts = Contact.objects.in_bulk([contact for _student, contact in pairs])
    links = [_new_link(contacts[contact], student, order) for student, contact in pairs]
    made = ParentLink.objects.bulk_create(links, batch_size=2000)
    reached = [one.pk for one in made if tasks.can_reach(one.contact.phone, one.contact.email)]
    if reached:
        transaction.on_commit(partial(tasks.later, send_links, reached))


def _new_link(contact: Contact, student_id: int, order: Order) -> ParentLink:
    link = ParentLink(contact=contact, student_id=student_id, order=order, nonce=secrets.token_hex(16))
    link.token_hash = hash_of(token_of(link))
    return link


@shared_task(name="movement.send_parent_links")
def send_links(link_ids: list[int]) -> int:
    """Send links by SMS or e-mail; how many went out. Those that did not are handed over by the office."""
    sent = 0
    rows = ParentLink.objects.open().filter(pk__in=link_ids, sent_at=None).select_related("contact")
    for link in rows:
        with override("uz"):
            text = _("There is an order on your student: %(link)s") % {"link": address_of(link)}
        way = tasks.send_message(link.contact.phone, link.contact.email, text)
        if way:
            ParentLink.objects.filter(pk=link.pk).update(sent_at=timezone.now(), sent_by=way)
            sent += 1
    return sent


def find_link(token: str) -> ParentLink | None:
    """The link behind a token, those that open no more too; the first opening is noted."""
    rows = ParentLink.objects.select_related("contact", "student__person", "order__faculty")
    link = rows.filter(token_hash=hash_of(token)).first()
    if link and link.opened_at is None and link.is_open:
        ParentLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=timezone.now())
    return link
