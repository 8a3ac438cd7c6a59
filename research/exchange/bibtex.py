"""BibTeX through bibtexparser: an entry that is broken is named, the others are read; accents of LaTeX are decoded."""

from __future__ import annotations

import re
from collections.abc import Iterable

import bibtexparser
from bibtexparser import middlewares
from bibtexparser.library import Library
from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ParsingFailedBlock,
)
from bibtexparser.model import Field as EntryField
from django.utils.translation import gettext as _

from hemis.sheets.reading import SheetRefused
from research.exchange import records
from research.exchange.records import Record, one_line
from research.models import Work

LOOKS_LIKE = re.compile(r"^\s*@\s*[A-Za-z]+\s*[{(]", re.MULTILINE)
_LATEX = re.compile(r"[\\{}$~]|--|``|''")
# Groups within groups that no title has; the decoder goes down one by one.
DEPTH_MAX = 50
CATEGORIES = {
    "article": records.ARTICLE, "periodical": records.ARTICLE, "inproceedings": records.CONFERENCE,
    "conference": records.CONFERENCE, "proceedings": records.MONOGRAPH, "book": records.MONOGRAPH,
    "incollection": records.MONOGRAPH, "inbook": records.MONOGRAPH, "mvbook": records.MONOGRAPH,
    "booklet": records.MANUAL, "manual": records.MANUAL, "patent": records.PATENT, "software": records.SOFTWARE,
}  # fmt: skip
TYPES = {
    f"{Work.SCIENTIFIC}:11": "book", f"{Work.SCIENTIFIC}:12": "article", f"{Work.SCIENTIFIC}:13": "article",
    f"{Work.SCIENTIFIC}:14": "inproceedings", f"{Work.SCIENTIFIC}:15": "inproceedings",
    f"{Work.SCIENTIFIC}:16": "inproceedings", f"{Work.METHODICAL}:11": "book", f"{Work.METHODICAL}:12": "book",
    f"{Work.METHODICAL}:13": "manual", f"{Work.METHODICAL}:14": "manual", f"{Work.PROPERTY}:17": "software",
}  # fmt: skip
LANGUAGES = {
    records.UZBEK: "uzbek",
    records.RUSSIAN: "russian",
    records.KARAKALPAK: "karakalpak",
    records.ENGLISH: "english",
}
_ESCAPED = str.maketrans({char: f"\\{char}" for char in "&%$#_"} | {"{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
                         "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"})  # fmt: skip


class _Decoding(middlewares.LatexDecodingMiddleware):
    """Decodes what LaTeX writes in another way, and leaves plain text alone: most of a file is plain."""

    def transform_entry(self, entry: Entry, library: Library):
        for field in entry.fields:
            if isinstance(field.value, list):
                field.value = [self._transform_python_value_string(one)[0] for one in field.value]
        return super().transform_entry(entry, library)

    def _transform_python_value_string(self, python_string: str) -> tuple[str, str]:
        if not _LATEX.search(python_string):
            return python_string, ""
        if _depth(python_string) > DEPTH_MAX:
            return python_string, "too deep"
        decoded, error = super()._transform_python_value_string(python_string)
        return decoded.replace("\N{MODIFIER LETTER CIRCUMFLEX ACCENT}", "^"), error


STACK = (
    middlewares.ResolveStringReferencesMiddleware(),
    middlewares.RemoveEnclosingMiddleware(),
    middlewares.SeparateCoAuthors(),
    _Decoding(),
)


def _depth(text: str) -> int:
    deepest = now = 0
    for char in text:
        now += (char == "{") - (char == "}")
        deepest = max(deepest, now)
    return deepest


def read(text: str) -> list[Record]:
    """Entries in the order of the file, broken ones with their fault.

    Raises:
        SheetRefused: no entry, or too many.
    """
    records.check_count(len(LOOKS_LIKE.findall(text)))
    try:
        library = Library(_told_apart(bibtexparser.parse_string(text, parse_stack=[]).blocks))
        for step in STACK:
            library = step.transform(library)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SheetRefused(_("The file is not BibTeX.")) from error
    found = [record for block in library.blocks if (record := _record(block)) is not None]
    records.check_count(len(found))
    return found


def _told_apart(blocks: list[Block]) -> list[Block]:
    """Two works may well have one key: each gets its own, so that both are read."""
    for at, block in enumerate(blocks):
        twin = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else None
        if isinstance(twin, Entry):
            twin.key = f"{twin.key}#{at}"
            blocks[at] = twin
    return blocks


def _record(block) -> Record | None:
    """An entry, or the fault of what was to be one; None for comments and abbreviations."""
    if isinstance(block, Entry):
        return _entry(block)
    if isinstance(block, DuplicateFieldKeyBlock):
        return Record(fault=_("A field stands twice in the entry."), title=one_line((block.raw or "")[:120]))
    if isinstance(block, ParsingFailedBlock):
        return Record(fault=_("The entry is broken: a brace or a quotation mark is missing."),
                      title=one_line((block.raw or "")[:120]))  # fmt: skip
    return None


def _entry(entry: Entry) -> Record:
    fields = {one.key.lower(): one.value for one in entry.fields}

    def said(*names: str) -> str:
        return next((one_line(fields[name]) for name in names if one_line(fields.get(name, ""))), "")

    authors = fields.get("author") or fields.get("editor") or []
    kind = entry.entry_type.lower()
    date = said("year", "date")
    return Record(
        key=one_line(entry.key)[:100],
        category=CATEGORIES.get(kind, ""),
        title=said("title"),
        authors=[name for one in authors if (name := one_line(one)) and name.lower() != "others"],
        year=records.year_in(date),
        month=records.month_in(said("month") or date[5:7]),
        source=said("journal", "journaltitle", "booktitle", "publisher", "institution", "organization"),
        pages=records.where(
            said("volume"), "" if kind == "patent" else said("number", "issue"), said("pages")
        ),
        doi=said("doi"),
        language=records.language_of(said("langid", "language")),
        keywords=said("keywords"),
        certificate_number=said("number") if kind == "patent" else said("certificate"),
        certificate_date=said("date", "certificatedate"),
    )


def write(works: Iterable[Work]) -> str:
    """Works with their authors (prefetched) as BibTeX in UTF-8."""
    library = Library()
    for work in works:
        library.add(Entry(_type_of(work), f"hemis{work.pk}", _fields(work)))
    return bibtexparser.write_string(library)


def _type_of(work: Work) -> str:
    kind = getattr(work, f"{work.sort}_kind")
    return TYPES.get(f"{work.sort}:{kind}", "patent" if work.sort == Work.PROPERTY else "misc")


def _fields(work: Work) -> list[EntryField]:
    kind = _type_of(work)
    place = {"article": "journal", "inproceedings": "booktitle"}.get(kind, "publisher")
    names = [one.name_in_citations for one in work.authors.all()]
    said = {
        "author": " and ".join(
            f"{{{_escape(name)}}}" if " and " in name else _escape(name) for name in names
        ),
        "title": f"{{{_escape(work.title)}}}",
        place: _escape(work.source_name),
        "year": str(work.issue_year),
        "pages": _escape(work.pages),
        "doi": work.doi,
        "keywords": _escape(work.keywords),
        "langid": LANGUAGES.get(work.language, ""),
    }
    if work.certificate_number:
        said["number" if kind == "patent" else "certificate"] = _escape(work.certificate_number)
    if work.certificate_date:
        said["date" if kind == "patent" else "certificatedate"] = work.certificate_date.isoformat()
    return [EntryField(name, value) for name, value in said.items() if value]


def _escape(text: str) -> str:
    return text.translate(_ESCAPED)
