"""Kinds of notices: each app declares its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

KINDS: dict[str, NoticeKind] = {}


@dataclass(frozen=True)
class NoticeKind:
    """The words of a notice, with ``%(name)s`` for its facts."""

    code: str
    words: str | Promise
    icon: str = "info-circle"

    def text(self, params: dict[str, Any]) -> str:
        """The sentence; a fact that is missing is left open, so that an old notice stays readable."""
        return str(self.words) % _Facts(params)


class _Facts(dict):
    def __missing__(self, key: str) -> str:
        return "…"


def register(code: str, words: str | Promise, icon: str = "info-circle") -> NoticeKind:
    """Make a kind known under its code.

    Raises:
        ValueError: another kind has this code.
    """
    kind = NoticeKind(code, words, icon)
    known = KINDS.setdefault(code, kind)
    if known.icon != icon or str(known.words) != str(words):
        raise ValueError(f"Two kinds of notices are called {code}.")
    return known
