"""``Client.force_login`` in one statement; who tests the signing in itself goes through the page.

Django's own signs the user in as the page would: it tells all who listen, and they write the visit, the time and the
session three times over. Every second test does that before it begins.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.crypto import get_random_string

from hemis.people.models import User

KEY_LENGTH = 32


def signed_in_at_once(client: Client, user: User, backend: str | None = None) -> None:
    """In the place of ``Client.force_login``: a new session of the user, and its cookie."""
    key, store = get_random_string(KEY_LENGTH).lower(), SessionStore()
    content: dict[str, Any] = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: backend or settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
    Session(key, store.encode(content), store.get_expiry_date()).save(force_insert=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = key
