"""Who keeps a name: some people are renamed by an order alone, and every form that names a person asks here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise

from hemis.people.models import Person

NAME_FIELDS = ("last_name", "first_name", "middle_name")
_KEEPERS: dict[str, Callable[[Person], str | Promise]] = {}


def register_name_keeper(code: str, reason: Callable[[Person], str | Promise]) -> None:
    """Let a room of an upper floor say why a name may not be typed over; an empty answer: it may."""
    _KEEPERS[code] = reason


def why_name_is_kept(person: Person) -> str | Promise:
    """The first reason why this person's name is not changed by a form; empty when it may be."""
    if not person.pk:
        return ""
    return next((why for ask in _KEEPERS.values() if (why := ask(person))), "")


def why_not_renamed(person: Person, values: Mapping[str, Any]) -> str | Promise:
    """The reason why these values may not become the person's name; empty when they are it or may.

    Nobody is asked (no query) as long as the name stays as it is.
    """
    if all(getattr(person, name) == values[name] for name in NAME_FIELDS if name in values):
        return ""
    return why_name_is_kept(person)
