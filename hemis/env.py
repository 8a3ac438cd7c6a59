"""Reading settings from the environment."""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, unquote, urlsplit


def env_bool(name: str, *, default: bool) -> bool:
    """``1/true/yes/on`` is True, unset is ``default``, all else is False."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str, *, default: list[str]) -> list[str]:
    """A comma-separated list; unset or empty is ``default``."""
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or default


def database_from_url(url: str) -> dict:
    """Django's database settings from a ``postgresql://`` URL.

    A socket folder may stand in the query (``?host=/run/postgresql``).

    Raises:
        ValueError: the URL is not PostgreSQL's.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must start with postgresql://")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or parts.hostname or ""
    port = options.pop("port", None) or (str(parts.port) if parts.port else "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": port,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        # Tests run as the owner, which may create databases but has none of its own to connect to.
        "TEST": {"TEMPLATE": "template0"},
    }
