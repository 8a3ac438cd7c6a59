"""How well students stand: figures that higher floors know, asked for by those who give places.

``grading`` computes GPA; whoever knows it registers a provider. Without one
nobody has a GPA, and places go by the moment of choosing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

# (keys of students, day) → GPA by student.
GpaProvider = Callable[[Collection[int], datetime.date], Mapping[int, Decimal]]
_providers: list[GpaProvider] = []


def register_gpa(provider: GpaProvider) -> None:
    """Let a higher floor answer for the GPA of students."""
    if provider not in _providers:
        _providers.append(provider)


def gpa_of(students: Collection[int], day: datetime.date) -> dict[int, Decimal]:
    """GPA by student, as far as somebody knows it."""
    found: dict[int, Decimal] = {}
    for provider in _providers:
        for student, value in (provider(students, day) if students else {}).items():
            found.setdefault(student, value)
    return found


# (keys of students) → what each has mastered: subject → credits.
PassedProvider = Callable[[Collection[int]], Mapping[int, Mapping[int, Decimal]]]
_passed: list[PassedProvider] = []


def register_passed(provider: PassedProvider) -> None:
    """Let a higher floor answer for the subjects that students have mastered."""
    if provider not in _passed:
        _passed.append(provider)


def passed_of(student: int) -> dict[int, Decimal] | None:
    """Subjects that the student has mastered with their credits; None when nobody keeps results."""
    if not _passed:
        return None
    found: dict[int, Decimal] = {}
    for provider in _passed:
        for subject, credit in provider([student]).get(student, {}).items():
            found[subject] = max(credit, found.get(subject, credit))
    return found
