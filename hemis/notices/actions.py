"""Telling people, and marking what they have read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from hemis.notices import tasks
from hemis.notices.kinds import KINDS
from hemis.notices.models import Notice
from hemis.people.models import User


@transaction.atomic
def notify(users: Iterable[User], code: str, params: dict[str, Any], url: str = "") -> int:
    """Tell each of ``users`` once; how many were told.

    In order: writes the notices (one insert, however many users); once the
    transaction is committed, sends them by e-mail to those who have an address, if
    that is switched on (``NOTICES_BY_EMAIL``). Facts are plain text and numbers.

    Raises:
        KeyError: no such kind.
    """
    KINDS[code]
    unique = _addresses(users)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_notice (user_id, code, params, url, created_at) "
            "SELECT one, %s, %s, %s, %s FROM unnest(%s::bigint[]) one RETURNING id, user_id",
            [code, json.dumps(params), url, now, list(unique)],
        )
        rows = cursor.fetchall()
    reached = [pk for pk, user in rows if unique[user]] if settings.NOTICES_BY_EMAIL else []
    if reached:
        transaction.on_commit(partial(tasks.later, tasks.send_notices, reached))
    return len(rows)


def _addresses(users: Iterable[User]) -> dict[int, str]:
    """E-mail by user; of thousands who are still a query no more is read than that."""
    if isinstance(users, QuerySet):
        return dict(users.values_list("pk", "email"))
    return {user.pk: user.email for user in users}


def mark_read(user: User, notice_ids: Iterable[int] | None = None) -> int:
    """Mark some of the user's notices as read, or all of them; how many were unread."""
    rows = Notice.objects.filter(user=user, read_at=None)
    if notice_ids is not None:
        rows = rows.filter(pk__in=list(notice_ids))
    return rows.update(read_at=timezone.now())
