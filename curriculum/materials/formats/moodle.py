"""Moodle XML with its pictures: read by a parser that takes neither entities nor document types, and written."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from curriculum.materials.formats.text import has_picture, pictures_of, plain
from curriculum.materials.marking import formatted
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
    Picture,
    Problem,
    QuestionText,
    picture_of,
)
from hemis.pages.files import PICTURE_SIDE, clean_picture

_OPENING = re.compile(rb"<question\b")


class _Refused(Exception):
    """Why an element is no question."""


def parse(content: bytes) -> Parsed:
    """The questions of a ``<quiz>``; kinds that the bank does not know are named."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        return Parsed(
            problems=[Problem(1, _("The file declares a document type or entities; that is not taken."))]
        )
    except (ParseError, ValueError, LookupError) as error:
        line = getattr(error, "position", (1, 0))[0]
        return Parsed(problems=[Problem(line, _("The XML is broken."))])
    if root.tag != "quiz":
        return Parsed(
            problems=[
                Problem(1, _("This is no quiz of Moodle: it begins with <%(tag)s>.") % {"tag": root.tag[:40]})
            ]
        )
    lines = [content.count(b"\n", 0, match.start()) + 1 for match in _OPENING.finditer(content)]
    found, topic = Parsed(), ""
    for at, element in enumerate(root.iter("question")):
        line = lines[at] if at < len(lines) else 1
        kind = element.get("type", "")
        if kind == "category":
            topic = _text(element.find("category"), is_html=False).rsplit("/", 1)[-1][:TOPIC_LENGTH]
            topic = "" if topic.startswith("$") else topic
            continue
        try:
            found.questions.append(_question(element, kind, topic, line))
        except _Refused as error:
            said = _text(element.find("questiontext")) or _text(element.find("name"))
            found.problems.append(Problem(line, str(error), said[:80]))
    return found


def _question(element: Element, kind: str, topic: str, line: int) -> QuestionText:
    read = _READERS.get(kind)
    if read is None:
        raise _Refused(_("Questions of the kind “%(kind)s” are not taken.") % {"kind": kind[:40] or "—"})
    if any(_has_picture(part) for name in ("answer", "subquestion") for part in element.iter(name)):
        raise _Refused(_("Pictures stand in the question, not in its answers."))
    ours, answers = read(element)
    asked = element.find("questiontext")
    return QuestionText(
        ours, _text(asked), tuple(answers), topic=topic, line=line, pictures=tuple(_pictures(asked))
    )


def _has_picture(element: Element) -> bool:
    own = element.findall("text")  # What is said back to the student is not taken, so neither is its picture.
    return element.find("file") is not None or any(has_picture(part.text or "") for part in own)


def _pictures(element: Element | None) -> list[Picture]:
    """What the text shows, each judged by its content."""
    if element is None:
        return []
    found = [_picture(one) for one in element.findall("file")]
    if len(found) < len(pictures_of(element.findtext("text") or "")):
        raise _Refused(_("A picture is not in the file; export the questions with their files."))
    return found


def _picture(element: Element) -> Picture:
    name = (element.get("name") or "").rsplit("/", 1)[-1][:255]
    try:
        clean = clean_picture(b64decode(element.text or "", validate=False), side=PICTURE_SIDE)
    except (ValueError, ValidationError) as error:
        said = error.messages[0] if isinstance(error, ValidationError) else _("The file is broken.")
        raise _Refused(f"{name or '—'}: {said}") from error
    return picture_of(clean.read(), name)


def _text(element: Element | None, *, is_html: bool = True) -> str:
    if element is None:
        return ""
    said = element.findtext("text") or ""
    form = element.get("format", "html")
    return plain(said) if is_html and form in ("html", "moodle_auto_format") else said.strip()


def _share(element: Element) -> Decimal:
    try:
        share = Decimal(element.get("fraction", "0")).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise _Refused(_("A fraction is no number.")) from error
    if not -WHOLE <= share <= WHOLE:
        raise _Refused(_("A weight lies between -100 and 100."))
    return share


def _choice(element: Element) -> tuple[str, list[Answer]]:
    answers = [Answer(_text(one), _share(one)) for one in element.findall("answer")]
    single = (element.findtext("single") or "true").strip().lower() in ("true", "1")
    return (SINGLE if single else SEVERAL), answers


def _truth(element: Element) -> tuple[str, list[Answer]]:
    words = {"true": _("True"), "false": _("False")}
    return SINGLE, [
        Answer(words.get(_text(one).lower(), _text(one)), _share(one)) for one in element.findall("answer")
    ]


def _short(element: Element) -> tuple[str, list[Answer]]:
    # An answer that is worth nothing is only there for its feedback.
    rows = [Answer(_text(one), _share(one)) for one in element.findall("answer")]
    return SHORT, [one for one in rows if one.share > 0]


def _matching(element: Element) -> tuple[str, list[Answer]]:
    pairs = [
        Answer(_text(one), NOTHING, (one.findtext("answer/text") or "").strip())
        for one in element.findall("subquestion")
    ]
    if any(not one.text for one in pairs):
        raise _Refused(_("A pair has no first half."))
    return MATCHING, pairs


def _essay(element: Element) -> tuple[str, list[Answer]]:
    return ESSAY, []


_READERS = {
    "multichoice": _choice,
    "truefalse": _truth,
    "shortanswer": _short,
    "matching": _matching,
    "essay": _essay,
}


# --- written

_KINDS = {
    SINGLE: "multichoice", SEVERAL: "multichoice", SHORT: "shortanswer", MATCHING: "matching", ESSAY: "essay",
}  # fmt: skip
# Moodle takes only shares of its own list, and those to five places.
_SHARES = {"33.33": "33.33333", "66.67": "66.66667", "16.67": "16.66667", "83.33": "83.33333", "14.29": "14.28571",
           "11.11": "11.11111"}  # fmt: skip


def write(questions: Iterable[QuestionText]) -> bytes:
    """All of them under the categories of their topics, each with its pictures."""
    quiz, topic = Element("quiz"), ""
    for number, one in enumerate(questions, start=1):
        if one.topic != topic:
            topic = one.topic
            place = f"$course$/{topic.replace('/', '∕')}" if topic else "$course$"
            _said(SubElement(SubElement(quiz, "question", type="category"), "category"), place)
        _write(SubElement(quiz, "question", type=_KINDS[one.kind]), one, number)
    indent(quiz)
    return tostring(quiz, encoding="utf-8", xml_declaration=True)


def _said(element: Element, text: str) -> None:
    SubElement(element, "text").text = text


def _write(element: Element, one: QuestionText, number: int) -> None:
    _said(SubElement(element, "name"), f"{number}. {' '.join(one.text.split())[:80]}")
    asked = SubElement(element, "questiontext", format="html")
    files = [(f"{number}-{at}.jpg", picture) for at, picture in enumerate(one.pictures, start=1)]
    shown = "".join(f'<p><img src="@@PLUGINFILE@@/{name}" alt=""></p>' for name, _picture in files)
    _said(asked, f"{formatted(one.text)}{shown}")
    for name, picture in files:
        SubElement(asked, "file", name=name, path="/", encoding="base64").text = b64encode(
            picture.content
        ).decode()
    if one.kind in (SINGLE, SEVERAL):
        SubElement(element, "single").text = "true" if one.kind == SINGLE else "false"
        SubElement(element, "shuffleanswers").text = "true"
    for answer in one.answers:
        _write_answer(element, one.kind, answer)


def _write_answer(element: Element, kind: str, one: Answer) -> None:
    if kind == MATCHING:
        half = SubElement(element, "subquestion", format="html")
        _said(half, formatted(one.text))
        _said(SubElement(half, "answer"), one.match)
        return
    share = f"{one.share.normalize():f}"
    typed = kind == SHORT
    answer = SubElement(
        element, "answer", fraction=_fraction(share), format="plain_text" if typed else "html"
    )
    _said(answer, one.text if typed else formatted(one.text))


def _fraction(share: str) -> str:
    sign, size = ("-", share[1:]) if share.startswith("-") else ("", share)
    return sign + _SHARES.get(size, size)
