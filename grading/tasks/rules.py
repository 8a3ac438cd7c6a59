"""What tasks and tests are worth, with the steps of each figure. No database."""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from hemis.explain import decimal_text
from hemis.people.names import fold

ONE, NOTHING, HUNDRED = Decimal(1), Decimal(0), Decimal(100)
CURRENT, MIDTERM, FINAL, OVERALL = "11", "12", "13", "14"
# Which controls a kind of training feeds (study.md 1.7): lectures the midterm ones, all other classes the current.
OF_LECTURES, OF_CLASSES = (MIDTERM, "17", "18"), (CURRENT, "15", "16")
LECTURE, COURSE_PAPER, SELF_STUDY = "11", "16", "17"


def controls_of(training_type: str, *, is_test: bool) -> tuple[str, ...]:
    """Controls that a task of this kind of training may bring points to; a test of a lecture the final ones too."""
    if training_type in (COURSE_PAPER, SELF_STUDY):
        return (CURRENT, OVERALL)
    found = OF_LECTURES if training_type == LECTURE else OF_CLASSES
    return (*found, FINAL, OVERALL) if is_test and training_type == LECTURE else found


@dataclass(frozen=True)
class Figure:
    """A value with how it came about."""

    value: Decimal
    steps: tuple[str, ...] = ()


def tenth(value: Decimal) -> Decimal:
    """Points as they are kept: to a tenth, half up."""
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


# --- tasks


@dataclass(frozen=True)
class Late:
    """Whether something may be handed in at a moment, and what it costs."""

    allowed: bool
    is_late: bool = False
    penalty: int = 0
    why: str = ""


def lateness(
    now: datetime.datetime,
    *,
    deadline: datetime.datetime,
    accepts: bool,
    penalty: int = 0,
    until: datetime.datetime | None = None,
) -> Late:
    """In time, late with a deduction, or too late."""
    if now <= deadline:
        return Late(True)
    if not accepts:
        return Late(False, True, why=_("The deadline has passed."))
    if until is not None and now > until:
        return Late(False, True, why=_("The time for late work has passed too."))
    return Late(True, True, penalty)


def marked(raw: Decimal, *, maximum: Decimal, penalty: int = 0) -> Figure:
    """Points that count: what the teacher gave, less the deduction for lateness.

    Raises:
        ValueError: less than nothing, or more than the maximum.
    """
    if not NOTHING <= raw <= maximum:
        raise ValueError(_("The points lie between 0 and %(maximum)s.") % {"maximum": decimal_text(maximum)})
    if not penalty:
        return Figure(tenth(raw), (_("given: %(points)s") % {"points": decimal_text(raw)},))
    value = tenth(raw * (HUNDRED - penalty) / HUNDRED)
    return Figure(
        value,
        (
            _("given: %(points)s") % {"points": decimal_text(raw)},
            _("late: less %(penalty)d%%, remains %(points)s")
            % {"penalty": penalty, "points": decimal_text(value)},
        ),
    )


def room(limit: Decimal | None, given: Decimal) -> Decimal:
    """What tasks may still bring of a control."""
    return max((limit or NOTHING) - given, NOTHING)


# --- the score of an answer


@dataclass(frozen=True)
class Choice:
    """An answer as the score sees it: key, share in per cent, and the key of its second half."""

    key: int
    share: Decimal = NOTHING
    text: str = ""


def score_of(kind: str, choices: Sequence[Choice], chosen: Any, text: str = "") -> Figure | None:
    """Between 0 and 1, with steps; None: somebody has to read it."""
    if kind == "essay":
        return Figure(NOTHING, (_("no answer"),)) if not text.strip() else None
    if kind == "short":
        return _short(choices, text)
    if kind == "matching":
        return _matching(choices, chosen if isinstance(chosen, Mapping) else {})
    keys = {key for key in chosen if isinstance(key, int)} if isinstance(chosen, Collection) else set()
    ticked = [one for one in choices if one.key in keys]
    if not ticked:
        return Figure(NOTHING, (_("no answer"),))
    return _single(ticked) if kind == "single" else _several(choices, ticked)


def _bounded(value: Decimal) -> Decimal:
    return min(max(value, NOTHING), ONE).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _single(ticked: Sequence[Choice]) -> Figure:
    if len(ticked) > 1:
        return Figure(
            NOTHING, (_("one answer was asked for, %(count)d are ticked") % {"count": len(ticked)},)
        )
    value = _bounded(ticked[0].share / HUNDRED)
    return Figure(
        value,
        (
            _("“%(answer)s”: %(share)s%%")
            % {"answer": ticked[0].text[:40], "share": decimal_text(value * HUNDRED)},
        ),
    )


def _several(choices: Sequence[Choice], ticked: Sequence[Choice]) -> Figure:
    """Right ones share the whole by their shares; wrong ones together take away no less than the whole."""
    whole = sum((one.share for one in choices if one.share > 0), NOTHING)
    wrong = [one for one in choices if one.share <= 0]
    if whole <= 0:
        return Figure(NOTHING, (_("the question has no right answer"),))
    plus = sum((one.share for one in ticked if one.share > 0), NOTHING) / whole
    least = ONE / len(wrong) if wrong else NOTHING
    minus = sum((max(-one.share / HUNDRED, least) for one in ticked if one.share <= 0), NOTHING)
    return Figure(
        _bounded(plus - minus),
        (
            _("right ones ticked: +%(share)s%%") % {"share": decimal_text(_percent(plus))},
            _("wrong ones ticked: −%(share)s%%") % {"share": decimal_text(_percent(minus))},
        ),
    )


def _percent(value: Decimal) -> Decimal:
    return (value * HUNDRED).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _matching(choices: Sequence[Choice], chosen: Mapping) -> Figure:
    """Each pair put together is worth the same; what two halves say alike may change places."""
    words = {one.key: " ".join(one.text.split()) for one in choices}
    right = 0
    for one in choices:
        given = chosen.get(str(one.key), chosen.get(one.key))
        right += given is not None and words.get(_whole(given)) == words[one.key]
    value = _bounded(Decimal(right) / len(choices)) if choices else NOTHING
    return Figure(
        value, (_("pairs put together: %(right)d of %(all)d") % {"right": right, "all": len(choices)},)
    )


def _whole(value: Any) -> int:
    return int(value) if str(value).isdigit() else -1


def said(text: str) -> str:
    """A short answer as it is compared: case, spaces, apostrophes, script and a last full stop do not count."""
    return fold(re.sub(r"\s+", " ", text).strip().rstrip(".").replace(",", "."))


def _short(choices: Sequence[Choice], text: str) -> Figure:
    if not text.strip():
        return Figure(NOTHING, (_("no answer"),))
    best = max((one.share for one in choices if said(one.text) == said(text)), default=NOTHING)
    return Figure(
        _bounded(best / HUNDRED),
        (_("“%(answer)s”: %(share)s%%") % {"answer": text[:40], "share": decimal_text(best)},),
    )


def result(scores: Sequence[Decimal | None], maximum: Decimal) -> Figure | None:
    """Points of an attempt: the mean score of the maximum; None while an answer waits for the teacher."""
    if not scores or any(one is None for one in scores):
        return None
    total = sum((one for one in scores if one is not None), NOTHING)
    value = tenth(total / len(scores) * maximum)
    return Figure(
        value,
        (
            _("scores: %(total)s of %(count)d questions")
            % {"total": decimal_text(total.quantize(Decimal("0.01"))), "count": len(scores)},
            _("of the maximum %(maximum)s: %(points)s")
            % {"maximum": decimal_text(maximum), "points": decimal_text(value)},
        ),
    )


def percent(scores: Sequence[Decimal | None]) -> Decimal | None:
    """The same as a share of one hundred."""
    if not scores or any(one is None for one in scores):
        return None
    total = sum((one for one in scores if one is not None), NOTHING)
    return (total * HUNDRED / len(scores)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def counting(points: Sequence[Decimal | None], policy: str) -> Decimal | None:
    """What counts of several attempts: the best of those marked, or the last one."""
    if policy == "last":
        return points[-1] if points else None
    known = [one for one in points if one is not None]
    return max(known) if known else None


# --- making a test


@dataclass(frozen=True)
class Quota:
    count: int
    topic: str = ""
    difficulty: int | None = None

    def takes(self, question: BankQuestion) -> bool:
        return (not self.topic or question.topic == self.topic) and (
            self.difficulty is None or question.difficulty == self.difficulty
        )


@dataclass(frozen=True)
class BankQuestion:
    key: int
    topic: str
    difficulty: int
    answers: tuple[int, ...] = ()


@dataclass
class Drawn:
    """What a student is asked, in order; ``lacks`` says which quota the bank could not fill."""

    questions: list[BankQuestion] = field(default_factory=list)
    lacks: list[tuple[Quota, int]] = field(default_factory=list)


def draw(
    picked: Sequence[BankQuestion],
    bank: Sequence[BankQuestion],
    quotas: Sequence[Quota],
    *,
    seed: int,
    shuffles: bool,
) -> Drawn:
    """The picked questions and, for each quota, so many others by lot; the same seed draws the same.

    The narrowest quotas draw first, so that a wide one does not take their questions away.
    """
    lot = random.Random(seed)  # noqa: S311 - a lot, not a secret
    drawn = Drawn(list(picked))
    taken = {one.key for one in picked}
    for quota in sorted(quotas, key=lambda one: (not one.topic, one.difficulty is None)):
        fitting = [one for one in bank if one.key not in taken and quota.takes(one)]
        if len(fitting) < quota.count:
            drawn.lacks.append((quota, quota.count - len(fitting)))
        chosen = lot.sample(fitting, min(quota.count, len(fitting)))
        drawn.questions += chosen
        taken |= {one.key for one in chosen}
    if shuffles:
        lot.shuffle(drawn.questions)
    return drawn


def order_of(keys: Sequence[int], *, seed: int, question: int, shuffles: bool, salt: int = 0) -> list[int]:
    """In which order the answers of a question stand for whoever has this seed."""
    order = list(keys)
    if shuffles:
        random.Random(f"{seed}:{question}:{salt}").shuffle(order)  # noqa: S311 - a lot, not a secret
    return order


def closes_at(started: datetime.datetime, minutes: int, closes: datetime.datetime) -> datetime.datetime:
    """When a session ends: after its minutes, and no later than the test itself."""
    return min(started + datetime.timedelta(minutes=minutes), closes)


# --- how good the questions were


@dataclass(frozen=True)
class Item:
    """A question over all who were asked it: how many, how easy (mean score), how well it tells good from weak."""

    key: int
    count: int
    ease: Decimal
    discrimination: Decimal | None
    verdict: str


SMALLEST_GROUP = 5


def analyse(attempts: Sequence[Mapping[int, Decimal]]) -> list[Item]:
    """Items of finished attempts (key of a question → score).

    Discrimination is the mean score of the best 27 % less that of the weakest
    27 %, by the rest of their test; None with fewer than five people.
    """
    totals = [sum(one.values(), NOTHING) / len(one) if one else NOTHING for one in attempts]
    found = []
    for key in sorted({key for one in attempts for key in one}):
        rows = [
            (one[key], _rest(one, key, total))
            for one, total in zip(attempts, totals, strict=True)
            if key in one
        ]
        ease = _mean([score for score, _total in rows])
        told = _discrimination(rows)
        found.append(Item(key, len(rows), ease, told, _verdict(len(rows), ease, told)))
    return found


def _rest(scores: Mapping[int, Decimal], key: int, total: Decimal) -> Decimal:
    """The mean of the other questions, so that a question is not measured by itself."""
    return (total * len(scores) - scores[key]) / (len(scores) - 1) if len(scores) > 1 else total


def _mean(values: Sequence[Decimal]) -> Decimal:
    return (sum(values, NOTHING) / len(values)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _discrimination(rows: Sequence[tuple[Decimal, Decimal]]) -> Decimal | None:
    if len(rows) < SMALLEST_GROUP:
        return None
    ranked = [score for score, _total in sorted(rows, key=lambda one: one[1])]
    size = max(1, round(len(ranked) * 0.27))
    return _mean(ranked[-size:]) - _mean(ranked[:size])


def _verdict(count: int, ease: Decimal, told: Decimal | None) -> str:
    """In a word what to do with the question; empty while there are too few answers or nothing is amiss."""
    if told is None:
        return ""
    if told < 0:
        return _("look at the key: weak students do better")
    if ease >= Decimal("0.95"):
        return _("too easy")
    if ease <= Decimal("0.10"):
        return _("too hard")
    return _("hardly tells good from weak") if told < Decimal("0.15") else ""
