"""Filling the classifiers: the program's own small lists and the ministry's file.

Nothing is deleted. An option missing from a complete list is retired; one that
comes back is in use again. Running the same input twice changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.classifiers import queries
from hemis.classifiers.models import ClassifierItem, ClassifierList
from hemis.people.transliteration import fix_apostrophes, message_to_cyrillic, to_latin

BUILTIN = Path(__file__).with_name("builtin.txt")
MAX_BYTES = 50 * 1024 * 1024
LANGUAGES = {"uz-UZ": "name_uz", "oz-UZ": "name_cyrl", "ru-RU": "name_ru", "en-US": "name_en"}
NAMES = ("name_uz", "name_cyrl", "name_ru", "name_en")


class BadClassifierFile(ValueError):
    """The file is not what the ministry sends; the message says where."""


@dataclass(frozen=True)
class OptionData:
    code: str
    names: dict[str, str]
    parent: str = ""


@dataclass(frozen=True)
class ListData:
    code: str
    names: dict[str, str]
    options: list[OptionData]


@dataclass
class Change:
    """What happened to one list: codes added, renamed (was, now), retired, in use again."""

    list_code: str
    is_new: bool = False
    added: list[tuple[str, str]] = field(default_factory=list)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    retired: list[tuple[str, str]] = field(default_factory=list)
    reinstated: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(
            self.is_new or self.added or self.renamed or self.moved or self.retired or self.reinstated
        )


def tidy(text: str) -> str:
    """An Uzbek (Latin) name as it is stored: one kind of apostrophe, one script, single spaces."""
    return to_latin(fix_apostrophes(" ".join(text.split())))


def read_builtin(path: Path = BUILTIN) -> list[ListData]:
    """The program's own lists (the format stands at the head of the file)."""
    lists: list[ListData] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        code, uz, ru, en = (part.strip() for part in line.removeprefix("= ").split(" | "))
        names = {"name_uz": uz, "name_cyrl": message_to_cyrillic(uz), "name_ru": ru, "name_en": en}
        if line.startswith("= "):
            lists.append(ListData(code, names, []))
        else:
            lists[-1].options.append(OptionData(code, names))
    return lists


def read_ministry_file(path: Path) -> list[ListData]:
    """The lists of a file in the ministry's shape.

    ``{list code: {"name": {...}, "options": [{"code", "uz-UZ", "oz-UZ", "ru-RU", "en-US", "parent"}]}}``

    Raises:
        BadClassifierFile: not readable, too large, not JSON, another shape, an
            option without code or name, or the same code twice in a list.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BadClassifierFile(
                _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 2**20}
            )
        content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_no_duplicates)
    except OSError as error:
        raise BadClassifierFile(
            _("The file cannot be read: %(error)s") % {"error": error.strerror}
        ) from error
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        raise BadClassifierFile(_("The file is not JSON: %(error)s") % {"error": error}) from error
    if not isinstance(content, dict) or not content:
        raise BadClassifierFile(_("The file holds no lists."))
    return [_list(str(code), value) for code, value in content.items()]


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadClassifierFile(_("“%(key)s” stands twice.") % {"key": twice})
    return result


def _list(code: str, value: Any) -> ListData:
    if not isinstance(value, dict) or not isinstance(value.get("options"), list):
        raise BadClassifierFile(_("%(list)s: a name and options are expected.") % {"list": code})
    if not 1 <= len(code) <= 64:
        raise BadClassifierFile(_("%(list)s: the code is longer than 64 characters.") % {"list": code[:64]})
    seen: set[str] = set()
    options = [_option(code, place, raw, seen) for place, raw in enumerate(value["options"], start=1)]
    if not options:
        raise BadClassifierFile(_("%(list)s: the list is empty.") % {"list": code})
    name = value.get("name")
    return ListData(code, _names(name if isinstance(name, dict) else {}) or {"name_uz": code}, options)


def _option(list_code: str, place: int, raw: Any, seen: set[str]) -> OptionData:
    where = {"list": list_code, "place": place}
    code = raw.get("code") if isinstance(raw, dict) else None
    if not isinstance(code, str) or not code.strip() or len(code) > 64:
        raise BadClassifierFile(_("%(list)s, option %(place)s: no code.") % where)
    code = code.strip()
    if code in seen:
        raise BadClassifierFile(
            _("%(list)s: code %(code)s stands twice.") % {"list": list_code, "code": code}
        )
    seen.add(code)
    names = _names(raw)
    if not names.get("name_uz"):
        raise BadClassifierFile(_("%(list)s, option %(place)s: no name in Uzbek.") % where)
    if any(len(name) > 512 for name in names.values()):
        raise BadClassifierFile(
            _("%(list)s, option %(place)s: the name is longer than 512 characters.") % where
        )
    return OptionData(code, names, str(raw.get("parent") or ""))


def _names(raw: Mapping[str, Any]) -> dict[str, str]:
    names = {
        column: " ".join(raw[language].split())
        for language, column in LANGUAGES.items()
        if isinstance(raw.get(language), str) and raw[language].strip()
    }
    if "name_uz" in names:
        names["name_uz"] = tidy(names["name_uz"])
        names.setdefault("name_cyrl", message_to_cyrillic(names["name_uz"]))
    return names


def load_builtin(lists_model=ClassifierList, items_model=ClassifierItem) -> None:
    """Add what is missing of the program's own lists; what the ministry's file said is left alone."""
    loaded = dict(lists_model.objects.values_list("code", "loaded_at"))
    known = set(items_model.objects.values_list("list_id", "code"))
    lists = [data for data in read_builtin() if loaded.get(data.code) is None]
    lists_model.objects.bulk_create(
        [lists_model(code=data.code, **data.names) for data in lists if data.code not in loaded]
    )
    missing = [
        items_model(
            list_id=data.code, code=option.code, position=place, parent_code=option.parent, **option.names
        )
        for data in lists
        for place, option in enumerate(data.options, start=1)
        if (data.code, option.code) not in known
    ]
    if missing:
        items_model.objects.bulk_create(missing)
        queries.invalidate()


@transaction.atomic
def load(lists: Iterable[ListData], *, now: datetime | None = None) -> list[Change]:
    """Take over complete lists and tell what changed, list by list.

    Lists that are not given stay as they are. Order: names of lists, then
    options added, renamed, retired and put in use again, in one transaction.
    """
    now = now or timezone.now()
    changes = [_load_list(data, now) for data in lists]
    if any(changes):
        queries.invalidate()
    return changes


def _load_list(data: ListData, now: datetime) -> Change:
    record, is_new = ClassifierList.objects.select_for_update().get_or_create(
        code=data.code, defaults=data.names
    )
    change = Change(data.code, is_new=is_new)
    renamed = _rename(record, data.names)
    if renamed:
        change.renamed.append(("", *renamed))
    if renamed or record.loaded_at is None:
        record.loaded_at = record.loaded_at or now
        record.save()
    known = {item.code: item for item in record.items.all()}
    new, touched = [], []
    for place, option in enumerate(data.options, start=1):
        item = known.pop(option.code, None)
        if item is None:
            new.append(
                ClassifierItem(
                    list=record, code=option.code, position=place, parent_code=option.parent, **option.names
                )
            )
            change.added.append((option.code, option.names["name_uz"]))
        elif _update(item, option, place, change):
            touched.append(item)
    for item in known.values():
        if item.retired_at is None:
            item.retired_at = now
            touched.append(item)
            change.retired.append((item.code, item.name_uz))
    ClassifierItem.objects.bulk_create(new)
    ClassifierItem.objects.bulk_update(touched, [*NAMES, "position", "parent_code", "retired_at"])
    return change


def _update(item: ClassifierItem, option: OptionData, place: int, change: Change) -> bool:
    renamed = _rename(item, option.names)
    if renamed:
        change.renamed.append((item.code, *renamed))
    moved = (item.position, item.parent_code) != (place, option.parent)
    if moved:
        item.position, item.parent_code = place, option.parent
        change.moved.append(item.code)
    reinstated = item.retired_at is not None
    if reinstated:
        item.retired_at = None
        change.reinstated.append((item.code, item.name_uz))
    return bool(renamed or moved or reinstated)


def _rename(named: ClassifierList | ClassifierItem, names: dict[str, str]) -> tuple[str, str] | None:
    """Set the given names; the first that changes, as (was, now)."""
    changed = [
        (getattr(named, column), name) for column, name in names.items() if getattr(named, column) != name
    ]
    for column, name in names.items():
        setattr(named, column, name)
    return changed[0] if changed else None
