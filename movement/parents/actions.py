"""What changes contacts of parents and their links."""

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
from movement.parents.models import ParentContact, ParentLink
from students.models import Student

EDIT, OWN = "student.edit", "own.card"
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


@transaction.atomic
def add_contact(
    contact: ParentContact, *, access: Access, student: Student, permission: str
) -> ParentContact:
    """Keep a contact; with the student's agreement, links of future orders go to it.

    Raises:
        PermissionDenied: without the duty.
        ParentError: out of scope, or the contact is there already.
    """
    access.require(permission)
    if not Student.objects.for_scope(access.scope(permission)).filter(pk=student.pk).exists():
        raise ParentError(_("The student is not in your scope."))
    same = ParentContact.objects.in_use().filter(student=student, phone=contact.phone, email=contact.email)
    if same.exists():
        raise ParentError(_("This contact is there already."))
    contact.student, contact.created_by_id = student, access.user.pk
    contact.save()
    return contact


@transaction.atomic
def end_contact(contact: ParentContact, *, access: Access, permission: str) -> ParentContact:
    """From now on the contact is told nothing; its links are revoked."""
    access.require(permission)
    rows = ParentContact.objects.for_scope(access.scope(permission)).in_use().filter(pk=contact.pk)
    found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise ParentError(_("The contact is ended already, or not in your scope."))
    found.ended_at = timezone.now()
    found.save(update_fields=["ended_at"])
    found.links.filter(revoked_at=None).update(revoked_at=timezone.now(), revoked_by=access.user)
    return found


def _link(link: ParentLink, *, access: Access) -> ParentLink:
    access.require(EDIT)
    seen = ParentContact.objects.for_scope(access.scope(EDIT))
    found = ParentLink.objects.filter(pk=link.pk, contact__in=seen.values("pk"), revoked_at=None)
    locked = found.select_for_update(of=("self",)).first()
    if locked is None:
        raise ParentError(_("The link is revoked already, or not in your scope."))
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
    named = OrderLine.objects.filter(order=order, student__isnull=False).values("student")
    contacts = ParentContact.objects.in_use().filter(student__in=named, agreed_on__isnull=False)
    links = [_new_link(contact, order) for contact in contacts]
    made = ParentLink.objects.bulk_create(links, batch_size=2000)
    reached = [one.pk for one in made if tasks.can_reach(one.contact.phone, one.contact.email)]
    if reached:
        transaction.on_commit(partial(tasks.later, send_links, reached))


def _new_link(contact: ParentContact, order: Order) -> ParentLink:
    link = ParentLink(contact=contact, order=order, nonce=secrets.token_hex(16))
    link.token_hash = hash_of(token_of(link))
    return link


@shared_task(name="movement.send_parent_links")
def send_links(link_ids: list[int]) -> int:
    """Send links by SMS or e-mail; how many went out. Those that did not are handed over by the office."""
    sent = 0
    rows = ParentLink.objects.filter(pk__in=link_ids, sent_at=None, revoked_at=None).select_related("contact")
    for link in rows:
        with override("uz"):
            text = _("There is an order on your student: %(link)s") % {"link": address_of(link)}
        way = tasks.send_message(link.contact.phone, link.contact.email, text)
        if way:
            ParentLink.objects.filter(pk=link.pk).update(sent_at=timezone.now(), sent_by=way)
            sent += 1
    return sent


def find_link(token: str) -> ParentLink | None:
    """The link behind a token, revoked ones too; the first opening is noted."""
    rows = ParentLink.objects.select_related("contact__student__person", "order__faculty")
    link = rows.filter(token_hash=hash_of(token)).first()
    if link and link.opened_at is None and link.revoked_at is None:
        ParentLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=timezone.now())
    return link
