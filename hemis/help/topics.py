"""Topics of the help page and people to ask: apps declare theirs in ``help.py``.

A topic is shown to whoever holds one of its permissions, so that nobody reads of what is not theirs. It is also the
help of the pages about its objects: ``order`` for every page that ``order.view``, ``order.sign`` … open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from hemis.access.duties import duties_granting
from hemis.access.scope import Access
from hemis.people.models import User


@dataclass(frozen=True)
class Topic:
    """What is done in which order. Empty ``permissions``: for everybody; ``pages`` are names of addresses."""

    code: str
    title: str | Promise
    steps: tuple[str | Promise, ...]
    permissions: tuple[str, ...] = ()
    pages: tuple[tuple[str, str | Promise], ...] = ()

    @property
    def objects(self) -> set[str]:
        return {one.partition(".")[0] for one in self.permissions}

    @property
    def links(self) -> list[tuple[str, str | Promise]]:
        return [(reverse(name), title) for name, title in self.pages]

    def is_about(self, permission: str) -> bool:
        """Whether it helps on pages that the permission opens; what is one's own is told apart by its verb."""
        word = permission.partition(".")[0]
        return permission in self.permissions or word != "own" and word in self.objects

    def is_for(self, access: Access) -> bool:
        return not self.permissions or access.can_any(self.permissions)


@dataclass(frozen=True)
class Keys:
    """Shortcuts of one kind of page."""

    title: str | Promise
    rows: tuple[tuple[str | Promise, str | Promise], ...]
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Askable:
    """Whom to ask: ``people(access)`` are accounts, few and the nearest."""

    title: str | Promise
    people: Callable[[Access], QuerySet[User]]


TOPICS: dict[str, Topic] = {}
KEYS: list[Keys] = []
ASKABLE: list[Askable] = []


def register_topic(topic: Topic) -> None:
    """Add a topic.

    Raises:
        KeyError: no duty knows one of its permissions.
        ValueError: another topic has its code.
    """
    for permission in topic.permissions:
        duties_granting(permission)
    if TOPICS.setdefault(topic.code, topic) != topic:
        raise ValueError(f"Two topics of the help are called {topic.code}.")


def register_keys(keys: Keys) -> None:
    """Add shortcuts."""
    if keys not in KEYS:
        KEYS.append(keys)


def register_askable(askable: Askable) -> None:
    """Add people to ask; the nearest are declared by the highest floors, so they come first."""
    if askable not in ASKABLE:
        ASKABLE.insert(0, askable)
