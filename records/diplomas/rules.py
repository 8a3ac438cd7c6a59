"""Formulas of the diploma and its supplement, and the rule of honours: pure functions with their steps (law 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from grading.rules import CREDIT, FIVE, HUNDREDTH, ZERO
from hemis.explain import Explained, Phrase, Step

ONE = Decimal(1)
BEST = 5
# What a state attestation commission marks: state examinations and the graduation work.
ATTESTED = ("13", "15")


class Line(Protocol):
    """What the formulas ask of a line of the record."""

    kind: str
    hours: int
    credit: Decimal
    points: Decimal
    mark: int

    @property
    def name(self) -> str: ...


def whole(value: Decimal) -> int:
    """To a whole number, half up."""
    return int(value.quantize(ONE, rounding=ROUND_HALF_UP))


def rating(points: Decimal, hours: int) -> int:
    """The rating of a subject: points × hours / 100, half up."""
    return whole(points * hours / 100)


def hundred_of_five(mean: Decimal) -> int:
    """A mean mark on the scale of a hundred: × 20, rounded up."""
    return int((mean * 20).quantize(ONE, rounding=ROUND_CEILING))


@dataclass(frozen=True)
class Sums:
    """The total line of a block: hours, credits, and the means, unrounded until here."""

    count: int
    hours: int
    credits: Decimal
    rating: int
    mean_points: Decimal
    mean_mark: Decimal


def sums(lines: Sequence[Line]) -> Sums:
    """Totals of the lines; means with two places, half up, rounded once."""
    count = len(lines)
    points = sum((one.points for one in lines), ZERO) / count if count else ZERO
    marks = Decimal(sum(one.mark for one in lines)) / count if count else ZERO
    return Sums(
        count=count,
        hours=sum(one.hours for one in lines),
        credits=sum((one.credit for one in lines), ZERO),
        rating=sum(rating(one.points, one.hours) for one in lines),
        mean_points=points.quantize(HUNDREDTH, rounding=ROUND_HALF_UP),
        mean_mark=marks.quantize(HUNDREDTH, rounding=ROUND_HALF_UP),
    )


def rated(system: str) -> bool:
    """Whether the form has a column of the rating: not where there are no points."""
    return system != FIVE


def _points(system: str, points: Decimal) -> str:
    """As the form of the system asks: whole in the credit system, as they are in the rating system."""
    if system == FIVE:
        return ""
    return str(whole(points)) if system == CREDIT else f"{points.normalize():f}"


def cells(system: str, line: Line) -> dict[str, str]:
    """What the columns of the results table say in a marking system (five, hundred, credit)."""
    return {
        "rating": str(rating(line.points, line.hours)) if rated(system) else "",
        "points": _points(system, line.points),
        "credit": f"{line.credit.normalize():f}" if system == CREDIT else "",
        "mark": str(line.mark),
    }


@dataclass(frozen=True)
class Honours:
    """The figures of the rule in force."""

    is_on: bool
    fives_percent: Decimal
    lowest_mark: int
    attestation_mark: int
    retakes_exclude: bool
    source: str


def honours(rule: Honours | None, lines: Iterable[Line], retaken: Collection[str] = ()) -> Explained[bool]:
    """Whether the diploma is with honours; every condition is a step, whether it holds or not.

    ``retaken`` are names of subjects passed by a retake.
    """
    marked = list(lines)
    if rule is None or not rule.is_on:
        source = rule.source if rule else ""
        return Explained(
            False, [Step(Phrase(gettext_noop("The rule of honours is not switched on.")), "", source)]
        )
    if not marked:
        return Explained(False, [Step(Phrase(gettext_noop("The record is empty.")), "", rule.source)])
    conditions = [
        _share(rule, marked),
        _lowest(rule, marked),
        _attestation(rule, [one for one in marked if one.kind in ATTESTED]),
        _retakes(rule, retaken),
    ]
    return Explained(all(good for good, _step in conditions), [step for _good, step in conditions])


def _share(rule: Honours, lines: list[Line]) -> tuple[bool, Step]:
    fives = sum(one.mark == BEST for one in lines)
    share = Decimal(fives * 100) / len(lines)
    text = Phrase(
        gettext_noop("Marks “5”: %(fives)s of %(all)s, at least %(least)s %% are needed."),
        fives=fives, all=len(lines), least=f"{rule.fives_percent.normalize():f}",
    )  # fmt: skip
    shown = f"{share.quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)} %"
    return _judged(rule, share >= rule.fives_percent, text, shown)


def _lowest(rule: Honours, lines: list[Line]) -> tuple[bool, Step]:
    lowest = min(lines, key=lambda one: one.mark)
    text = Phrase(
        gettext_noop("No mark below “%(least)s”; the lowest is “%(mark)s” (%(subject)s)."),
        least=rule.lowest_mark, mark=lowest.mark, subject=lowest.name,
    )  # fmt: skip
    return _judged(rule, lowest.mark >= rule.lowest_mark, text, lowest.mark)


def _attestation(rule: Honours, lines: list[Line]) -> tuple[bool, Step]:
    if not lines:
        none = gettext_noop("Marks of the state attestation: at least “%(least)s”; there is none.")
        return _judged(rule, False, Phrase(none, least=rule.attestation_mark), "—")
    lowest = min(one.mark for one in lines)
    text = gettext_noop("Marks of the state attestation: at least “%(least)s”.")
    return _judged(rule, lowest >= rule.attestation_mark, Phrase(text, least=rule.attestation_mark), lowest)


def _retakes(rule: Honours, retaken: Collection[str]) -> tuple[bool, Step]:
    good = not (rule.retakes_exclude and retaken)
    if rule.retakes_exclude:
        text = Phrase(gettext_noop("No subject passed by a retake."))
    else:
        text = Phrase(gettext_noop("A mark got by a retake does not exclude."))
    return _judged(rule, good, text, ", ".join(sorted(retaken)) or "—")


def _judged(rule: Honours, good: bool, text: Phrase, found: object) -> tuple[bool, Step]:
    """A condition with its sign, kept so that it is read in any language."""
    return good, Step(
        Phrase("✓ %(condition)s" if good else "✗ %(condition)s", condition=text), found, rule.source
    )


# --- may the diploma be formed


@dataclass(frozen=True)
class Check:
    """One condition of forming a diploma: whether it holds, in words, and by what source."""

    good: bool
    text: str
    source: str = ""


def missing_names(named: Iterable[tuple[str, dict[str, str]]]) -> Check:
    """The papers are in Uzbek and English: what has no English name is said."""
    missing = [
        f"{what}: {names['uz']}" if names["uz"] else what
        for what, names in named
        if not (names["uz"].strip() and names["en"].strip())
    ]
    if missing:
        text = _("No English name: %(names)s.") % {"names": "; ".join(missing[:8])}
        return Check(False, text)
    return Check(True, _("Every name is there in Uzbek and English."))
