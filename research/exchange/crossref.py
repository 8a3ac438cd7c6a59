"""The JSON of Crossref (a work, an answer with a list of works) and of CSL, which is written almost alike."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from hemis.sheets.reading import SheetRefused
from research.exchange import records
from research.exchange.records import Record, one_line

CATEGORIES = {
    "journal-article": records.ARTICLE, "article-journal": records.ARTICLE, "article": records.ARTICLE,
    "article-magazine": records.ARTICLE, "article-newspaper": records.ARTICLE,
    "proceedings-article": records.CONFERENCE, "paper-conference": records.CONFERENCE, "book": records.MONOGRAPH,
    "monograph": records.MONOGRAPH, "edited-book": records.MONOGRAPH, "book-chapter": records.MONOGRAPH,
    "chapter": records.MONOGRAPH, "book-section": records.MONOGRAPH, "reference-book": records.MONOGRAPH,
    "patent": records.PATENT, "software": records.SOFTWARE,
}  # fmt: skip
DATES = ("published", "issued", "published-print", "published-online", "created")


def read(text: str) -> list[Record]:
    """Works in the order of the file; what is no work has a fault.

    Raises:
        SheetRefused: no work, or too many, or no JSON.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SheetRefused(_("The file is not JSON, or it is cut off.")) from error
    if isinstance(found, dict) and isinstance(found.get("message"), dict):
        found = found["message"]
    if isinstance(found, dict):
        found = found["items"] if isinstance(found.get("items"), list) else [found]
    if not isinstance(found, list) or not any(isinstance(one, dict) and one.get("title") for one in found):
        raise SheetRefused(_("There is no work in this JSON; that of Crossref is taken."))
    records.check_count(len(found))
    return [_record(one) for one in found]


def _record(work: Any) -> Record:
    if not isinstance(work, dict):
        return Record(fault=_("This is no work."), title=one_line(str(work)[:120]))
    date = _date(work)
    is_patent = work.get("type") == "patent"
    return Record(
        key=_said(work, "id", "DOI")[:100],
        category=CATEGORIES.get(_said(work, "type"), ""),
        title=_title(work),
        authors=[name for one in _list(work, "author") if (name := _name(one))],
        year=str(date[0]) if date else "",
        month=str(date[1]) if len(date) > 1 and 1 <= date[1] <= 12 else "",
        source=_said(work, "container-title", "publisher"),
        pages=records.where(
            _said(work, "volume"), _said(work, "issue"), _said(work, "page", "article-number")
        ),
        doi=_said(work, "DOI", "doi"),
        language=records.language_of(_said(work, "language")),
        keywords=_keywords(work),
        certificate_number=_said(work, "number") if is_patent else "",
        certificate_date=f"{date[2]:02}.{date[1]:02}.{date[0]}" if is_patent and len(date) > 2 else "",
    )


def _list(work: dict[str, Any], name: str) -> list[Any]:
    value = work.get(name)
    return value if isinstance(value, list) else []


def _said(work: dict[str, Any], *names: str) -> str:
    """The first that says something; Crossref writes titles as lists of one."""
    for name in names:
        value = work.get(name)
        if isinstance(value, list):
            value = value[0] if value else ""
        if isinstance(value, str | int) and (text := one_line(value)):
            return text
    return ""


def _title(work: dict[str, Any]) -> str:
    subtitle = _said(work, "subtitle")
    title = _said(work, "title")
    return f"{title}: {subtitle}" if title and subtitle else title


def _name(author: Any) -> str:
    if not isinstance(author, dict):
        return one_line(author) if isinstance(author, str) else ""
    family, given = _said(author, "family"), _said(author, "given")
    name = ", ".join(filter(None, [family, given])) or _said(author, "literal", "name")
    return records.with_orcid(name, _said(author, "ORCID")) if name else ""


def _keywords(work: dict[str, Any]) -> str:
    words = work.get("keyword") or work.get("subject") or ""
    return one_line(", ".join(map(str, words)) if isinstance(words, list) else words)


def _date(work: dict[str, Any]) -> list[int]:
    """Year, month and day of the publication, as far as they are known."""
    for name in DATES:
        value = work.get(name)
        parts = value.get("date-parts") if isinstance(value, dict) else None
        first = parts[0] if isinstance(parts, list) and parts else None
        numbers = [str(one) for one in first] if isinstance(first, list) else []
        if numbers and all(one.isdecimal() and len(one) <= 4 for one in numbers):
            return [int(one) for one in numbers]
    return []
