"""Writing, sending, reading and putting away (menu Xabarlar)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from hemis.jobs.actions import start
from hemis.mailbox.audiences import AUDIENCES, BROADCAST, PERSON, people
from hemis.mailbox.models import Delivery, Message, MessageFile
from hemis.notices.actions import notify
from hemis.notices.models import Notice
from hemis.people.models import User

# Sent while the page waits; more is a job.
AT_ONCE = 500
MOST_FILES = 5


def chosen(
    access: Access, people_chosen: Iterable[User], audiences: dict[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """What ``Message.to`` keeps of the choice: only what lies within the person's reach."""
    found = [{"kind": PERSON, "key": str(one.pk), "text": str(one)} for one in people_chosen]
    if access.can(BROADCAST):
        for code, keys in audiences.items():
            named = AUDIENCES[code].named(access, keys)
            found += [{"kind": code, "key": key, "text": text} for key, text in named.items()]
    return found


def recipients(message: Message, access: Access) -> QuerySet[User]:
    """Accounts that the message would reach now; whoever is out of reach meanwhile is left out.

    Whoever wrote the message that is answered may be answered, wherever they are.
    """
    found = Q(pk__in=[])
    by_kind: dict[str, list[str]] = {}
    for one in message.to:
        by_kind.setdefault(one["kind"], []).append(one["key"])
    named = [int(key) for key in by_kind.pop(PERSON, [])]
    if named:
        found |= Q(pk__in=people(access).filter(pk__in=named).values("pk"))
        if message.about and _received(message.about, access.user):
            found |= Q(pk__in=[key for key in named if key == message.about.sender_id])
    if access.can(BROADCAST):
        for code, keys in by_kind.items():
            audience = AUDIENCES.get(code)
            allowed = list(audience.named(access, keys)) if audience else []
            if audience and allowed:
                found |= audience.accounts(allowed)
    return User.objects.filter(found, is_active=True).exclude(pk=message.sender_id)


def _received(message: Message, user: User | None) -> bool:
    return Delivery.objects.filter(message=message, user=user).exists()


@transaction.atomic
def save_draft(
    message: Message, *, files: Sequence[ContentFile] = (), removed: Iterable[MessageFile] = ()
) -> Message:
    """Keep what was typed, with its files.

    Raises:
        ValidationError: it was sent meanwhile, or there are too many files.
    """
    if message.pk:
        _own_draft(message)
    message.is_broadcast = any(one["kind"] != PERSON for one in message.to)
    message.save()
    for one in removed:
        one.delete()
    if message.files.count() + len(files) > MOST_FILES:
        raise ValidationError(_("At most %(most)d files.") % {"most": MOST_FILES})
    for content in files:
        row = MessageFile(message=message, uploaded_by=message.sender)
        row.take(content)
        row.save()
    return message


@transaction.atomic
def send(message: Message, *, access: Access) -> int:
    """Send a draft; how many people it goes to.

    In order: finds the recipients as they are now; freezes the message; puts it into the inboxes and
    tells everybody by a notice, or, for more than ``AT_ONCE`` people, lets a job do so.

    Raises:
        ValidationError: sent already, or nobody would receive it.
    """
    message = _own_draft(message)
    keys = list(recipients(message, access).order_by("pk").values_list("pk", flat=True))
    if not keys:
        raise ValidationError(_("Nobody would receive this: choose people or audiences with accounts."))
    message.state, message.sent_at, message.recipients = Message.SENDING, timezone.now(), len(keys)
    message.save()
    if len(keys) > AT_ONCE:
        start("mailbox.send", user=message.sender, params={"message": message.pk, "users": keys},
              title=_("Message: %(subject)s") % {"subject": message.subject})  # fmt: skip
        return len(keys)
    deliver(message, keys)
    finish(message)
    return len(keys)


def _own_draft(message: Message) -> Message:
    """The locked row.

    Raises:
        ValidationError: it is no draft any more.
    """
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if locked.state != Message.DRAFT:
        raise ValidationError(_("The message is sent already."))
    return locked


def deliver(message: Message, keys: Sequence[int]) -> None:
    """Put the message into these inboxes and tell their owners, each once."""
    new = set(keys) - set(
        Delivery.objects.filter(message=message, user__in=keys).values_list("user", flat=True)
    )
    Delivery.objects.bulk_create(
        [Delivery(message=message, user_id=key) for key in sorted(new)], batch_size=2000
    )
    notify(
        User.objects.filter(pk__in=new).only("pk", "email"),
        "mailbox.received",
        {"sender": str(message.sender), "subject": message.subject},
        url_of(message.pk),
    )


def finish(message: Message) -> None:
    """All inboxes have it."""
    Message.objects.filter(pk=message.pk, state=Message.SENDING).update(state=Message.SENT)


def url_of(pk: int) -> str:
    """Where the message is read."""
    return reverse("mailbox_message", args=[pk])


def mark_read(message: Message, user: User) -> None:
    """The message and the notice of it are read."""
    now = timezone.now()
    if Delivery.objects.filter(message=message, user=user, read_at=None).update(read_at=now):
        Notice.objects.filter(
            user=user, code="mailbox.received", url=url_of(message.pk), read_at=None
        ).update(read_at=now)


def put_away(message: Message, user: User, *, away: bool) -> None:
    """Move a received message out of the inbox, or back."""
    Delivery.objects.filter(message=message, user=user).update(removed_at=timezone.now() if away else None)


@transaction.atomic
def discard(message: Message) -> None:
    """Throw a draft away.

    Raises:
        ValidationError: it is sent.
    """
    _own_draft(message).delete()
