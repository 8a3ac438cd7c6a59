"""Formulas of the academic record: pure functions with their steps (law 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol, TypeVar

from grading.rules import HUNDREDTH, ZERO, Weighted
from grading.rules import gpa as weighted_mean
from hemis.explain import Explained

# National kinds of a rating sheet (`h_rating_grade`): subjects, then what stands apart in a supplement.
SUBJECTS = ("11", "16")
COURSE_WORKS, PRACTICES, STATE_EXAMS, GRADUATION_WORKS = ("12",), ("14",), ("13",), ("15",)
# The order of the blocks of a diploma supplement.
BLOCKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("subjects", SUBJECTS),
    ("course_works", COURSE_WORKS),
    ("practices", PRACTICES),
    ("state_exams", STATE_EXAMS),
    ("graduation_works", GRADUATION_WORKS),
)


class Line(Protocol):
    """What the formulas ask of a line of the record."""

    kind: str
    hours: int
    credit: Decimal
    points: Decimal
    mark: int
    point: Decimal
    passed: bool

    @property
    def name(self) -> str: ...


AnyLine = TypeVar("AnyLine", bound=Line)


@dataclass(frozen=True)
class Totals:
    """Sums of a record: hours, credits, how often each mark, and the mean points of the subjects."""

    subjects: int = 0
    hours: int = 0
    credits: Decimal = ZERO
    mean_points: Decimal = ZERO
    marks: dict[int, int] = field(default_factory=dict)


def totals(lines: Iterable[Line]) -> Totals:
    """Hours and credits of everything mastered; the mean is of subjects, two places, half up."""
    mastered = [one for one in lines if one.passed]
    points = [one.points for one in mastered if one.kind in SUBJECTS]
    mean = sum(points, ZERO) / len(points) if points else ZERO
    return Totals(
        subjects=len(mastered),
        hours=sum(one.hours for one in mastered),
        credits=sum((one.credit for one in mastered), ZERO),
        mean_points=mean.quantize(HUNDREDTH, rounding=ROUND_HALF_UP),
        marks=dict(Counter(one.mark for one in mastered)),
    )


def gpa(lines: Iterable[Line]) -> Explained[Decimal]:
    """GPA = Σ(K·U) / ΣK of the subjects of the record, two places, half up, rounded once (VMQ 824/2020)."""
    return weighted_mean(
        Weighted(one.name, one.credit, one.point) for one in lines if one.passed and one.kind in SUBJECTS
    )


def in_blocks(lines: Iterable[AnyLine]) -> dict[str, list[AnyLine]]:
    """The lines by the blocks of a supplement; every block is there, some are empty."""
    known = list(lines)
    return {name: [one for one in known if one.kind in kinds] for name, kinds in BLOCKS}
