"""Collects the messages of the code and the templates, and keeps the written catalogues in step with them.

Needs neither gettext nor a library: Python reads Python, and Django turns a template
into calls of gettext. What ``makemessages`` would find is found: functions in Python,
``translate`` and ``blocktranslate`` with context and plural, ``_("…")`` inside other tags.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from django.utils.translation import templatize

from hemis.ops.translations import LOCALE, WRITTEN, source

ROOT = LOCALE.parent.parent
IGNORED = {"node_modules", "static", "staticfiles", "tests", "docs"}
# Function → places of the message, its plural and its context among the arguments.
PLACES: dict[str, tuple[int, int | None, int | None]] = {
    "_": (0, None, None),
    "gettext": (0, None, None),
    "ngettext": (0, 1, None),
    "pgettext": (1, None, 0),
    "npgettext": (1, 2, 0),
    # A text that is kept by its template (hemis.explain).
    "Phrase": (0, None, None),
}
# What Django makes of a template: only plain strings stand in the brackets.
STRING = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL = re.compile(rf"\b(?:n?p?gettext|_)\(\s*{STRING}(?:\s*,\s*{STRING})*\s*(?:,\s*count\s*)?\)")
PYTHON_FORMAT = re.compile(r"%\([a-z_]\w*\)[sdf]|%[sd]")
KEPT_HEADERS = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms"}

Key = tuple[str, str | None]


@dataclass
class Found:
    """One message of the program and the files that say it."""

    msgid: str
    plural: str = ""
    context: str | None = None
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return self.msgid, self.context


@dataclass(frozen=True)
class Difference:
    """How a catalogue differs from the code: messages it lacks, and messages that nothing says any more."""

    missing: list[str]
    unused: list[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.unused)


def collect(root: Path = ROOT) -> dict[Key, Found]:
    """All messages of the Python files and templates below ``root``."""
    found: dict[Key, Found] = {}
    for path in code_files(root):
        text = path.read_text(encoding="utf-8")
        if "_" not in text and "trans" not in text:
            continue
        calls = ast.walk(ast.parse(text, path)) if path.suffix == ".py" else _template_calls(text, path)
        for msgid, plural, context in _messages(calls):
            one = found.setdefault((msgid, context), Found(msgid, context=context))
            one.plural = one.plural or plural
            one.files.add(path.relative_to(root).as_posix())
    return found


def difference(language: str, found: dict[Key, Found]) -> Difference:
    """What the written catalogue of ``language`` lacks and what it has in vain."""
    kept = {(entry.msgid, entry.msgctxt): entry for entry in _entries(polib.pofile(str(source(language))))}
    missing = [
        one.msgid for key, one in found.items() if key not in kept or one.plural != kept[key].msgid_plural
    ]
    return Difference(sorted(missing), sorted(msgid for msgid, context in kept.keys() - found.keys()))


def update(language: str, found: dict[Key, Found]) -> Difference:
    """Bring the catalogue in step: new messages come in untranslated, unused ones go; tells which."""
    path = source(language)
    changes = difference(language, found)
    catalogue = polib.pofile(str(path), wrapwidth=0)
    kept = {(entry.msgid, entry.msgctxt): entry for entry in _entries(catalogue)}
    plurals = int(catalogue.metadata["Plural-Forms"].split("nplurals=")[1].split(";")[0])
    entries = [_entry(one, kept.get(key), plurals) for key, one in found.items()]
    catalogue.header = ""
    catalogue.metadata_is_fuzzy = False
    headers = {name: value for name, value in catalogue.metadata.items() if name in KEPT_HEADERS}
    catalogue.metadata = {"Project-Id-Version": "HEMIS", "Language": language} | headers
    catalogue.clear()
    catalogue.extend(
        sorted(entries, key=lambda entry: (entry.msgid.lower(), entry.msgid, entry.msgctxt or ""))
    )
    catalogue.save(str(path))
    return changes


def update_all() -> dict[str, Difference]:
    """Bring all written catalogues in step; what changed in each."""
    found = collect()
    return {language: update(language, found) for language in WRITTEN}


def code_files(root: Path = ROOT) -> Iterator[Path]:
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name not in IGNORED and not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
                yield path


def _template_calls(text: str, path: Path) -> Iterator[ast.AST]:
    for match in CALL.finditer(templatize(text, origin=str(path))):
        yield ast.parse(match[0], mode="eval").body


def _messages(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str, str | None]]:
    """Message, plural and context of each call that translates a plain text."""
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        places = PLACES.get(re.sub("_(lazy|noop)$", "", str(name)))
        if places is None:
            continue
        texts = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
        message, plural, context = (
            texts[at] if at is not None and at < len(texts) else None for at in places
        )
        if isinstance(message, str) and message:
            yield message, str(plural or ""), context if isinstance(context, str) else None


def _entries(catalogue: polib.POFile) -> list[polib.POEntry]:
    return [entry for entry in catalogue if not entry.obsolete]


def _entry(one: Found, before: polib.POEntry | None, plurals: int) -> polib.POEntry:
    """The catalogue's line for a message: the translation it had, else empty."""
    entry = polib.POEntry(
        msgid=one.msgid,
        msgid_plural=one.plural,
        msgctxt=one.context,
        occurrences=[(name, "") for name in sorted(one.files)],
        flags=["python-format"] if PYTHON_FORMAT.search(one.msgid) else [],
    )
    if one.plural:
        entry.msgstr_plural = dict.fromkeys(range(plurals), "")
    if before is None or bool(before.msgid_plural) != bool(one.plural):
        return entry
    entry.msgstr, entry.tcomment = before.msgstr, before.tcomment
    if one.plural:
        entry.msgstr_plural = before.msgstr_plural
    if before.fuzzy:
        entry.flags.append("fuzzy")
    return entry
