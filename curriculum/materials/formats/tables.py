"""Questions in Excel: one row a question, answers in columns, right ones marked with # or by their letters."""

from __future__ import annotations

import io
import re

import xlsxwriter
from django.utils.translation import gettext as _

from curriculum.materials.rules import (
    ESSAY,
    MATCHING,
    MOST_ANSWERS,
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
    even_shares,
)
from hemis.people.names import fold
from hemis.sheets.reading import SheetRefused, Table, read_table

KINDS = {
    SINGLE: ("bitta javob", "один ответ", "single"),
    SEVERAL: ("bir nechta javob", "несколько ответов", "several", "multiple"),
    MATCHING: ("moslik", "соответствие", "matching"),
    SHORT: ("qisqa javob", "краткий ответ", "short"),
    ESSAY: ("esse", "эссе", "essay"),
}
DIFFICULTIES = {
    1: ("oson", "лёгкий", "легкий", "easy"),
    2: ("oʻrta", "средний", "middle"),
    3: ("qiyin", "сложный", "hard"),
}
_HEADERS = {
    "text": ("Savol", "Вопрос", "Question"),
    "kind": ("Turi", "Тип", "Kind"),
    "topic": ("Mavzu", "Тема", "Topic"),
    "difficulty": ("Qiyinligi", "Сложность", "Difficulty"),
}
_ANSWER = re.compile(r"^(?:javob|ответ|answer)\s*(\d+)$", re.IGNORECASE)
ARROW = "->"


def parse(content: bytes) -> Parsed:
    """One question a row; the first bad thing of a row is named with its number in the sheet."""
    try:
        table = read_table(content)
    except SheetRefused as error:
        return Parsed(problems=[Problem(1, str(error))])
    places, answers = _places(table)
    if "text" not in places or not answers:
        reason = _("The header needs the columns %(columns)s; download the sample.") % {
            "columns": f"{_HEADERS['text'][0]}, Javob 1, Javob 2 …"
        }
        return Parsed(problems=[Problem(1, reason)])
    found = Parsed()
    for number, row in zip(table.numbers, table.rows, strict=True):
        question = _question(row, places, answers, number)
        if isinstance(question, Problem):
            found.problems.append(question)
        else:
            found.questions.append(question)
    return found


def _places(table: Table) -> tuple[dict[str, int], list[int]]:
    known = {fold(text): name for name, texts in _HEADERS.items() for text in texts}
    places, answers = {}, []
    for at, header in enumerate(table.headers):
        if fold(header) in known:
            places[known[fold(header)]] = at
        elif _ANSWER.match(header.strip()):
            answers.append(at)
    return places, answers


def _cell(row: list, at: int | None) -> str:
    value = "" if at is None else row[at]
    if isinstance(value, bool):
        return str(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _question(row: list, places: dict[str, int], answers: list[int], number: int) -> QuestionText | Problem:
    text = _cell(row, places["text"])
    said = [said for at in answers if (said := _cell(row, at))]
    right = [one.startswith("#") for one in said]
    kind = _coded(_cell(row, places.get("kind")), KINDS)
    if kind is None:
        return Problem(number, _("There is no such kind of question."), text[:80])
    difficulty = _coded(_cell(row, places.get("difficulty")), DIFFICULTIES)
    if difficulty is None:
        return Problem(number, _("The difficulty is 1, 2 or 3."), text[:80])
    kind = kind or _kind_of(said, right)
    return QuestionText(
        kind,
        text,
        _answers(kind, said, right),
        topic=_cell(row, places.get("topic"))[:TOPIC_LENGTH],
        difficulty=difficulty or 2,
        line=number,
    )


def _coded(text: str, known: dict):
    """The code for its name or itself; ``""`` for an empty cell, None for anything else."""
    if not text:
        return ""
    for code, names in known.items():
        if fold(text) in {fold(str(code)), *(fold(name) for name in names)}:
            return code
    return None


def _kind_of(said: list[str], right: list[bool]) -> str:
    if not said:
        return ESSAY
    if all(ARROW in one for one in said):
        return MATCHING
    if all(right):
        return SHORT
    return SINGLE if sum(right) == 1 else SEVERAL


def _answers(kind: str, said: list[str], right: list[bool]) -> tuple[Answer, ...]:
    if kind == MATCHING:
        pairs = [one.removeprefix("#").partition(ARROW) for one in said]
        return tuple(Answer(half.strip(), NOTHING, other.strip()) for half, _arrow, other in pairs)
    texts = [one.removeprefix("#").strip() for one in said]
    if kind == SEVERAL:
        return tuple(Answer(text, share) for text, share in zip(texts, even_shares(right), strict=True))
    if kind == SHORT:
        return tuple(Answer(text, WHOLE) for text in texts)
    return tuple(Answer(text, WHOLE if one else NOTHING) for text, one in zip(texts, right, strict=True))


def write(questions: list[QuestionText]) -> bytes:
    """All questions as a workbook that may be filled on and taken in again."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet("Savollar")
    head, text = (
        book.add_format({"bold": True, "bg_color": "#D9E8F6", "border": 1}),
        book.add_format({"num_format": "@", "text_wrap": True}),
    )
    most = min(MOST_ANSWERS, max([5, *(len(one.answers) for one in questions)]))
    headers = [*(names[0] for names in _HEADERS.values()), *(f"Javob {at}" for at in range(1, most + 1))]
    for at, header in enumerate(headers):
        page.write_string(0, at, header, head)
        page.set_column(at, at, 60 if at == 0 else 24, text)
    page.freeze_panes(1, 0)
    for line, one in enumerate(questions, start=1):
        cells = [one.text, KINDS[one.kind][0], one.topic, str(one.difficulty), *_written(one)]
        for at, cell in enumerate(cells):
            page.write_string(line, at, cell[:32_000], text)
    book.close()
    return out.getvalue()


def _written(one: QuestionText) -> list[str]:
    if one.kind == MATCHING:
        return [f"{answer.text} {ARROW} {answer.match}" for answer in one.answers]
    return [("#" if answer.share > 0 else "") + answer.text for answer in one.answers]


CITIES = (Answer("Toshkent", WHOLE), Answer("Samarqand"), Answer("Buxoro"))
PRIMES = (Answer("2", WHOLE / 2), Answer("7", WHOLE / 2), Answer("9", -WHOLE))
CAPITALS = (Answer("Oʻzbekiston", NOTHING, "Toshkent"), Answer("Qozogʻiston", NOTHING, "Ostona"))
SAMPLE = [
    QuestionText(SINGLE, "Oʻzbekiston poytaxti qaysi shahar?", CITIES, "Kirish", 1),
    QuestionText(SEVERAL, "Qaysi sonlar tub?", PRIMES, "Kirish", 2),
    QuestionText(MATCHING, "Poytaxtni mamlakatga moslang.", CAPITALS, "Kirish", 2),
    QuestionText(SHORT, "Suvning kimyoviy formulasi?", (Answer("H2O", WHOLE),), "Kirish", 2),
    QuestionText(ESSAY, "Mavzu boʻyicha fikringizni yozing.", (), "Kirish", 3),
]
