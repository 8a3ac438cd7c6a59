"""Issuing, replacing and revoking documents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from hemis.documents.kinds import KINDS
from hemis.documents.models import Document, new_token
from hemis.documents.rendering import ENGINE, html_of, pdf_of, store
from hemis.people.models import Person, User


def next_number(series: str, year: int) -> int:
    """The next number of a series in a year, without gaps.

    The row stays locked until the caller's transaction ends: a rollback gives
    the number back, a second caller waits.

    Raises:
        TransactionManagementError: called outside a transaction.
    """
    return reserve_numbers(series, year, 1).start


def reserve_numbers(series: str, year: int, count: int) -> range:
    """``count`` consecutive numbers of a series, under one lock."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Numbers are taken inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_numberseries (series, year, last) VALUES (%s, %s, %s) "
            "ON CONFLICT (series, year) DO UPDATE SET last = documents_numberseries.last + EXCLUDED.last RETURNING last",
            [series, year, count],
        )
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


@transaction.atomic
def issue(
    *,
    kind: str,
    title: str,
    payload: dict[str, Any],
    series: str,
    number: str | Callable[[int], str] = str,
    owner: Person | None = None,
    faculty: Any = None,
    issued_by: User | None = None,
) -> Document:
    """Freeze the payload, number it, render it once and keep its hash.

    ``number`` is the number itself, when it was given before, or makes it from
    the next one of the series.

    Raises:
        KeyError: no such kind.
    """
    definition = KINDS[kind]
    moment = timezone.now()
    year = timezone.localdate(moment).year
    text = number if isinstance(number, str) else number(next_number(series, year))
    token = new_token()
    payload = payload | {
        "_site": settings.PUBLIC_URL,
        "_number": text,
        "_issued": moment.isoformat(timespec="seconds"),
    }
    content = pdf_of(html_of(kind, definition.template_version, payload, token), token)
    digest = hashlib.sha256(content).hexdigest()
    document = Document.objects.create(
        kind=kind, title=title[:255], number=text, series=series, year=year, payload=payload, token=token,
        template_version=definition.template_version, engine=ENGINE, sha256=digest, owner=owner, faculty=faculty,
        issued_at=moment, issued_by=issued_by,
    )
    transaction.on_commit(lambda: store(content, digest))
    return document


def _end(document: Document, *, state: str, reason: str, by: User | None, replaced_by: Document | None) -> Document:
    locked = Document.objects.select_for_update().get(pk=document.pk)
    if locked.state != Document.ISSUED:
        raise NotIssued(locked)
    locked.state, locked.reason, locked.replaced_by = state, reason, replaced_by
    locked.state_at, locked.state_by = timezone.now(), by
    locked.save(update_fields=["state", "reason", "replaced_by", "state_at", "state_by"])
    return locked


class NotIssued(Exception):
    """The document is revoked or replaced already."""


@transaction.atomic
def revoke(document: Document, *, reason: str, by: User | None) -> Document:
    """Declare the document void; the public page says so and why.

    Raises:
        ValueError: no reason is given.
        NotIssued: it is revoked or replaced already.
    """
    if not reason.strip():
        raise ValueError("A document is revoked with a reason.")
    return _end(document, state=Document.REVOKED, reason=reason.strip(), by=by, replaced_by=None)


@transaction.atomic
def replace(document: Document, *, new: Document, reason: str, by: User | None) -> Document:
    """Put ``new`` in the place of ``document``.

    Raises:
        ValueError: no reason is given.
        NotIssued: it is revoked or replaced already.
    """
    if not reason.strip():
        raise ValueError("A document is replaced with a reason.")
    return _end(document, state=Document.REPLACED, reason=reason.strip(), by=by, replaced_by=new)
