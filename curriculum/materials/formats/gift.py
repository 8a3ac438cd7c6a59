"""GIFT, the text form of Moodle: ``::name:: question {=right ~wrong ~%50%half}``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from curriculum.materials.formats.text import has_picture, plain
from curriculum.materials.rules import (
    ESSAY,
    MATCHING,
    NOTHING,
    SEVERAL,
    SHORT,
    SINGLE,
    TOPIC_LENGTH,
    WHOLE,
    Answer,
    Parsed,
    Problem,
    QuestionText,
)

_CATEGORY = re.compile(r"^\$CATEGORY:\s*(.*)$", re.IGNORECASE)
_DIFFICULTY = re.compile(r"^//\s*difficulty:\s*([123])\s*$", re.IGNORECASE)
_NAME = re.compile(r"^\s*::(?:\\.|[^\\])*?::", re.DOTALL)
_MARKUP = re.compile(r"^\s*\[(html|markdown|moodle|plain)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"^%(-?\d+(?:[.,]\d+)?)%")
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_SPECIAL = re.compile(r"([\\~=#{}:])")
GAP = " _____ "
JOINT = "\u2060"


@dataclass
class _Piece:
    line: int
    lines: list[str] = field(default_factory=list)
    topic: str = ""
    difficulty: int = 2


def parse(text: str) -> Parsed:
    """Questions, divided by empty lines; categories become topics."""
    found = Parsed()
    for piece in _pieces(text):
        said = "\n".join(piece.lines)
        try:
            found.questions.append(_question(said, piece))
        except _Refused as error:
            found.problems.append(Problem(piece.line, str(error), said.strip()[:80]))
    return found


class _Refused(Exception):
    """Why a piece is no question."""


def _pieces(text: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    topic, difficulty, piece = "", 2, None
    for number, line in enumerate(text.split("\n"), start=1):
        bare = line.strip()
        if match := _DIFFICULTY.match(bare):
            difficulty = int(match.group(1))
        elif bare.startswith("//"):
            continue
        elif piece is None and (match := _CATEGORY.match(bare)):
            topic = match.group(1).rsplit("/", 1)[-1].strip()[:TOPIC_LENGTH]
            topic = "" if topic.startswith("$") else _plain_of(topic)
        elif not bare:
            piece = None
        else:
            if piece is None:
                piece = _Piece(number, topic=topic, difficulty=difficulty)
                pieces.append(piece)
                difficulty = 2
            piece.lines.append(line)
    return pieces


def _question(said: str, piece: _Piece) -> QuestionText:
    said = _NAME.sub("", said, count=1)
    markup = _MARKUP.match(said)
    said = said[markup.end() :] if markup else said
    before, inside, after = _braces(said)
    is_html = bool(markup) and markup.group(1).lower() == "html"
    stem = before.strip() + (GAP + after.strip() if after.strip() else "")
    if has_picture(said):
        raise _Refused(_("Pictures are not taken; describe it in words."))
    kind, answers = _answers(inside, is_html)
    return QuestionText(
        kind,
        _plain_of(stem, is_html),
        answers,
        topic=piece.topic,
        difficulty=piece.difficulty,
        line=piece.line,
    )


def _braces(said: str) -> tuple[str, str, str]:
    places = [at for at, char in enumerate(said) if char in "{}" and not _is_escaped(said, at)]
    if not places:
        raise _Refused(_("There are no answers in braces { }."))
    if len(places) != 2 or said[places[0]] != "{" or said[places[1]] != "}":  # noqa: PLR2004 - one pair
        raise _Refused(_("The braces { } do not make one pair; leave an empty line between questions."))
    return said[: places[0]], said[places[0] + 1 : places[1]], said[places[1] + 1 :]


def _is_escaped(said: str, at: int) -> bool:
    count = 0
    while at > 0 and said[at - 1] == "\\":
        at, count = at - 1, count + 1
    return count % 2 == 1


def _split(inside: str) -> list[tuple[str, str]]:
    """Sign and text of each answer."""
    found: list[tuple[str, str]] = []
    start, sign = 0, ""
    for at, char in enumerate(inside):
        if char in "=~" and not _is_escaped(inside, at):
            if sign or inside[start:at].strip():
                found.append((sign, inside[start:at]))
            sign, start = char, at + 1
    if sign or inside[start:].strip():
        found.append((sign, inside[start:]))
    return found


def _without_feedback(said: str) -> str:
    for at, char in enumerate(said):
        if char == "#" and not _is_escaped(said, at):
            return said[:at]
    return said


def _answers(inside: str, is_html: bool) -> tuple[str, tuple[Answer, ...]]:
    bare = inside.strip()
    if not bare:
        return ESSAY, ()
    if bare.startswith("#"):
        raise _Refused(_("Numerical questions are not taken; write a short answer."))
    truth = _without_feedback(bare).strip().upper()
    if truth in _TRUTH:
        right = _TRUTH[truth]
        return SINGLE, (
            Answer(_("True"), WHOLE if right else NOTHING),
            Answer(_("False"), NOTHING if right else WHOLE),
        )
    parts = _split(inside)
    if parts and not parts[0][0]:
        raise _Refused(_("Each answer begins with = or ~."))
    signs = {sign for sign, _text in parts}
    made = [_answer(sign, _without_feedback(text), is_html) for sign, text in parts]
    if any(one.match for one in made):
        if signs != {"="} or not all(one.match for one in made):
            raise _Refused(_("In matching each answer is a pair: =one -> other"))
        return MATCHING, tuple(made)
    if signs == {"="}:
        return SHORT, tuple(made)
    if "=" in signs or sum(one.share == WHOLE for one in made) == 1 and all(one.share >= 0 for one in made):
        return SINGLE, tuple(made)
    return SEVERAL, tuple(made)


def _answer(sign: str, said: str, is_html: bool) -> Answer:
    said = said.strip()
    share = WHOLE if sign == "=" else NOTHING
    if match := _WEIGHT.match(said):
        try:
            share = Decimal(match.group(1).replace(",", ".")).quantize(Decimal("0.01"))
        except InvalidOperation as error:  # pragma: no cover - the pattern lets digits only through
            raise _Refused(match.group(1)) from error
        if abs(share) > WHOLE:
            raise _Refused(_("A weight lies between -100 and 100."))
        said = said[match.end() :]
    half, arrow, other = _arrow(said)
    if arrow:
        return Answer(_plain_of(half, is_html), NOTHING, _plain_of(other, is_html))
    return Answer(_plain_of(said, is_html), share)


def _arrow(said: str) -> tuple[str, bool, str]:
    half, arrow, other = said.partition("->")
    return half, bool(arrow), other


def _plain_of(said: str, is_html: bool = False) -> str:
    """Without escapes; of HTML the text."""
    said = re.sub(r"\\n", "\n", re.sub(r"\\\\", "\x00", said))
    said = re.sub(r"\\([~=#{}:])", r"\1", said).replace("\x00", "\\")
    # The joints that writing put in so that an arrow or a weight stays text.
    said = said.replace(f"-{JOINT}>", "->").strip()
    return plain(said) if is_html else said.removeprefix(JOINT)


# --- writing


def write(questions: list[QuestionText]) -> str:
    """All of them, in an order that keeps the topics together as they come."""
    lines: list[str] = []
    topic = ""
    for one in questions:
        if one.topic != topic:
            topic = one.topic
            lines += [f"$CATEGORY: {_escaped(topic.replace('/', '∕')) if topic else '$course$'}", ""]
        if one.difficulty != 2:  # noqa: PLR2004 - the middle one is understood
            lines.append(f"// difficulty: {one.difficulty}")
        lines += [_written(one), ""]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")


def _written(one: QuestionText) -> str:
    # [plain]: what looks like another mark-up in the text stays text.
    stem = f"[plain]{_escaped(one.text)}"
    if one.kind == ESSAY:
        return f"{stem} {{}}"
    return "\n".join([stem + " {", *(f"\t{_written_answer(one.kind, each)}" for each in one.answers), "}"])


def _written_answer(kind: str, one: Answer) -> str:
    if kind == MATCHING:
        return f"={_escaped_pair(one.text)} -> {_escaped_pair(one.match)}"
    if kind == SEVERAL:
        return f"~%{_figure(one.share)}%{_escaped_half(one.text)}"
    if kind == SHORT:
        weight = "" if one.share == WHOLE else f"%{_figure(one.share)}%"
        return f"={weight}{_escaped_half(one.text)}"
    if one.share == WHOLE:
        return f"={_escaped_half(one.text)}"
    return f"~%{_figure(one.share)}%{_escaped_half(one.text)}" if one.share else f"~{_escaped_half(one.text)}"


def _escaped_half(text: str) -> str:
    """An answer that would read as a pair or a weight says so by an invisible joint."""
    text = _escaped(text).replace("->", f"-{JOINT}>")
    return JOINT + text if text.startswith("%") else text


def _escaped_pair(text: str) -> str:
    return _escaped_half(text)


def _figure(share: Decimal) -> str:
    return f"{share.normalize():f}"
