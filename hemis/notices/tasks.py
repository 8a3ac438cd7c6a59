"""Ways out of the house, both off unless the operator switches them on: e-mail and a gateway for SMS.

The gateway is whatever takes ``POST {"phone": …, "text": …}`` at ``SMS_GATEWAY_URL``
and answers 2xx; a local stand-in does for a demonstration.
"""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Sequence
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import override
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from hemis.notices.models import Notice

logger = logging.getLogger("hemis.notices")
SECONDS = 10


def later(task: Any, *args: Any) -> None:
    """Hand a task to the worker; a broker that is away costs a message, never the work it tells of."""
    try:
        task.delay(*args)
    except (KombuError, RedisError, OSError):
        logger.exception("A message could not be handed to the worker.")


@shared_task(name="notices.email")
def send_notices(notice_ids: Sequence[int]) -> int:
    """Notices by e-mail, each in the language of its reader; how many went out."""
    sent = 0
    for notice in Notice.objects.filter(pk__in=notice_ids).exclude(user__email="").select_related("user"):
        with override(notice.user.language or settings.LANGUAGE_CODE):
            link = f"\n\n{settings.PUBLIC_URL}{notice.url}" if notice.url else ""
            sent += _mail(notice.user.email, _("HEMIS: notice"), notice.text + link)
    return sent


@shared_task(name="notices.message")
def send_message(phone: str, email: str, text: str) -> str:
    """A message to somebody without an account; how it went out: ``sms``, ``email`` or nothing."""
    if phone and settings.SMS_GATEWAY_URL and _sms(phone, text):
        return "sms"
    if email and settings.NOTICES_BY_EMAIL and _mail(email, "HEMIS", text):
        return "email"
    return ""


def can_reach(phone: str, email: str) -> bool:
    """Whether a way out is switched on that leads to this person."""
    return bool(phone and settings.SMS_GATEWAY_URL or email and settings.NOTICES_BY_EMAIL)


def _mail(address: str, subject: str, text: str) -> int:
    try:
        return send_mail(subject, text, None, [address])
    except OSError:
        logger.exception("A letter could not be sent.")
        return 0


def _sms(phone: str, text: str) -> bool:
    request = urllib.request.Request(  # noqa: S310 - the operator's own address
        settings.SMS_GATEWAY_URL, data=json.dumps({"phone": phone, "text": text}).encode(),
        headers={"Content-Type": "application/json"}, method="POST",
    )  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return 200 <= answer.status < 300
    except OSError:
        logger.exception("The SMS gateway did not take a message.")
        return False
