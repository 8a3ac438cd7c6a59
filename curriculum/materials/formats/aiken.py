"""Aiken: a question on one line, answers A. B. C. …, then ANSWER: B."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from curriculum.materials.rules import NOTHING, SINGLE, WHOLE, Answer, Parsed, Problem, QuestionText

ANSWER = re.compile(r"^\s*ANSWER\s*:\s*([A-Za-z])?\s*(.*)$", re.MULTILINE)
_OPTION = re.compile(r"^\s*([A-Za-z])[.)]\s*(.*)$")
MOST = 26


def parse(text: str) -> Parsed:
    """Questions of one right answer each; what does not end in an ANSWER line is named."""
    found = Parsed()
    stem: list[str] = []
    options: list[tuple[str, str]] = []
    begun = 1
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if not stem:
            begun = number
        if match := ANSWER.match(line):
            _close(found, begun, stem, options, match)
            stem, options = [], []
        elif stem and (match := _OPTION.match(line)) and match.group(1).upper() == chr(65 + len(options)):
            options.append((match.group(1).upper(), match.group(2).strip()))
        elif options:
            reason = _("The line is neither an answer in order (%(letter)s.) nor ANSWER:") % {
                "letter": chr(65 + len(options))
            }
            found.problems.append(Problem(number, reason, line.strip()[:80]))
            stem, options, begun = [line.strip()], [], number
        else:
            stem.append(line.strip())
    if stem:
        found.problems.append(Problem(begun, _("The question has no ANSWER line."), stem[0][:80]))
    return found


def _close(
    found: Parsed, line: int, stem: list[str], options: list[tuple[str, str]], match: re.Match
) -> None:
    words = "\n".join(stem)
    letter = (match.group(1) or "").upper()
    if not stem:
        found.problems.append(Problem(line, _("An ANSWER without a question."), match.group().strip()[:80]))
    elif letter not in {name for name, _text in options} or match.group(2).strip():
        reason = _("ANSWER names none of the answers: %(said)s") % {
            "said": f"{match.group(1) or ''}{match.group(2)}".strip() or "—"
        }
        found.problems.append(Problem(line, reason, words[:80]))
    else:
        answers = tuple(Answer(text, WHOLE if name == letter else NOTHING) for name, text in options)
        found.questions.append(QuestionText(SINGLE, words, answers, line=line))


def write(questions: list[QuestionText]) -> str:
    """Questions of one right answer in this form; each on one line, other kinds have no place in it."""
    pieces = []
    for one in questions:
        if one.kind != SINGLE or len(one.answers) > MOST:
            continue
        lines = [_one_line(one.text)]
        right = ""
        for at, answer in enumerate(one.answers):
            lines.append(f"{chr(65 + at)}. {_one_line(answer.text)}")
            right = chr(65 + at) if answer.share == WHOLE else right
        pieces.append("\n".join([*lines, f"ANSWER: {right}"]))
    return "\n\n".join(pieces) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
