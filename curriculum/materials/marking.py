"""Answers as they are typed in a form, and the few marks that a question's text may have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from curriculum.materials.formats.text import KEPT
from curriculum.materials.rules import (
    MATCHING,
    NOTHING,
    SEVERAL,
    SHORT,
    SINGLE,
    WHOLE,
    Answer,
    even_shares,
)

_WEIGHT = re.compile(r"^%(-?\d+(?:[.,]\d+)?)%\s*")
_TAG = re.compile(rf"&lt;(/?)({'|'.join(KEPT)})&gt;")
_CODE = re.compile(r"\[\[\[\n?(.*?)\n?\]\]\]", re.DOTALL)
ARROW = "->"


def formatted(text: str) -> SafeString:
    """The text as HTML: everything escaped, then our own marks put back, each closed."""
    parts, start = [], 0
    for match in [*_CODE.finditer(text), None]:
        outside = escape(text[start : match.start() if match else len(text)])
        parts.append(_balanced(outside).replace("\n", "<br>"))
        if match:
            parts.append(f"<pre><code>{escape(match.group(1))}</code></pre>")
            start = match.end()
    return mark_safe("".join(parts))


def _balanced(said: str) -> str:
    """Known tags become tags where they open and close in order; any other stays what was typed."""
    open_tags: list[str] = []
    out, start = [], 0
    for match in _TAG.finditer(said):
        out.append(said[start : match.start()])
        start = match.end()
        closes, name = match.groups()
        if not closes:
            open_tags.append(name)
            out.append(f"<{name}>")
        elif open_tags and open_tags[-1] == name:
            open_tags.pop()
            out.append(f"</{name}>")
        else:
            out.append(match.group())
    return "".join([*out, said[start:], *(f"</{name}>" for name in reversed(open_tags))])


def read_answers(kind: str, typed: str) -> tuple[Answer, ...]:
    """Answers typed one a line: ``#`` before a right one, ``%50%`` for a part, ``half -> other half`` in matching."""
    lines = [line.strip() for line in typed.replace("\r", "").split("\n") if line.strip()]
    if kind == MATCHING:
        return tuple(_pair(line) for line in lines)
    read = [_line(line) for line in lines]
    if kind == SHORT:
        return tuple(Answer(text, WHOLE if share is None else share) for text, _right, share in read)
    right = [is_right for _text, is_right, _share in read]
    even = even_shares(right) if kind == SEVERAL else [WHOLE if one else NOTHING for one in right]
    return tuple(
        Answer(text, spread if share is None else share)
        for (text, _right, share), spread in zip(read, even, strict=True)
    )


def _line(line: str) -> tuple[str, bool, Decimal | None]:
    is_right = line.startswith("#")
    line = line.removeprefix("#").strip()
    share = None
    if match := _WEIGHT.match(line):
        try:
            share = max(min(Decimal(match.group(1).replace(",", ".")), WHOLE), -WHOLE)
        except InvalidOperation:
            share = None
        line = line[match.end() :]
    return line.replace("\\n", "\n"), is_right, share


def _pair(line: str) -> Answer:
    half, _arrow, other = line.partition(ARROW)
    return Answer(half.strip().replace("\\n", "\n"), NOTHING, other.strip().replace("\\n", "\n"))


def typed_answers(kind: str, answers: Iterable[Answer]) -> str:
    """The same the other way round; weights only where they are not the even ones."""
    rows = list(answers)
    even = even_shares([one.share > 0 for one in rows]) if kind == SEVERAL else []
    out = []
    for at, one in enumerate(rows):
        text = one.text.replace("\n", "\\n")
        if kind == MATCHING:
            out.append(f"{text} {ARROW} {one.match.replace(chr(10), chr(92) + 'n')}")
            continue
        plain = one.share == even[at] if kind == SEVERAL else one.share in (NOTHING, WHOLE)
        weight = "" if plain else f"%{one.share.normalize():f}%"
        mark = "#" if one.share > 0 and kind in (SINGLE, SEVERAL) and not (kind == SINGLE and weight) else ""
        out.append(f"{mark}{weight}{text}")
    return "\n".join(out)
