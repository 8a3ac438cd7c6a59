"""Uzbek Latin and Cyrillic, each made from the other by rule.

The rules are those of the 1995 alphabet: ``oʻ gʻ sh ch ng``, the tutuq belgisi
``ʼ``, ``e``/``э`` by position, ``ts`` for ``ц`` after a vowel. A short list of
borrowed stems whose Cyrillic spelling cannot be guessed (``октябрь``,
``факультет``) stands at the end of the rules. Going to Cyrillic and back gives
the Latin text again.
"""

from __future__ import annotations

import re
from functools import lru_cache

OKINA = "\u02bb"  # ʻ, the mark of oʻ and gʻ
TUTUQ = "\u02bc"  # ʼ, the tutuq belgisi
APOSTROPHES = "'`\u2018\u2019\u201b\u2032\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\uff07\u02c8"

_AFTER_O_G = re.compile(f"(?<=[oOgG])[{APOSTROPHES}]+")
_AFTER_LETTER = re.compile(f"(?<=[^\\W\\d_oOgG{OKINA}])[{APOSTROPHES}]+(?=[^\\W\\d_])")
_LATIN_WORD = re.compile(f"[A-Za-z](?:[A-Za-z{OKINA}]|{TUTUQ}(?=[A-Za-z]))*")
_CYRILLIC_WORD = re.compile("[\u0400-\u04ff]+")
_VOWELS = frozenset("aeiou")
_CYRILLIC_VOWELS = frozenset("аеёиоуўэюяы")

# Longest first: the scanner takes the first that fits.
_TO_CYRILLIC = {
    f"yo{OKINA}": "йў", f"s{TUTUQ}h": "сҳ", f"o{OKINA}": "ў", f"g{OKINA}": "ғ", "sh": "ш", "ch": "ч",
    "yo": "ё", "yu": "ю", "ya": "я",
    "a": "а", "b": "б", "c": "с", "d": "д", "f": "ф", "g": "г", "h": "ҳ", "i": "и", "j": "ж", "k": "к",
    "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "қ", "r": "р", "s": "с", "t": "т", "u": "у",
    "v": "в", "w": "в", "x": "х", "y": "й", "z": "з", TUTUQ: "ъ", OKINA: "ъ",
}  # fmt: skip
_TO_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ғ": f"g{OKINA}", "д": "d", "ё": "yo", "ж": "j", "з": "z",
    "и": "i", "й": "y", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ў": f"o{OKINA}", "ф": "f", "х": "x", "ҳ": "h", "ч": "ch", "ш": "sh",
    "щ": "sh", "ъ": TUTUQ, "ы": "i", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip

# Borrowed stems with a Cyrillic spelling of their own.
_STEMS = {
    "yanvar": "январь", "fevral": "февраль", "aprel": "апрель", "iyun": "июнь", "iyul": "июль",
    "sentabr": "сентябрь", "oktabr": "октябрь", "noyabr": "ноябрь", "dekabr": "декабрь",
    "fakultet": "факультет", "kompyuter": "компьютер", "tyutor": "тьютор", "obyekt": "объект",
    "subyekt": "субъект", "modul": "модуль", "parol": "пароль", "profil": "профиль", "filtr": "фильтр",
    "kalendar": "календарь", "rayon": "район", "mayor": "майор", "intervyu": "интервью",
    "videoproektor": "видеопроектор", "intellektual": "интеллектуал", "bulvar": "бульвар",
    "konsultatsiya": "консультация", "multimedia": "мультимедиа", "konferensiya": "конференция",
    "aksiya": "акция", "funksiya": "функция", "seksiya": "секция", "inspeksiya": "инспекция",
}  # fmt: skip
_STEM = re.compile("|".join(sorted(_STEMS, key=len, reverse=True)))
_STEMS_BACK = {cyrillic.removesuffix("ь"): latin for latin, cyrillic in _STEMS.items()}
_STEMS_BACK |= {cyrillic: latin for latin, cyrillic in _STEMS.items()}
_STEM_BACK = re.compile("|".join(sorted(_STEMS_BACK, key=len, reverse=True)))
# -sa, -sin, -siz after a stem in t are т+с, not ц (ketsa, davlatsiz).
_NOT_TSE = re.compile("ts(?:a(?:m|ng|k|ngiz|lar|ngizlar)?|in(?:lar)?)$|tsiz")


def fix_apostrophes(text: str) -> str:
    """Every kind of apostrophe as U+02BB after o and g, as U+02BC inside other words."""
    return _AFTER_LETTER.sub(TUTUQ, _AFTER_O_G.sub(OKINA, text))


def to_cyrillic(text: str) -> str:
    """Uzbek Latin text in Cyrillic; other scripts and digits stay as they are."""
    return _LATIN_WORD.sub(lambda match: _word_to_cyrillic(match.group()), fix_apostrophes(text))


def to_latin(text: str) -> str:
    """Uzbek Cyrillic text in Latin, with normalised apostrophes; Latin text stays as it is."""
    return _CYRILLIC_WORD.sub(lambda match: _word_to_latin(match.group()), fix_apostrophes(text))


@lru_cache(maxsize=20_000)
def _word_to_cyrillic(word: str) -> str:
    low = word.lower()
    stem = _STEM.match(low)
    out: list[str] = []
    at = 0
    if stem:
        at = stem.end()
        cyrillic = _STEMS[stem.group()]
        if low[at : at + 1] in _VOWELS:  # пароль, but паролингиз
            cyrillic = cyrillic.removesuffix("ь")
        out.append(_cased(cyrillic, word[:at]))
    while at < len(low):
        taken, piece = _next_cyrillic(low, at)
        if piece == "ъ" and word[max(at - 1, 0) : at + taken + 1].isupper():
            # The sign has no case of its own in Latin: among large letters it is large (МАЪЛУМОТ).
            piece = "Ъ"
        out.append(_cased(piece, word[at : at + taken]))
        at += taken
    return "".join(out)


def _next_cyrillic(low: str, at: int) -> tuple[int, str]:
    """How many Latin letters stand for one sound at ``at``, and its Cyrillic spelling."""
    before = low[at - 1] if at else ""
    open_ = not before or before in _VOWELS or before in (OKINA, TUTUQ)
    if low[at] == "e":
        return 1, "э" if open_ and not (before == OKINA and low[at - 2] == "g") else "е"
    if low.startswith("ye", at):
        return 2, "е" if open_ else "ье"
    after_vowel = bool(before) and (before in _VOWELS or before == OKINA)
    if low.startswith("ts", at) and after_vowel and not _NOT_TSE.match(low, at):
        return 2, "ц"
    for length in (3, 2, 1):
        piece = _TO_CYRILLIC.get(low[at : at + length])
        if piece and len(low) >= at + length:
            return length, piece
    return 1, low[at]


@lru_cache(maxsize=20_000)
def _word_to_latin(word: str) -> str:
    low = word.lower()
    stem = _STEM_BACK.match(low)
    out: list[str] = []
    start = 0
    if stem:
        out.append(_cased(_STEMS_BACK[stem.group()], word[: stem.end()]))
        start = stem.end()
    for at in range(start, len(low)):
        piece = _latin_letter(low, at)
        if word[at] != low[at]:
            after, before = word[at + 1 : at + 2], word[at - 1 : at] if at else ""
            shouting = after.isupper() or (not after and before.isupper())
            piece = piece.upper() if shouting else piece[:1].upper() + piece[1:]
        out.append(piece)
    return "".join(out)


def _latin_letter(low: str, at: int) -> str:
    letter, before, after = low[at], low[at - 1] if at else "", low[at + 1 : at + 2]
    if letter == "е":
        return "ye" if not before or before in _CYRILLIC_VOWELS or before in "ъь" else "e"
    if letter == "ц":
        return "ts" if before in _CYRILLIC_VOWELS and before else "s"
    if letter == "ъ" and after and after in "еёюя" and before not in _CYRILLIC_VOWELS:
        return ""
    if letter == "ҳ" and before == "с":
        return f"{TUTUQ}h"
    return _TO_LATIN.get(letter, letter)


def _cased(piece: str, source: str) -> str:
    """``piece`` in the case of ``source``."""
    letters = [char for char in source if char.isalpha() and char not in (OKINA, TUTUQ)]
    if not letters or not letters[0].isupper():
        return piece
    whole = all(char.isupper() for char in letters) and len(letters) > 1
    return piece.upper() if whole else piece[:1].upper() + piece[1:]


# What must stay when a message goes to Cyrillic: placeholders, markup, addresses, foreign words.
_KEPT_NAMES = (
    "Web of Science|Google Scholar|HEMIS|PDF|QR|GPA|CSV|XLSX?|ZIP|TOTP|HTML|URL|IP|ID|ISO|SHA|JSON"
    "|API|SMS|TXT|DOI|ISBN|PhD|DSc"
    "|Telegram|Google|Authenticator|Springer|PubMed|AGRIS|GeoRef|Compendex|eLIBRARY|Gate|Research"
    "|e-mail|E-mail|OneID|Valkey|Redis|Celery|Django|Chromium|Firefox"
)
_KEPT = re.compile(
    r"%\([^)]*\)[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]|%[sdrif%]|\{[^{}]*\}|<[^>]*>|&\#?\w+;|https?://\S+"
    r"|[\w.+-]+@[\w.-]+|/[\w/.-]+/|\\[ntr]"
    rf"|\b(?:{_KEPT_NAMES})\b"
    r"|\b[IVX]{2,}\b"
    r"|\b[A-Za-z]*(?:[wW]|[cC](?![hH]))[A-Za-z]*\b"
    r"|\b\w+\.(?:py|xlsx|json|uz|pdf|csv)\b"
)


def message_to_cyrillic(text: str) -> str:
    """A message or template fragment in Cyrillic; placeholders, markup and foreign words untouched."""
    out, at = [], 0
    for kept in _KEPT.finditer(text):
        out += [to_cyrillic(text[at : kept.start()]), kept.group()]
        at = kept.end()
    out.append(to_cyrillic(text[at:]))
    return "".join(out)
