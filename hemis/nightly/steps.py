"""What is done each night: apps declare their steps in ``nightly.py``."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.functional import Promise

STEPS: dict[str, Step] = {}
# A night's work is read in this order; within a place as declared.
FIRST, USUAL, LAST = 10, 50, 90


class StepError(Exception):
    """Why a step could not be done, in words that an administrator may read."""


class NotSetUp(Exception):
    """The step has nothing to work with here: it is left out, which is no failure."""


@dataclass(frozen=True)
class Finding:
    """Something that wants a person: what is wrong in plain words, how often, and the first cases."""

    title: str
    count: int
    examples: list[str] = field(default_factory=list)

    def as_json(self) -> dict:
        return {
            "title": str(self.title),
            "count": self.count,
            "examples": [str(one) for one in self.examples],
        }


@dataclass(frozen=True)
class Outcome:
    """What a step did: figures for its words, and what it found that a person must look at."""

    figures: dict[str, int | str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """One piece of a night's work.

    ``do(day)`` does it for a day; ``words`` say what was done, with ``%(name)s`` for its
    figures. It may be called again on the same day, after a failure or a power cut,
    so whatever it did before must count. ``atomic`` steps are one transaction with
    their own outcome; others (a program outside) must bear being done twice.
    """

    code: str
    title: str | Promise
    words: str | Promise
    do: Callable[[datetime.date], Outcome]
    place: int = USUAL
    atomic: bool = True


def register(step: Step) -> Step:
    """Make a step known under its code.

    Raises:
        ValueError: another step has this code.
    """
    if STEPS.setdefault(step.code, step) != step:
        raise ValueError(f"Two steps of the night are called {step.code}.")
    return step


def in_order() -> list[Step]:
    """All steps as they are done."""
    return sorted(STEPS.values(), key=lambda step: step.place)
