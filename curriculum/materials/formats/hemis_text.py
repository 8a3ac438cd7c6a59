"""The text form of HEMIS: questions between lines of +++++, answers between =====, # before a right one."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from curriculum.materials.formats.text import has_picture, plain
from curriculum.materials.rules import (
    SEVERAL,
    SINGLE,
    WHOLE,
    Answer,
    Parsed,
    Problem,
    QuestionText,
    even_shares,
    spaced,
)
from hemis.people.transliteration import fix_apostrophes

SEPARATOR = re.compile(r"^[ \t]*\+{4,}[ \t]*$", re.MULTILINE)
INNER = re.compile(r"^[ \t]*={4,}[ \t]*$", re.MULTILINE)
_CODE = re.compile(r"\[\[\[.*?\]\]\]", re.DOTALL)
_TAG = re.compile(r"<[a-zA-Z/][^<>]*>")


def parse(text: str) -> Parsed:
    """Questions and, for each piece that is none, why."""
    found = Parsed()
    for line, piece in _pieces(text):
        if not piece.strip():
            continue
        if has_picture(piece):
            found.problems.append(
                Problem(line, _("Pictures are not taken; describe it in words."), piece[:80])
            )
            continue
        parts = [_tidy(part) for part in INNER.split(piece)]
        if len(parts) < 2:  # noqa: PLR2004 - the question and an answer
            reason = _("There are no answers: a line of ===== stands before each.")
            found.problems.append(Problem(line, reason, piece.strip()[:80]))
            continue
        right = [part.startswith("#") for part in parts[1:]]
        texts = [part.removeprefix("#").strip() for part in parts[1:]]
        single = sum(right) == 1
        shares = [WHOLE if one else WHOLE * 0 for one in right] if single else even_shares(right)
        found.questions.append(
            QuestionText(
                SINGLE if single else SEVERAL,
                parts[0],
                tuple(Answer(said, share) for said, share in zip(texts, shares, strict=True)),
                line=line,
            )
        )
    return found


def _pieces(text: str) -> list[tuple[int, str]]:
    """Pieces between the separators, with the line on which each begins to say something."""
    found, start = [], 0
    for end in [*(match.span() for match in SEPARATOR.finditer(text)), (len(text), len(text))]:
        piece = text[start : end[0]]
        before = text[:start] + piece[: len(piece) - len(piece.lstrip())]
        found.append((before.count("\n") + 1, piece))
        start = end[1]
    return found


def _tidy(part: str) -> str:
    """Known tags only, and Uzbek apostrophes put right outside of pieces of program."""
    out, start = [], 0
    for match in [*_CODE.finditer(part), None]:
        outside = part[start : match.start() if match else len(part)]
        outside = plain(outside) if _TAG.search(outside) else outside
        out.append(fix_apostrophes(outside))
        if match:
            out.append(match.group())
            start = match.end()
    return spaced("".join(out))


def write(questions: list[QuestionText]) -> str:
    """Choices in this form; other kinds have no place in it."""
    pieces = []
    for one in questions:
        if one.kind not in (SINGLE, SEVERAL):
            continue
        answers = [("#" if answer.share > 0 else "") + answer.text for answer in one.answers]
        pieces.append("\n=====\n".join([one.text, *answers]))
    return "\n+++++\n".join(pieces) + "\n"
