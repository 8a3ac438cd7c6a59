"""Message catalogues: English msgids, Uzbek and Russian by hand, Cyrillic Uzbek by rule.

``django.po`` holds the program's own messages (``manage.py messages --collect``
keeps it in step with the code, see ``hemis.ops.extraction``), ``vendor.po`` what Django and its companions
leave untranslated. The binary catalogues are made from both whenever a source
is newer, without gettext, and are not kept in the repository.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import polib
from django.apps import apps
from django.conf import settings
from django.utils.translation import activate, get_language
from django.utils.translation.reloader import translation_file_changed

from hemis.people import transliteration

LOCALE = Path(__file__).resolve().parent.parent / "locale"
WRITTEN = ("uz", "ru")
CYRILLIC = "uz_Cyrl"
PLURALS = {"uz": "nplurals=1; plural=0;", CYRILLIC: "nplurals=1; plural=0;"}


def source(language: str, domain: str = "django") -> Path:
    """The catalogue that people translate."""
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def target(language: str) -> Path:
    """The binary catalogue that Django reads."""
    return LOCALE / language / "LC_MESSAGES" / "django.mo"


def compile_catalogues(*, force: bool = False) -> list[Path]:
    """Write the binary catalogues whose sources are newer; returns those written.

    Costs a few file dates when nothing changed, so every start may call it. A
    read-only installation keeps what it was shipped with.
    """
    written = []
    for language in WRITTEN:
        sources = [path for path in (source(language), source(language, "vendor")) if path.exists()]
        if sources and (force or _is_stale(target(language), sources)):
            written += _write(target(language), _joined(language, sources))
    uzbek = [source("uz"), source("uz", "vendor"), Path(transliteration.__file__), Path(__file__)]
    sources = [path for path in uzbek if path.exists()]
    if source("uz").exists() and (force or _is_stale(target(CYRILLIC), sources)):
        written += _write(target(CYRILLIC), cyrillic(_everything_uzbek()))
    if written:
        # What this process has read already is older; the language in use stays.
        language = get_language()
        translation_file_changed(None, written[0])
        if language:
            activate(language)
    return written


def untranslated(language: str) -> list[str]:
    """Messages of the program without a translation or with a doubtful one."""
    entries = polib.pofile(str(source(language)))
    return [entry.msgid for entry in entries if not entry.obsolete and not entry.translated()]


def cyrillic(catalogue: Iterable[polib.POEntry]) -> polib.POFile:
    """The Uzbek catalogue in Cyrillic; placeholders and markup stay as they are."""
    result = _empty(CYRILLIC)
    for entry in catalogue:
        plural = {i: transliteration.message_to_cyrillic(text) for i, text in entry.msgstr_plural.items()}
        result.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgid_plural=entry.msgid_plural,
                msgctxt=entry.msgctxt,
                msgstr=transliteration.message_to_cyrillic(entry.msgstr),
                msgstr_plural=plural,
            )
        )
    return result


def _is_stale(path: Path, sources: list[Path]) -> bool:
    return not path.exists() or path.stat().st_mtime < max(part.stat().st_mtime for part in sources)


def _joined(language: str, sources: list[Path]) -> polib.POFile:
    """Entries of all sources, the first that has a message winning."""
    result = _empty(language)
    seen: set[tuple[str, str | None]] = set()
    for path in sources:
        catalogue = polib.pofile(str(path))
        if path == sources[0] and "Plural-Forms" in catalogue.metadata:
            result.metadata["Plural-Forms"] = catalogue.metadata["Plural-Forms"]
        for entry in catalogue:
            key = (entry.msgid, entry.msgctxt)
            if entry.translated() and not entry.obsolete and key not in seen:
                seen.add(key)
                result.append(entry)
    return result


def _everything_uzbek() -> list[polib.POEntry]:
    """The program's own Uzbek messages, then those of Django and the installed apps."""
    own = _joined("uz", [path for path in (source("uz"), source("uz", "vendor")) if path.exists()])
    entries = {(entry.msgid, entry.msgctxt): entry for entry in own}
    import django

    folders = [
        Path(django.__file__).parent / "conf",
        *(Path(config.path) for config in apps.get_app_configs()),
    ]
    for folder in folders:
        for path in (folder / "locale" / "uz" / "LC_MESSAGES").glob("django.mo"):
            for entry in polib.mofile(str(path)):
                entries.setdefault((entry.msgid, entry.msgctxt), entry)
    return [entry for entry in entries.values() if entry.msgid and (entry.msgstr or entry.msgstr_plural)]


def _empty(language: str) -> polib.POFile:
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8", "Language": language}
    if language in PLURALS:
        catalogue.metadata["Plural-Forms"] = PLURALS[language]
    return catalogue


def _write(path: Path, catalogue: polib.POFile) -> list[Path]:
    """Write beside the file and rename, so that two processes never read half a catalogue."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save_as_mofile(str(part))
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        return []
    return [path]


def languages() -> list[str]:
    """Languages whose catalogue people write, of those the screens offer."""
    return [language for language in WRITTEN if language in dict(settings.LANGUAGES)]
