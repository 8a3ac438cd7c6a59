"""A figure that explains itself (law 6): the value and the steps that led to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.utils import formats

T = TypeVar("T")


def decimal_text(value: Decimal | None) -> str:
    """A number as people read it: without needless zeros, with the decimal mark of the language."""
    return "—" if value is None else formats.number_format(f"{value.normalize():f}")


@dataclass(frozen=True)
class Step:
    """One step: what was done, what came out, and the act or order that says so."""

    text: str
    value: Any = None
    source: str = ""

    def as_json(self) -> dict[str, str]:
        return {
            "text": str(self.text),
            "value": "" if self.value is None else str(self.value),
            "source": self.source,
        }


@dataclass(frozen=True)
class Explained(Generic[T]):
    """The result of a rule with its explanation."""

    value: T
    steps: list[Step] = field(default_factory=list)

    def as_json(self) -> list[dict[str, str]]:
        return [step.as_json() for step in self.steps]
