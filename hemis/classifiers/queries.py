"""Reading classifiers, from memory.

A process keeps each list it has used and asks for the change stamp at most every
``CHECK_SECONDS``: a page never pays a query per field, and a newly loaded list
reaches every worker within that time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from django.db import connection
from django.utils.translation import get_language

from hemis.classifiers.models import ClassifierItem
from hemis.people import names

CHECK_SECONDS = 15.0


@dataclass
class _Memory:
    stamp: int | None = None
    checked: float = 0.0
    items: dict[str, dict[str, ClassifierItem]] = field(default_factory=dict)


_memory = _Memory()


def forget() -> None:
    """Drop the memory of this process: after loading lists, and between tests."""
    _memory.stamp, _memory.checked = None, 0.0
    _memory.items.clear()


def _refresh() -> bool:
    """Look whether the lists changed; False while the table does not exist yet."""
    if _memory.stamp is not None and time.monotonic() - _memory.checked < CHECK_SECONDS:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('classifiers_classifierstamp')")
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute("SELECT coalesce(max(value), 0) FROM classifiers_classifierstamp")
        stamp = cursor.fetchone()[0]
    if stamp != _memory.stamp:
        _memory.items.clear()
    _memory.stamp, _memory.checked = stamp, time.monotonic()
    return True


def items(list_code: str) -> dict[str, ClassifierItem]:
    """All options of a list by code, retired ones too, in the list's order."""
    if not _refresh():
        return {}
    if list_code not in _memory.items:
        rows = ClassifierItem.objects.filter(list=list_code).order_by("position", "code")
        _memory.items[list_code] = {row.code: row for row in rows}
    return _memory.items[list_code]


def choices(list_code: str) -> list[tuple[str, str]]:
    """Options in use, as ``(code, name)`` in the language in use."""
    language = get_language()
    return [(item.code, item.name(language)) for item in items(list_code).values() if item.retired_at is None]


def label(list_code: str, code: str) -> str:
    """Name of one option, retired ones too; the code itself when unknown."""
    item = items(list_code).get(code)
    return item.name() if item else code


def code_for(list_code: str, text: str) -> str | None:
    """The code of the option named ``text``, in any of its languages, however it was typed."""
    wanted = names.fold(text)
    for item in items(list_code).values():
        known = (item.code, item.name_uz, item.name_cyrl, item.name_ru, item.name_en)
        if item.retired_at is None and any(wanted == names.fold(name) for name in known if name):
            return item.code
    return None
