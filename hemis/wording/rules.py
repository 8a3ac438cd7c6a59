"""What an own text must keep of the program's: placeholders and markup. Pure functions."""

from __future__ import annotations

import re
from collections import Counter

from django.utils.translation import gettext as _

LONGEST = 4000
PLACEHOLDER = re.compile(r"%\(\w+\)[-#0+]*\d*(?:\.\d+)?[a-zA-Z]|%[sd]")
NAMED = re.compile(r"%\((\w+)\)[-#0+]*\d*(?:\.\d+)?([a-zA-Z])")
BRACES = re.compile(r"\{\w*\}")
TAG = re.compile(r"<[^<>]*>")


def placeholders(text: str) -> set[str]:
    """``%(name)s`` and the like, and ``{name}``; a doubled percent sign is none."""
    return set(PLACEHOLDER.findall(text.replace("%%", ""))) | set(BRACES.findall(text))


def fitted(msgid: str, text: str) -> str:
    """The text with the spaces around it that the message has: some stand between other texts."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return ""
    before, after = msgid[: len(msgid) - len(msgid.lstrip())], msgid[len(msgid.rstrip()) :]
    return f"{before}{text}{after}"


def fault(msgid: str, text: str) -> str:
    """Why the text cannot stand for the message; empty: it can."""
    if len(text) > LONGEST:
        return _("A text has at most %(count)d characters.") % {"count": LONGEST}
    if any(not one.isprintable() for one in text.replace("\n", "")) or "\n" in text and "\n" not in msgid:
        return _("One line without invisible signs.")
    wanted, given = placeholders(msgid), placeholders(text)
    if wanted != given:
        return _("Keep the placeholders as they are: %(wanted)s.") % {
            "wanted": ", ".join(sorted(wanted)) or _("there are none")
        }
    return _markup_fault(msgid, text) or _percent_fault(msgid, text)


def _markup_fault(msgid: str, text: str) -> str:
    """Tags are those of the message, one by one; texts stand in attributes, so no quotation marks either."""
    if Counter(TAG.findall(msgid)) != Counter(TAG.findall(text)):
        return _("No HTML: only the tags that the key has.")
    rest, allowed = TAG.sub("", text), TAG.sub("", msgid)
    if any(rest.count(one) > allowed.count(one) for one in '<>"&'):
        return _("Write “ ” instead of straight quotation marks, and neither < > nor &.")
    return ""


def _percent_fault(msgid: str, text: str) -> str:
    """A text with figures is filled in; without any a percent sign stands only where the key has one."""
    named = NAMED.findall(msgid)
    if not named:
        return "" if "%" not in text or "%" in msgid else _("Write the word instead of the percent sign.")
    try:
        text % {name: 1 if kind in "dif" else "x" for name, kind in named}
    except (ValueError, TypeError, KeyError):
        return _("Beside placeholders a percent sign is written twice.")
    return ""
