"""What the program itself says: read from its compiled catalogues, kept as rows so that it can be searched."""

from __future__ import annotations

import gettext
from pathlib import Path

import polib
from django.core.cache import cache
from django.db import connection, transaction

from hemis.ops import translations
from hemis.wording.models import LANGUAGES, Text

FOLDERS = {"uz": "uz", "ru": "ru", "uz-cyrl": translations.CYRILLIC}
STAMP = "wording.catalogue"
LOCK = 7_306_001
FIELDS = ("uz", "cyrl", "ru")


def program_texts() -> dict[str, dict[str, str]]:
    """Every message of the program → what it says, by column; those with plural forms or a context are not offered.

    The catalogues hold some of Django's own messages besides (``vendor.po``); these are none of the program's.
    """
    said = {language: _read(translations.target(folder)) for language, folder in FOLDERS.items()}
    vendor = {one.msgid for one in polib.pofile(str(translations.source("uz", "vendor")))}
    ours = said["ru"].keys() | said["uz"].keys() - vendor
    return {
        msgid: {LANGUAGES[language]: texts.get(msgid, "") for language, texts in said.items()}
        for msgid in sorted(ours)
    }


def _read(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {
        key: text for key, text in catalogue.items() if isinstance(key, str) and key and "\x04" not in key
    }


def stamp() -> str:
    """Another one as soon as a catalogue is another."""
    return " ".join(str(translations.target(one).stat().st_mtime_ns) for one in FOLDERS.values())


def keep_up() -> None:
    """Bring the rows in step with the catalogues, if these have changed since."""
    now = stamp()
    if cache.get(STAMP) == now and Text.objects.exists():
        return
    sync(program_texts())
    cache.set(STAMP, now, None)


@transaction.atomic
def sync(said: dict[str, dict[str, str]]) -> tuple[int, int, int]:
    """Add, change and retire rows; how many of each. What has an own text stays, marked.

    In order: a lock, so that two pages do not do it at once; new messages; changed ones, outdated where an own
    text stands over what has changed; messages that the program says no more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    known = {one.msgid: one for one in Text.objects.all()}
    new = [Text(msgid=msgid, **texts) for msgid, texts in said.items() if msgid not in known]
    Text.objects.bulk_create(new, batch_size=2000)
    changed = [one for one in known.values() if one.msgid in said and _take(one, said[one.msgid])]
    Text.objects.bulk_update(changed, [*FIELDS, "is_outdated", "is_used"], batch_size=2000)
    silent = [one.pk for one in known.values() if one.msgid not in said and one.is_used]
    own = Text.objects.own().filter(pk__in=silent)
    kept = own.update(is_used=False)
    gone = Text.objects.filter(pk__in=silent, is_used=True)
    gone.delete()
    return len(new), len(changed), len(silent) - kept


def _take(row: Text, texts: dict[str, str]) -> bool:
    """Put what the program says into the row; whether anything differs."""
    differs = False
    for column in FIELDS:
        if getattr(row, column) != texts[column]:
            row.is_outdated |= bool(getattr(row, f"own_{column}"))
            setattr(row, column, texts[column])
            differs = True
    if not row.is_used:
        row.is_used, differs = True, True
    return differs
