"""What an entry of a bibliography says, whatever the format of its file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from hemis.sheets.reading import SheetRefused
from research import rules
from research.models import Work

ENTRIES_MAX = 5_000
BYTES_MAX = 10 * 2**20
# The longest value that is read at all; what is longer than its field is named as a fault by the sheet.
VALUE_MAX = 20_000

# What a bibliography calls an entry → sort and kind of the national list (people.md 6.2).
ARTICLE, CONFERENCE, ABSTRACT, MONOGRAPH = "article", "conference", "abstract", "monograph"
TEXTBOOK, MANUAL, PATENT, SOFTWARE = "textbook", "manual", "patent", "software"
FOREIGN_ARTICLE, LOCAL_ARTICLE = f"{Work.SCIENTIFIC}:13", f"{Work.SCIENTIFIC}:12"
KINDS = {
    CONFERENCE: f"{Work.SCIENTIFIC}:14",
    ABSTRACT: f"{Work.SCIENTIFIC}:16",
    MONOGRAPH: f"{Work.SCIENTIFIC}:11",
    TEXTBOOK: f"{Work.METHODICAL}:11",
    MANUAL: f"{Work.METHODICAL}:13",
    PATENT: f"{Work.PROPERTY}:11",
    SOFTWARE: f"{Work.PROPERTY}:17",
}
UZBEK, RUSSIAN, KARAKALPAK, ENGLISH = "11", "12", "13", "14"
LANGUAGES = {
    **dict.fromkeys(("uz", "uzb", "uzbek", "uz-uz", "uz-latn", "uz-cyrl"), UZBEK),
    **dict.fromkeys(("ru", "rus", "russian", "ru-ru"), RUSSIAN),
    **dict.fromkeys(("kaa", "karakalpak"), KARAKALPAK),
    **dict.fromkeys(("en", "eng", "english", "american", "british", "en-us", "en-gb"), ENGLISH),
}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d|2100)(?!\d)")


@dataclass
class Record:
    """One entry: what was read, as text, or why it could not be read (``fault``)."""

    key: str = ""
    category: str = ""
    title: str = ""
    authors: list[str] = field(default_factory=list)
    year: str = ""
    month: str = ""
    source: str = ""
    pages: str = ""
    doi: str = ""
    language: str = ""
    keywords: str = ""
    certificate_number: str = ""
    certificate_date: str = ""
    fault: str = ""

    @property
    def kind(self) -> str:
        """Sort and kind: an article in Uzbek stands in a local journal, any other in a foreign one."""
        if self.category == ARTICLE:
            return LOCAL_ARTICLE if self.language == UZBEK else FOREIGN_ARTICLE
        return KINDS.get(self.category, "")


def one_line(value: object) -> str:
    """Text with single spaces and without invisible characters."""
    text = str(value)[:VALUE_MAX]
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def year_in(text: str) -> str:
    """The year in a date written in any way; empty when there is none."""
    found = _YEAR.search(text)
    return found[1] if found else ""


def month_in(text: str) -> str:
    """The number of a month written as a number or in English; empty when it is neither."""
    text = text.strip().lower()
    if text.isdecimal() and 1 <= int(text[:4]) <= 12:
        return str(int(text))
    return str(MONTHS.index(text[:3]) + 1) if text[:3] in MONTHS else ""


def language_of(text: str) -> str:
    """The code of the national list; empty for a language that it has not."""
    return LANGUAGES.get(text.strip().lower().replace("_", "-"), "")


def where(volume: str, number: str, pages: str) -> str:
    """Volume, number and pages as they are cited: ``12(3), 5–9``."""
    issue = f"{volume}({number})" if volume and number else volume or (f"№ {number}" if number else "")
    return ", ".join(filter(None, [issue, re.sub(r"\s*[-–—]+\s*", "–", pages)]))


def with_orcid(name: str, orcid: str) -> str:
    """A name with its ORCID behind, when that is one."""
    orcid = orcid.strip().rstrip("/").rsplit("/", 1)[-1].upper()
    return f"{name} ({orcid})" if rules.is_orcid(orcid) else name


def check_size(content: bytes) -> None:
    """Refuse what no bibliography of a teacher is.

    Raises:
        SheetRefused: the file is too large.
    """
    most = min(BYTES_MAX, settings.SHEETS_MAX_BYTES)
    if len(content) > most:
        raise SheetRefused(_("The file is larger than %(size)d MB.") % {"size": most // 2**20})


def check_count(count: int) -> None:
    """Refuse a file without entries, or with more than are taken at once.

    Raises:
        SheetRefused: none, or too many.
    """
    if not count:
        raise SheetRefused(
            _("There is no entry in the file. BibTeX, RIS, JSON of Crossref and Excel are taken.")
        )
    if count > ENTRIES_MAX:
        raise SheetRefused(_("More than %(count)d entries; divide the file.") % {"count": ENTRIES_MAX})
