"""RIS through rispy: what reference managers and databases give out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import rispy
from django.utils.translation import gettext as _

from hemis.sheets.reading import SheetRefused
from research.exchange import records
from research.exchange.bibtex import LANGUAGES
from research.exchange.records import Record, one_line
from research.models import Work

LOOKS_LIKE = re.compile(r"^\ufeff?\s*TY {1,2}- ?\w", re.MULTILINE)
_CODES = {language[:2]: code for code, language in LANGUAGES.items()} | {"ka": records.KARAKALPAK}
CATEGORIES = {
    "JOUR": records.ARTICLE, "EJOUR": records.ARTICLE, "MGZN": records.ARTICLE, "NEWS": records.ARTICLE,
    "CONF": records.CONFERENCE, "CPAPER": records.CONFERENCE, "ABST": records.ABSTRACT, "BOOK": records.MONOGRAPH,
    "EBOOK": records.MONOGRAPH, "CHAP": records.MONOGRAPH, "ECHAP": records.MONOGRAPH, "EDBOOK": records.MONOGRAPH,
    "PAMP": records.MANUAL, "PAT": records.PATENT, "COMP": records.SOFTWARE,
}  # fmt: skip
TYPES = {
    f"{Work.SCIENTIFIC}:11": "BOOK", f"{Work.SCIENTIFIC}:12": "JOUR", f"{Work.SCIENTIFIC}:13": "JOUR",
    f"{Work.SCIENTIFIC}:14": "CPAPER", f"{Work.SCIENTIFIC}:15": "ABST", f"{Work.SCIENTIFIC}:16": "ABST",
    f"{Work.METHODICAL}:11": "BOOK", f"{Work.METHODICAL}:12": "BOOK", f"{Work.METHODICAL}:13": "PAMP",
    f"{Work.METHODICAL}:14": "PAMP", f"{Work.PROPERTY}:17": "COMP",
}  # fmt: skip


def read(text: str) -> list[Record]:
    """Entries in the order of the file.

    Raises:
        SheetRefused: no entry, or too many, or no RIS.
    """
    records.check_count(len(LOOKS_LIKE.findall(text)))
    try:
        found = rispy.loads(_ended(text), skip_unknown_tags=True)
    except (ValueError, OSError, KeyError, IndexError) as error:
        raise SheetRefused(_("The file is not RIS.")) from error
    records.check_count(len(found))
    return [_record(one) for one in found]


def _ended(text: str) -> str:
    """The text with an end after every entry: some programs leave the last one out."""
    lines: list[str] = []
    is_open = False
    for line in text.lstrip("\ufeff").splitlines():
        tag = line.lstrip()[:2] if re.match(r"\s*[A-Z][A-Z0-9] {1,2}-", line) else ""
        if tag == "TY" and is_open:
            lines += ["ER  - ", ""]
        is_open = tag != "ER" and (is_open or tag == "TY")
        value = line.split("-", 1)[1].strip() if tag else ""
        lines.append(f"{tag}  - {value}" if tag else line)
    return "\n".join([*lines, *(["ER  - "] if is_open else []), ""])


def _record(entry: dict[str, Any]) -> Record:
    def said(*names: str) -> str:
        return next((text for name in names if (text := one_line(_flat(entry.get(name))))), "")

    kind = str(entry.get("type_of_reference", "")).strip().upper()
    is_patent = kind == "PAT"
    date = said("year", "publication_year", "date")
    dated = said("date") or date
    pages = "–".join(filter(None, [said("start_page"), said("end_page")]))
    authors = [*entry.get("authors", []), *entry.get("first_authors", [])]
    number = said("number", "issue_number")
    return Record(
        key=said("id", "accession_number")[:100],
        category=CATEGORIES.get(kind, ""),
        title=said("title", "primary_title", "translated_title"),
        authors=[name for one in authors if (name := one_line(one))],
        year=records.year_in(date),
        month=records.month_in(dated[5:7]),
        source=said("journal_name", "secondary_title", "alternate_title3", "alternate_title2", "publisher"),
        pages=records.where(said("volume"), "" if is_patent or kind == "COMP" else number, pages),
        doi=said("doi"),
        language=records.language_of(said("language")),
        keywords=said("keywords"),
        certificate_number=number if is_patent or kind == "COMP" else said("custom7"),
        certificate_date=_day(dated) if is_patent or kind == "COMP" else _day(said("custom8")),
    )


def _day(text: str) -> str:
    """A whole date as RIS writes it (2025/03/01/), with points between; empty when it is not whole."""
    parts = [part for part in re.split(r"\D+", text) if part]
    return f"{parts[2]:0>2}.{parts[1]:0>2}.{parts[0]}" if len(parts) >= 3 and len(parts[0]) == 4 else ""


def _flat(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def write(works: Iterable[Work]) -> str:
    """Works with their authors (prefetched) as RIS."""
    return rispy.dumps([_entry(work) for work in works])


def _entry(work: Work) -> dict[str, Any]:
    kind = getattr(work, f"{work.sort}_kind")
    reference = TYPES.get(f"{work.sort}:{kind}", "PAT" if work.sort == Work.PROPERTY else "GEN")
    numbered = reference in ("PAT", "COMP")
    said: dict[str, Any] = {
        "type_of_reference": reference,
        "id": f"hemis{work.pk}",
        "authors": [one.name_in_citations for one in work.authors.all()],
        "title": work.title,
        "secondary_title" if reference in ("JOUR", "CPAPER", "ABST") else "publisher": work.source_name,
        "year": str(work.issue_year),
        "start_page": work.pages,
        "doi": work.doi,
        "keywords": [word for one in work.keywords.split(",") if (word := one.strip())],
        "language": LANGUAGES.get(work.language, "")[:2] if work.language != records.KARAKALPAK else "kaa",
        "number" if numbered else "custom7": work.certificate_number,
    }
    if work.certificate_date:
        day = f"{work.certificate_date:%Y/%m/%d}/"
        said["date" if numbered else "custom8"] = day
    return {name: value for name, value in said.items() if value}
