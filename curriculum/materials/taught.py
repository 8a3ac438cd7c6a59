"""Whether planned lessons were given, told by the app that keeps the journal.

The journal lies on a higher floor, so it registers what it knows; until then the
calendar plan shows what is planned and says nothing of what was taught.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Taught:
    """A lesson that was given, and on which topic (its key), if one was named."""

    topic: int | None = None


Provider = Callable[[Collection[int]], dict[int, Taught]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Let the journal tell, of keys of lessons, which were given."""
    if provider not in _providers:
        _providers.append(provider)


def taught_of(lessons: Collection[int]) -> dict[int, Taught] | None:
    """What is known of these lessons; None when nobody tells."""
    if not _providers:
        return None
    found: dict[int, Taught] = {}
    for one in _providers:
        found |= one(lessons)
    return found
