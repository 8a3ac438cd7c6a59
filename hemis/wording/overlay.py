"""Own texts laid over gettext in every process, without a restart.

Each language's catalogue of Django is a list of layers; the first is ours. A counter in the cache tells the other
processes that something has changed: each looks at most every two seconds and reads the few own texts anew.
Where the cache has lost the counter, a process announces the one it has read.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError
from django.utils.translation import trans_real
from redis.exceptions import RedisError

from hemis.pages import menu
from hemis.people.transliteration import message_to_cyrillic
from hemis.wording.models import LANGUAGES, OWN_COLUMNS, Text

EDITION = "wording.edition"
SECONDS = 2


class Layer(dict):
    """Own texts of one language."""


@dataclass
class State:
    """What this process has read, and when it has looked last."""

    edition: Any = None
    looked: float = float("-inf")
    layers: dict[str, Layer] = field(default_factory=lambda: {language: Layer() for language in LANGUAGES})


state = State()


def before_task(**kwargs: Any) -> None:
    """A worker keeps up before each task."""
    keep_up()


def keep_up(*, at_once: bool = False) -> None:
    """Read the own texts anew if another process has changed them; without database or cache all stays."""
    now = time.monotonic()
    if not at_once and now - state.looked < SECONDS:
        return
    state.looked = now
    try:
        edition = cache.get(EDITION)
        if edition is None:
            edition = time.time_ns() if state.edition is None else state.edition
            cache.add(EDITION, edition, None)
        changed = edition != state.edition
        if changed:
            state.layers, state.edition = read(), edition
    except (DatabaseError, RedisError, OSError):
        return
    lay()
    if changed:
        menu.draw_anew()


def announce() -> None:
    """Something has changed and is committed: here at once, elsewhere within seconds."""
    cache.set(EDITION, time.time_ns(), None)
    keep_up(at_once=True)


def read() -> dict[str, Layer]:
    """The own texts by language; Cyrillic Uzbek follows the Latin text where it has none of its own. One query."""
    layers = {language: Layer() for language in LANGUAGES}
    for msgid, *texts in Text.objects.own().values_list("msgid", *OWN_COLUMNS):
        own = dict(zip(LANGUAGES, texts, strict=True))
        if own["uz"] and not own["uz-cyrl"]:
            own["uz-cyrl"] = message_to_cyrillic(own["uz"])
        for language, text in own.items():
            if text:
                layers[language][msgid] = text
    return layers


def lay() -> None:
    """Put each layer on top of its catalogue, in place of the one before."""
    for language, layer in state.layers.items():
        catalogue: Any = trans_real.translation(language)._catalog  # type: ignore[attr-defined]
        if isinstance(catalogue._catalogs[0], Layer):
            catalogue._catalogs[0] = layer
        elif layer:
            catalogue._plurals.insert(0, catalogue._plurals[0])
            catalogue._catalogs.insert(0, layer)
