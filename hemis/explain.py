"""A figure that explains itself (law 6): the value and the steps that led to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.utils import formats
from django.utils.translation import get_language, gettext

T = TypeVar("T")


class Phrase(str):
    """A text that remembers its template and figures, so that it is kept once and read in any language.

    As a string it says what it says in the language in use when it is made. The template is collected
    for translation where it stands in the brackets, and marked by ``gettext_noop`` where it does not; a
    figure may be a phrase too.
    """

    template: str
    figures: dict[str, Any]

    def __new__(cls, template: str, **figures: Any) -> Phrase:
        self = super().__new__(cls, gettext(template) % figures)
        self.template, self.figures = template, figures
        return self


def kept(value: Any) -> Any:
    """A text or a figure as JSON keeps it: a phrase by its template, anything else as it reads."""
    if isinstance(value, Phrase):
        return {"text": value.template, "figures": {name: kept(one) for name, one in value.figures.items()}}
    return value if isinstance(value, int) else str(value)


def again(value: Any) -> Any:
    """What ``kept`` has kept: a phrase in the language in use, or a figure, or plain text."""
    if isinstance(value, Mapping):
        return Phrase(value["text"], **{name: again(one) for name, one in value["figures"].items()})
    return value


def readable(value: Any) -> str:
    """The same as text."""
    return str(again(value))


def joined(texts: Sequence[str]) -> str:
    """Texts after one another with commas, each still a phrase."""
    if not texts:
        return ""
    first, *rest = texts
    return Phrase("%(one)s, %(others)s", one=first, others=joined(rest)) if rest else first


def readable_steps(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Steps that ``Step.as_json`` has kept, in the language in use."""
    return [{name: readable(one) for name, one in step.items()} for step in steps]


def decimal_text(value: Decimal | None) -> str:
    """A number as people read it: without needless zeros, with the decimal mark of the language."""
    return "—" if value is None else _written(value, get_language())


@lru_cache(maxsize=4096)
def _written(value: Decimal, language: str | None) -> str:
    """Points and hours are few figures written a million times."""
    return formats.number_format(f"{value.normalize():f}")


@dataclass(frozen=True)
class Step:
    """One step: what was done, what came out, and the act or order that says so."""

    text: str
    value: Any = None
    source: str = ""

    @property
    def told(self) -> str:
        """The value as it is kept; a step that only tells has none."""
        return "" if self.value is None else str(self.value)

    def as_json(self) -> dict[str, Any]:
        """As it is kept; ``readable_steps`` reads it again."""
        return {
            "text": kept(self.text),
            "value": self.told,
            "source": kept(self.source),
        }


@dataclass(frozen=True)
class LateStep:
    """A step that is worded when it is read, in the language of its reader.

    For rules that thousands of results pass at once: most of their steps nobody opens.
    Figures that are decimals are written by ``decimal_text``, several values with a
    stroke between them; the template is marked by ``gettext_noop``.
    """

    template: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    values: tuple[Any, ...] = ()
    source: str = ""

    @property
    def text(self) -> str:
        return Phrase(self.template, **{name: _figure(one) for name, one in self.figures.items()})

    @property
    def value(self) -> str | None:
        return " / ".join(str(_figure(one)) for one in self.values) if self.values else None

    @property
    def told(self) -> str:
        """The value as it is kept; a step that only tells has none."""
        return self.value or ""

    def as_json(self) -> dict[str, Any]:
        """As a step is kept."""
        return Step(self.text, self.value, self.source).as_json()


def _figure(value: Any) -> Any:
    return decimal_text(value) if value is None or isinstance(value, Decimal) else value


@dataclass(frozen=True)
class Explained(Generic[T]):
    """The result of a rule with its explanation."""

    value: T
    steps: Sequence[Step | LateStep] = field(default_factory=list)

    def as_json(self) -> list[dict[str, Any]]:
        return [step.as_json() for step in self.steps]
