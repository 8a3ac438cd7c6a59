"""Issuing, replacing and revoking documents."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from hemis.documents.kinds import KINDS, DocumentKind
from hemis.documents.models import Document, new_token
from hemis.documents.rendering import STYLE, engine_name, frozen, made_anew, store
from hemis.people.models import Person, User

_drawing = ContextVar("drawing", default=True)


class NotIssued(Exception):
    """The document is revoked or replaced already."""


@contextmanager
def drawn_when_opened(later: bool = True) -> Iterator[None]:
    """Documents issued inside are drawn, and get their hash, when somebody first opens them.

    For thousands of papers of which few are opened. Without ``later`` nothing changes.
    """
    token = _drawing.set(_drawing.get() and not later)
    try:
        yield
    finally:
        _drawing.reset(token)


def next_number(series: str, year: int) -> int:
    """The next number of a series in a year, without gaps.

    The row stays locked until the caller's transaction ends: a rollback gives
    the number back, a second caller waits.

    Raises:
        TransactionManagementError: called outside a transaction.
    """
    return reserve_numbers(series, year, 1).start


def reserve_numbers(series: str, year: int, count: int) -> range:
    """``count`` consecutive numbers of a series, under one lock.

    Raises:
        TransactionManagementError: called outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Numbers are taken inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_numberseries (series, year, last) VALUES (%s, %s, %s) "
            "ON CONFLICT (series, year) DO UPDATE SET last = documents_numberseries.last + EXCLUDED.last "
            "RETURNING last",
            [series, year, count],
        )
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


@transaction.atomic
def issue(
    *,
    kind: str,
    payload: dict[str, Any],
    title: str = "",
    series: str = "",
    number: str | Callable[[int], str] | None = None,
    owner: Person | None = None,
    faculty: Any = None,
    issued_by: User | None = None,
    replaces: Document | None = None,
    reason: str = "",
) -> Document:
    """Freeze the payload, number it, render it once (or later: :func:`drawn_when_opened`) and keep its hash.

    Title, series and number are the kind's, unless given: ``number`` is the number
    itself, when it was given before, or makes it from the next one of the series.
    With ``replaces`` the older document gives way to this one, for ``reason``.
    In one transaction: takes the number, renders, writes the row, ends the older
    document; the file is stored once the transaction is committed.

    Raises:
        KeyError: no such kind.
        TypeError: the payload holds what JSON would not give back as it was.
        ValueError: ``replaces`` without a reason.
        NotIssued: ``replaces`` is revoked or replaced already.
    """
    definition = KINDS[kind]
    moment = timezone.now()
    year = timezone.localdate(moment).year
    payload = frozen(payload)
    series = series or definition.series(payload)
    text = _number_text(definition, series, year, payload, number)
    token = new_token()
    payload |= _stamp(moment) | {"_number": text}
    document = Document(
        kind=kind,
        title=(title or definition.name(payload))[:255],
        number=text,
        series=series,
        year=year,
        payload=payload,
        token=token,
        template_version=definition.template_version,
        owner=owner,
        faculty=faculty,
        issued_at=moment,
        issued_by=issued_by,
    )
    _draw(document)
    document.save(force_insert=True)
    if replaces is not None:
        replace(replaces, new=document, reason=reason, by=issued_by)
    return document


@dataclass(frozen=True)
class Paper:
    """What a document of a batch is issued with: as :func:`issue` takes it, its number known."""

    payload: dict[str, Any]
    series: str
    number: str
    owner: Person | None = None
    faculty: Any = None


@transaction.atomic
def issue_many(kind: str, rows: Sequence[Paper], *, issued_by: User | None) -> list[Document]:
    """Issue many documents in a few statements; all else as :func:`issue` does.

    Raises:
        KeyError: no such kind.
        TypeError: a payload holds what JSON would not give back as it was.
    """
    definition, moment = KINDS[kind], timezone.now()
    year = timezone.localdate(moment).year
    documents = []
    for row in rows:
        payload = frozen(row.payload) | _stamp(moment) | {"_number": row.number}
        documents.append(
            Document(
                kind=kind, title=definition.name(payload)[:255], number=row.number, series=row.series, year=year,
                payload=payload, token=new_token(), template_version=definition.template_version,
                owner=row.owner, faculty=row.faculty, issued_at=moment, issued_by=issued_by,
            )
        )  # fmt: skip
        _draw(documents[-1])
    return Document.objects.bulk_create(documents, batch_size=1000)


def _stamp(moment: datetime.datetime) -> dict[str, Any]:
    """What every payload says of where, when and in which style it was issued."""
    return {
        "_site": settings.PUBLIC_URL, "_issued": moment.isoformat(timespec="seconds"), "_style": STYLE,
    }  # fmt: skip


def _draw(document: Document) -> None:
    """Render the document before it is written, unless that is left for later; stored on commit."""
    if not _drawing.get():
        return
    content = made_anew(document)
    document.engine, document.sha256 = engine_name(), hashlib.sha256(content).hexdigest()
    transaction.on_commit(lambda: store(content, document.sha256))


def _number_text(
    definition: type[DocumentKind],
    series: str,
    year: int,
    payload: dict[str, Any],
    number: str | Callable[[int], str] | None,
) -> str:
    if isinstance(number, str):
        return number
    count = next_number(series, year)
    return number(count) if number else definition.number(count, year, payload)


def _end(
    document: Document, *, state: str, reason: str, by: User | None, replaced_by: Document | None
) -> Document:
    locked = Document.objects.select_for_update().get(pk=document.pk)
    if locked.state != Document.ISSUED:
        raise NotIssued(locked.number)
    locked.state, locked.reason, locked.replaced_by = state, reason, replaced_by
    locked.state_at, locked.state_by = timezone.now(), by
    locked.save(update_fields=["state", "reason", "replaced_by", "state_at", "state_by"])
    return locked


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


@transaction.atomic
def issue_again(document: Document, *, reason: str, by: User | None) -> Document:
    """Issue the document anew from today's facts; the older one says that it was replaced.

    Raises:
        ValueError: no reason is given, or the kind is not issued anew.
        NotIssued: it is revoked or replaced already.
    """
    payload = KINDS[document.kind].payload_again(document)
    if payload is None:
        raise ValueError("This kind of document is not issued anew.")
    return issue(
        kind=document.kind,
        payload=payload,
        owner=document.owner,
        faculty=document.faculty,
        issued_by=by,
        replaces=document,
        reason=reason,
    )
