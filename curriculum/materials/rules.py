"""Topics against hours, topics against the timetable, and what makes a question right. No database."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil

from django.utils.translation import gettext as _

HOURS_A_LESSON = 2
SELF_STUDY = "17"
WHOLE, NOTHING = Decimal(100), Decimal(0)
SINGLE, SEVERAL, MATCHING, SHORT, ESSAY = "single", "several", "matching", "short", "essay"
KINDS = (SINGLE, SEVERAL, MATCHING, SHORT, ESSAY)
SHORTEST_QUESTION, MOST_ANSWERS, MOST_PICTURES = 5, 25, 4
QUESTION_LENGTH, ANSWER_LENGTH, TOPIC_LENGTH = 8000, 2000, 256


# --- topics and hours (study.md 1.3: topics cover no more than the hours of the plan)


@dataclass(frozen=True)
class Distribution:
    """How many hours of the plan the topics cover."""

    limit: int
    covered: int

    @property
    def left(self) -> int:
        return self.limit - self.covered

    @property
    def is_full(self) -> bool:
        return self.covered == self.limit

    def text(self, kind: str) -> str:
        """``Lecture: 28 of 30 hours are distributed``."""
        return _("%(kind)s: %(covered)d of %(limit)d hours are distributed") % {
            "kind": kind, "covered": self.covered, "limit": self.limit,
        }  # fmt: skip


def hours_of_rows(limit: int) -> list[int]:
    """Hours of the topics that cover ``limit`` hours, two each; an odd hour makes a short last one."""
    full, odd = divmod(max(limit, 0), HOURS_A_LESSON)
    return [HOURS_A_LESSON] * full + ([1] if odd else [])


def fits(distribution: Distribution, hours: int, *, before: int = 0) -> bool:
    """Whether a topic of ``hours`` (that had ``before``) still fits into the plan."""
    return distribution.covered - before + hours <= distribution.limit


# --- the calendar plan: topics laid over the lessons (study.md 1.4)


@dataclass(frozen=True)
class PlanTopic:
    key: int
    name: str
    hours: int


@dataclass(frozen=True)
class PlanLesson:
    """A lesson of the timetable; ``taught`` is None where nobody says, ``topic`` what was really taught."""

    key: int
    day: datetime.date
    taught: bool | None = None
    topic: int | None = None


@dataclass
class CalendarRow:
    """A topic with the lessons in which it is planned; a lesson beyond all topics has none."""

    topic: PlanTopic | None
    lessons: list[PlanLesson] = field(default_factory=list)

    @property
    def days(self) -> list[datetime.date]:
        return [one.day for one in self.lessons]

    @property
    def state(self) -> str:
        """``taught``, ``part``, ``planned``, ``unknown`` (nobody tells) or ``no_lesson``."""
        if not self.lessons:
            return "no_lesson"
        told = [one.taught for one in self.lessons]
        if all(one is None for one in told):
            return "unknown"
        if all(told):
            return "taught"
        return "part" if any(told) else "planned"

    @property
    def deviates(self) -> bool:
        """A lesson of the row was given on another topic."""
        key = self.topic.key if self.topic else None
        return any(one.taught and one.topic not in (None, key) for one in self.lessons)


def calendar(topics: Sequence[PlanTopic], lessons: Sequence[PlanLesson]) -> list[CalendarRow]:
    """The n-th lesson teaches the n-th two hours of the topics; what is left over on either side is shown.

    A topic of one hour shares its lesson with the next one.
    """
    rows: list[CalendarRow] = []
    begun = 0
    for topic in topics:
        first, last = begun // HOURS_A_LESSON, ceil((begun + topic.hours) / HOURS_A_LESSON)
        rows.append(CalendarRow(topic, list(lessons[first:last])))
        begun += topic.hours
    beyond = lessons[ceil(begun / HOURS_A_LESSON) :]
    return rows + [CalendarRow(None, [one]) for one in beyond]


# --- questions


@dataclass(frozen=True)
class Answer:
    """``share`` of the score in per cent; in matching ``match`` is the other half of the pair."""

    text: str
    share: Decimal = NOTHING
    match: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture that a question is asked with; ``content`` is empty where the bank keeps it already."""

    name: str
    sha256: str
    content: bytes = field(default=b"", compare=False, repr=False)


def picture_of(content: bytes, name: str) -> Picture:
    """A picture by its (clean) content."""
    return Picture(name, hashlib.sha256(content).hexdigest(), content)


@dataclass(frozen=True)
class QuestionText:
    """A question as it is written, at ``line`` of the file it came from."""

    kind: str
    text: str
    answers: tuple[Answer, ...] = ()
    topic: str = ""
    difficulty: int = 2
    line: int = field(default=0, compare=False)
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Problem:
    """What was not taken: where it begins, why, and its first words."""

    line: int
    reason: str
    text: str = ""


@dataclass
class Parsed:
    """What a file holds: questions in order, and everything that is none, with its reason."""

    questions: list[QuestionText] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def spaced(text: str) -> str:
    """Without spaces at the ends of lines and at both ends; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def fingerprint(question: QuestionText, language: str) -> str:
    """The same for the same question, however it is spaced; order of answers and pictures counts for nothing."""
    answers = sorted(
        (_key(one.text), _key(one.match), f"{one.share.normalize():f}") for one in question.answers
    )
    parts = [language, question.kind, _key(question.text), *("\x1f".join(one) for one in answers)]
    parts += sorted(one.sha256 for one in question.pictures)
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


def _key(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def fault_of(question: QuestionText) -> str:
    """Why the question cannot be asked; empty if it can."""
    if question.kind not in KINDS:
        return _("Questions of this kind are not taken.")
    if len(question.text.strip()) < SHORTEST_QUESTION:
        return _("The question is too short: at least %(length)d characters.") % {"length": SHORTEST_QUESTION}
    if len(question.text) > QUESTION_LENGTH:
        return _("Longer than %(length)d characters.") % {"length": QUESTION_LENGTH}
    if any(len(one.text) > ANSWER_LENGTH or len(one.match) > ANSWER_LENGTH for one in question.answers):
        return _("An answer is longer than %(length)d characters.") % {"length": ANSWER_LENGTH}
    if any(not one.text.strip() for one in question.answers):
        return _("An answer is empty.")
    if len(question.answers) > MOST_ANSWERS:
        return _("At most %(most)d answers.") % {"most": MOST_ANSWERS}
    if len(question.pictures) > MOST_PICTURES:
        return _("At most %(most)d pictures.") % {"most": MOST_PICTURES}
    return _FAULTS[question.kind](question.answers)


def _fault_of_single(answers: Sequence[Answer]) -> str:
    if len(answers) < 2:  # noqa: PLR2004 - a choice
        return _("A choice needs at least two answers.")
    if sum(one.share == WHOLE for one in answers) != 1:
        return _("Mark exactly one answer as right.")
    return _fault_of_twins(answers)


def _fault_of_several(answers: Sequence[Answer]) -> str:
    if len(answers) < 2:  # noqa: PLR2004 - a choice
        return _("A choice needs at least two answers.")
    if not any(one.share > 0 for one in answers):
        return _("Mark at least one answer as right.")
    if not any(one.share <= 0 for one in answers):
        return _("Give at least one wrong answer: otherwise ticking everything is right.")
    return _fault_of_twins(answers)


def _fault_of_matching(answers: Sequence[Answer]) -> str:
    if len(answers) < 2:  # noqa: PLR2004 - one pair matches by itself
        return _("Matching needs at least two pairs.")
    if any(not one.match.strip() for one in answers):
        return _("A pair has no second half.")
    return _fault_of_twins(answers)


def _fault_of_short(answers: Sequence[Answer]) -> str:
    if not any(one.share == WHOLE for one in answers):
        return _("Give at least one right answer.")
    if any(one.share < 0 for one in answers):
        return _("A short answer is not penalised; leave wrong ones out.")
    return _fault_of_twins(answers)


def _fault_of_essay(answers: Sequence[Answer]) -> str:
    return _("An essay has no ready answers.") if answers else ""


def _fault_of_twins(answers: Iterable[Answer]) -> str:
    seen: set[str] = set()
    for one in answers:
        if _key(one.text) in seen:
            return _("The answer “%(answer)s” stands twice.") % {"answer": one.text[:60]}
        seen.add(_key(one.text))
    return ""


_FAULTS = {
    SINGLE: _fault_of_single,
    SEVERAL: _fault_of_several,
    MATCHING: _fault_of_matching,
    SHORT: _fault_of_short,
    ESSAY: _fault_of_essay,
}


def even_shares(right: Sequence[bool]) -> list[Decimal]:
    """Shares of ticked answers where the file says only which are right: those share 100 evenly,
    the wrong ones take as much away, so that ticking everything is worth nothing."""
    good, bad = sum(right), len(right) - sum(right)
    plus = (WHOLE / good).quantize(Decimal("0.01")) if good else NOTHING
    minus = (WHOLE / bad).quantize(Decimal("0.01")) if bad else NOTHING
    return [plus if one else -minus for one in right]
