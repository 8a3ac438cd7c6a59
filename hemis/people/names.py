"""Names of people: tidied, compared, searched and sorted the Uzbek way (law 10).

A name is stored in Uzbek Latin with U+02BB in oʻ and gʻ and U+02BC as tutuq
belgisi. It is found however it was typed: any apostrophe or none, any case,
Cyrillic or Latin, words in any order, and with the spellings people mix up
(Хакимов for Hakimov, Юлдашев for Yoʻldoshev).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.contrib.postgres.search import SearchQuery

from hemis.people.transliteration import (
    APOSTROPHES,
    OKINA,
    TUTUQ,
    fix_apostrophes,
    to_cyrillic,
    to_latin,
)

__all__ = [
    "clean_name", "fold", "initial", "search_query", "search_text", "sort_key", "sound", "to_cyrillic", "to_latin",
]  # fmt: skip

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_NAME_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{OKINA}{TUTUQ}])*")
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
# Cyrillic letters that look Latin, for words typed in both scripts at once.
_LOOKALIKES = str.maketrans("аеорсухіАВЕКМНОРСТУХІ", "aeopcyxiABEKMHOPCTYXI")
_SUFFIXES = {
    f"o{OKINA}g{OKINA}li": f"o{OKINA}g{OKINA}li", f"o{OKINA}gli": f"o{OKINA}g{OKINA}li",
    f"og{OKINA}li": f"o{OKINA}g{OKINA}li", "ogli": f"o{OKINA}g{OKINA}li", "ugli": f"o{OKINA}g{OKINA}li",
    "qizi": "qizi", "kizi": "qizi",
}  # fmt: skip


def clean_name(text: str) -> str:
    """A name as it is stored: spaces, apostrophes, script and capitals put right.

    ``"  KARIMOV "`` → ``Karimov``; ``"Komil O`G`LI"`` → ``Komil oʻgʻli``;
    ``"Ўринов"`` → ``Oʻrinov``. Names in mixed capitals (``McDonald``) stay.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = " ".join(text.split())
    text = re.sub(rf"\s+(?=[{APOSTROPHES}])|^[{APOSTROPHES}]+", "", text)
    words = [to_latin(_one_script(word)) for word in text.split(" ")]
    return " ".join(_capitalise(word, first=at == 0) for at, word in enumerate(words) if word)


def _one_script(word: str) -> str:
    """A mostly Latin word with look-alike Cyrillic letters, all in Latin."""
    cyrillic = sum("\u0400" <= char <= "\u04ff" for char in word)
    latin = sum(char.isascii() and char.isalpha() for char in word)
    return word.translate(_LOOKALIKES) if 0 < cyrillic < latin else word


def _capitalise(word: str, *, first: bool) -> str:
    suffix = _SUFFIXES.get(word.lower())
    if suffix and not first:
        return suffix
    return _NAME_WORD.sub(_capitalise_part, word)


def _capitalise_part(match: re.Match[str]) -> str:
    part = match.group()
    if part.isupper() and len(part) > 1 or part.islower():
        return part[:1].upper() + part[1:].lower()
    return part


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """A key for comparing text: lower-case Latin, no apostrophes, no accents, single spaces."""
    text = to_latin(unicodedata.normalize("NFC", text).lower())
    text = _APOSTROPHE.sub("", text)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    return " ".join(text.split())


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """A coarser key that levels the usual misspellings and Russian spellings of one name."""
    word = to_latin(unicodedata.normalize("NFC", word).lower()).replace(f"o{OKINA}", "u")
    word = fold(word)
    for written, heard in (
        ("dj", "j"),
        ("kh", "h"),
        ("zh", "j"),
        ("x", "h"),
        ("q", "k"),
        ("w", "v"),
        ("o", "a"),
    ):
        word = word.replace(written, heard)
    word = re.sub(r"^ye", "e", word)
    return re.sub(r"(.)\1", r"\1", word)


_TOKEN = re.compile(r"[^\W_]+")
_PASSPORT = re.compile(r"^[a-z]{2}(\d{7})$")


def _words(text: str) -> list[str]:
    """Words of ``text`` with their oʻ still told from o."""
    text = to_latin(_INVISIBLE.sub("", unicodedata.normalize("NFC", text))).replace(TUTUQ, "")
    return re.findall(rf"(?:[^\W_]|{OKINA})+", text)


def search_text(*parts: str) -> str:
    """What the search index holds for ``parts`` (names, PINFL, passport, phone)."""
    tokens: dict[str, None] = {}
    for part in parts:
        if part.lstrip("+").replace(" ", "").replace("-", "").isdigit():
            _add_number(tokens, re.sub(r"\D", "", part))
            continue
        for word in _words(part):
            key = fold(word)
            tokens[key] = None
            if not any(char.isdigit() for char in key):
                tokens[sound(word)] = None
            if passport := _PASSPORT.match(key):
                tokens[passport[1]] = None
    return " ".join(token for token in tokens if token)


def _add_number(tokens: dict[str, None], digits: str) -> None:
    tokens[digits] = None
    if digits.startswith("998") and len(digits) == 12:
        tokens[digits[3:]] = None


def search_query(text: str) -> SearchQuery:
    """A prefix query for what a person typed: every word must begin some word of the row.

    Only letters and digits of ``text`` reach the query, so nothing typed is an
    operator. Words of one or two letters match as spelt, longer ones also by sound.
    """
    if re.fullmatch(r"\+?[\d\s()-]+", text.strip()):
        return SearchQuery(_prefix(re.sub(r"\D", "", text)), search_type="raw", config="simple")
    terms = []
    for word in _words(text)[:12]:
        key = "".join(_TOKEN.findall(fold(word)))
        heard = "".join(_TOKEN.findall(sound(word)))
        if not key:
            continue
        if len(key) < 3 or heard == key or any(char.isdigit() for char in key):
            terms.append(_prefix(key))
        else:
            terms.append(f"({_prefix(key)} | {_prefix(heard)})")
    return SearchQuery(" & ".join(terms), search_type="raw", config="simple")


def _prefix(token: str) -> str:
    return f"{token[:64]}:*" if token else ""


# The Uzbek alphabet; c and w of foreign names stand after b and v.
_ALPHABET = [
    *"abcdefghijklmnopqrstuvwxyz", f"o{OKINA}", f"g{OKINA}", "sh", "ch", "ng",
]  # fmt: skip
_ORDER = {letter: chr(0x41 + place) for place, letter in enumerate(_ALPHABET)}
_LETTER = re.compile(f"o{OKINA}|g{OKINA}|sh|ch|ng|.")


@lru_cache(maxsize=50_000)
def sort_key(name: str) -> str:
    """A key whose byte order (C collation) is the order of the Uzbek alphabet."""
    text = " ".join(to_latin(unicodedata.normalize("NFC", name).lower()).replace(TUTUQ, "").split())
    if not text.replace(OKINA, "").isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(_ORDER.get(letter, letter) for letter in _LETTER.findall(text))


_INITIAL = re.compile(f"o{OKINA}|g{OKINA}|sh|ch|.", re.IGNORECASE)


def initial(part: str) -> str:
    """The initial of a name: ``Shoira`` → ``Sh.``, ``Oʻtkir`` → ``Oʻ.``; empty for an empty name."""
    match = _INITIAL.match(fix_apostrophes(part.strip()))
    return match.group().capitalize() + "." if match else ""
