"""How often one address may ask a public page: so that nobody tries tokens out."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from redis.exceptions import RedisError

from hemis.access.visitor import visitor
from hemis.base import Request


def too_many(request: Request, what: str, *, a_minute: int) -> bool:
    """More than ``a_minute`` from one address within a minute; without a cache nobody is refused."""
    key = f"{what}:" + hashlib.sha256(visitor(request).encode()).hexdigest()[:32]
    try:
        cache.add(key, 0, 60)
        return cache.incr(key) > a_minute
    except (ValueError, RedisError):
        return False
