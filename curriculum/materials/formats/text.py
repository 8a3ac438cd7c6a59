"""Plain text out of what editors make: tags go, what they mean stays where our own marking can say it."""

from __future__ import annotations

import html
import re

# Our marking is these few tags without attributes, and [[[ ]]] around a piece of program.
KEPT = ("b", "i", "u", "sub", "sup", "code")
_SAME = {"strong": "b", "em": "i", "pre": "code"}
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li)\s*/?\s*>", re.IGNORECASE)
_TAG = re.compile(r"<\s*(/?)\s*([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
_SOURCE = re.compile(r"<\s*img\b[^<>]*?\bsrc\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_IMAGE = re.compile(r"<\s*img\b|@@PLUGINFILE@@", re.IGNORECASE)


def has_picture(text: str) -> bool:
    return bool(_IMAGE.search(text))


def pictures_of(text: str) -> set[str]:
    """The pictures that a text shows, by their address."""
    return {match.group(1) for match in _SOURCE.finditer(text)}


def plain(text: str) -> str:
    """Text of HTML: breaks become lines, known tags lose their attributes, all others go."""
    text = _BREAK.sub("\n", text)
    text = _TAG.sub(_tag, text)
    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in html.unescape(text).split("\n")]
    return "\n".join(line for line in lines if line)


def _tag(match: re.Match) -> str:
    name = match.group(2).lower()
    name = _SAME.get(name, name)
    return f"<{match.group(1)}{name}>" if name in KEPT else ""
