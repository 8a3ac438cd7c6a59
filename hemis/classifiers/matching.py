"""How people write the names of classifier options, for imports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hemis.people.names import fold

if TYPE_CHECKING:
    from hemis.classifiers.queries import Option

# Short forms in daily use that no rule gives, by list and code.
ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    "h_gender": {
        "11": ("e", "er", "erkaklar", "ogil", "m", "male", "muj", "mujskoy", "м", "муж", "мужской"),
        "12": ("a", "ayollar", "qiz", "f", "female", "j", "jen", "jenskiy", "ж", "жен", "женский"),
    },
    "h_education_type": {
        "11": ("bakalavr", "bakalavriatura", "бакалавр", "bachelor"),
        "12": ("magistr", "магистр", "master"),
    },
    "h_education_form": {
        "11": ("kunduz", "дневное", "очное", "очная", "full time"),
        "12": ("вечернее", "вечерняя"),
        "13": ("заочное", "заочная", "correspondence"),
    },
    "h_payment_form": {
        "11": ("grant", "davlat grant", "budjet", "byudjet", "грант"),
        "12": ("kontrakt", "shartnoma", "tolov", "tolov kontrakt", "tolov kontrakt asosida", "контракт"),
    },
    "h_citizenship_type": {
        "11": (
            "ozbekiston",
            "ozbekiston respublikasi",
            "ozbekiston fuqarosi",
            "ozr",
            "узбекистан",
            "uzbekistan",
        ),
        "12": ("xorijiy", "chet el fuqarosi", "иностранец", "foreign"),
        "13": ("fuqaroligi yoq", "fuqaroligi yoq shaxs", "лбг", "без гражданства"),
    },
    "h_language": {
        "11": ("ozbek", "ozbekcha", "uzb", "uz", "узбекский"),
        "12": ("rus", "ruscha", "ru", "русский"),
        "13": ("qoraqalpoq", "qoraqalpoqcha", "каракалпакский"),
        "14": ("ingliz", "inglizcha", "en", "английский"),
    },
    "h_nationality": {"1161": ("ozbek", "узбек", "uzbek"), "1001": ("rus", "русский", "russian")},
    "h_soato": {
        "1726": ("toshkent sh", "toshkent shahar", "tashkent shahri", "г ташкент"),
        "1727": ("toshkent v", "toshkent vil", "ташкентская обл"),
        "1735": ("qoraqalpogiston", "qoraqalpogiston respublikasi", "qr", "республика каракалпакстан"),
    },
}
_NUMBERED = {"h_course": "kurs", "h_semester": "semestr"}
_WORD = re.compile(r"[^\W_]+")
_FLOAT = re.compile(r"^(\d+)\.0+$")


def plain(text: str) -> str:
    """The key under which a name is compared: folded words, no punctuation."""
    return " ".join(_WORD.findall(fold(text)))


def keys(list_code: str, options: Iterable[Option]) -> dict[str, set[str]]:
    """Every key that names an option in use, with the codes it may mean."""
    found: dict[str, set[str]] = {}
    for option in options:
        if option.retired:
            continue
        aliases = ALIASES.get(list_code, {}).get(option.code, ())
        full = {
            option.code,
            *map(plain, (option.name_uz, option.name_cyrl, option.name_ru, option.name_en, *aliases)),
        }
        for key in full - {""}:
            found.setdefault(f"={key}", set()).add(option.code)
        for name in (option.name_uz, option.name_ru):
            words = plain(name).split()
            for count in range(1, len(words)):
                found.setdefault(f"^{' '.join(words[:count])}", set()).add(option.code)
    return found


def candidates(list_code: str, text: str) -> Iterator[str]:
    """The keys to look ``text`` up by, surest first."""
    text = str(text).strip()
    if whole := _FLOAT.match(text):
        text = whole[1]
    if unit := _NUMBERED.get(list_code):
        number = re.fullmatch(rf"(\d{{1,2}})\s*-?\s*(?:{unit}\w*|курс|семестр)?", text.lower())
        if number:
            yield f"={number[1]} {unit}"
    yield f"={text}"
    key = plain(text)
    if not key:
        return
    yield f"={key}"
    if len(key) >= 3:
        yield f"^{key}"
