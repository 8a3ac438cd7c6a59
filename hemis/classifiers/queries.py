"""Reading classifiers: choices, labels and codes, from a copy kept in the process.

The copy is read with one statement and lives until the version in the shared
cache changes; the version is asked for at most once in ``RECHECK`` seconds, so
every worker sees a newly loaded list within that time.
"""

from __future__ import annotations

import difflib
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import get_language, override
from redis.exceptions import RedisError

from hemis.classifiers import matching
from hemis.classifiers.models import ClassifierItem
from hemis.classifiers.own import OWN

VERSION_KEY = "classifiers:version"
RECHECK = 2.0  # seconds
REREAD = 30.0  # seconds, while the shared cache cannot be reached

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a national list."""

    code: str
    name_uz: str
    name_cyrl: str
    name_ru: str
    name_en: str
    parent: str
    retired: bool

    def name(self, language: str | None) -> str:
        """The name in ``language``, falling back to Uzbek."""
        if language == "ru":
            return self.name_ru or self.name_uz
        if language == "en":
            return self.name_en or self.name_uz
        if language == "uz-cyrl":
            return self.name_cyrl or self.name_uz
        return self.name_uz


@dataclass
class _Copy:
    version: str | None
    lists: dict[str, dict[str, Option]]
    keys: dict[str, dict[str, set[str]]] = field(default_factory=dict)


_lock = threading.Lock()
_copy: _Copy | None = None
_checked_at = 0.0


def options(list_code: str) -> dict[str, Option]:
    """All options of a list by code, retired ones too, in the ministry's order."""
    return _current().lists.get(list_code, {})


def choices(list_code: str) -> list[tuple[str, str]]:
    """Options in use, as ``(code, name)`` in the language in use."""
    language = get_language()
    return [(o.code, o.name(language)) for o in options(list_code).values() if not o.retired]


def label(list_code: str, code: str, language: str | None = None) -> str:
    """Name of one option, retired ones and those of our own (``own.OWN``) too; the code itself when unknown."""
    option = options(list_code).get(code)
    if option is None and code in OWN.get(list_code, {}):
        with override(language or get_language()):
            return str(OWN[list_code][code])
    return option.name(language or get_language()) if option else code


def is_known(list_code: str, code: str) -> bool:
    """Whether the list has ``code``, in use or retired."""
    return code in options(list_code)


def code_for(list_code: str, text: str, *, among: Callable[[str], bool] | None = None) -> str | None:
    """The code of the option in use that ``text`` names, or None when none or several fit.

    Takes the code itself and the name in any language, script and apostrophe,
    the usual short forms (``Bakalavr``, ``Kunduzgi``, ``1 kurs``) and a name
    whose first words are enough. ``among`` narrows the codes: ``h_soato`` holds
    regions and districts. A misspelt name fits nothing; see :func:`closest`.
    """
    copy = _current()
    keys = copy.keys.get(list_code)
    if keys is None:
        keys = copy.keys[list_code] = matching.keys(list_code, copy.lists.get(list_code, {}).values())
    for key in matching.candidates(list_code, text):
        found = {code for code in keys.get(key, ()) if among is None or among(code)}
        if len(found) == 1:
            return found.pop()
        if found:
            return None
    return None


def closest(list_code: str, text: str, *, among: Callable[[str], bool] | None = None) -> str | None:
    """The name most like a misspelt ``text``, to tell the person what would be right."""
    names = {
        matching.plain(option.name_uz): option.name(get_language())
        for option in options(list_code).values()
        if not option.retired and (among is None or among(option.code))
    }
    near = difflib.get_close_matches(matching.plain(text), names, n=1, cutoff=0.6)
    return names[near[0]] if near else None


def invalidate() -> None:
    """Forget the copy in this process now and in all others once the transaction commits."""
    forget()
    transaction.on_commit(_publish)


def forget() -> None:
    """Forget this process's copy."""
    global _copy
    _copy = None


def _publish() -> None:
    forget()
    try:
        cache.set(VERSION_KEY, uuid.uuid4().hex, timeout=None)
    except RedisError:
        logger.warning(
            "classifiers: the shared cache is away; other processes see the change when it is back"
        )


def _shared_version(now: float) -> str | None:
    """The version in the shared cache; while that is away, a value that changes now and then."""
    try:
        return cache.get(VERSION_KEY)
    except RedisError:
        return f"away {now // REREAD}"


def _current() -> _Copy:
    global _copy, _checked_at
    copy, now = _copy, time.monotonic()
    if copy is not None and now - _checked_at < RECHECK:
        return copy
    with _lock:
        version = _shared_version(now)
        _checked_at = now
        if _copy is None or _copy.version != version:
            _copy = _Copy(version, _read())
        return _copy


def _read() -> dict[str, dict[str, Option]]:
    lists: dict[str, dict[str, Option]] = {}
    rows = ClassifierItem.objects.order_by("list", "position", "code").values_list(
        "list", "code", "name_uz", "name_cyrl", "name_ru", "name_en", "parent_code", "retired_at"
    )
    for list_code, code, uz, cyrl, ru, en, parent, retired_at in rows:
        lists.setdefault(list_code, {})[code] = Option(code, uz, cyrl, ru, en, parent, retired_at is not None)
    return lists
