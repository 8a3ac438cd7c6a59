"""Formats in which control questions come and go; whatever is not understood is named with its line."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.materials.formats import aiken, gift, hemis_text, moodle, tables
from curriculum.materials.rules import Parsed, Problem, fault_of

FORMATS = [
    ("", gettext_lazy("tell by the content")),
    ("hemis", gettext_lazy("HEMIS text (+++++, =====, #)")),
    ("gift", gettext_lazy("GIFT")),
    ("aiken", gettext_lazy("Aiken")),
    ("moodle", gettext_lazy("Moodle XML")),
    ("excel", gettext_lazy("Excel")),
]
_TEXT: dict[str, Callable[[str], Parsed]] = {
    "hemis": hemis_text.parse,
    "gift": gift.parse,
    "aiken": aiken.parse,
}


def parse(content: bytes, kind: str = "") -> Parsed:
    """The questions of a file and, one by one, everything in it that is no question that can be asked."""
    kind = kind or guess(content)
    if kind == "excel":
        found = tables.parse(content)
    elif kind == "moodle":
        found = moodle.parse(content)
    else:
        text = _decoded(content)
        if text is None:
            return Parsed(problems=[Problem(1, _("The file is not text in UTF-8 or Windows-1251."))])
        found = _TEXT[kind](text)
    return _judged(found)


def guess(content: bytes) -> str:
    """The format, by what stands in the file."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "excel"
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return "moodle"
    text = _decoded(content) or ""
    if hemis_text.SEPARATOR.search(text) or hemis_text.INNER.search(text):
        return "hemis"
    return "aiken" if aiken.ANSWER.search(text) else "gift"


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text.replace("\r\n", "\n").replace("\r", "\n")
    return None


def _judged(found: Parsed) -> Parsed:
    """With the questions that cannot be asked among the problems; in the order of the file."""
    problems = list(found.problems)
    good = []
    for one in found.questions:
        fault = fault_of(one)
        if fault:
            problems.append(Problem(one.line, fault, one.text[:80]))
        else:
            good.append(one)
    return Parsed(good, sorted(problems, key=lambda one: one.line))
