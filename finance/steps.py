"""How a sum of money explains itself: steps kept with it as templates, read in any language."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext

from hemis.explain import LateStep, Step


class Phrase(str):
    """A text with its figures, kept as a template so that it can be read in any language."""

    template: str
    figures: dict[str, str]

    def __new__(cls, template: str, **figures: Any) -> Phrase:
        shown = {name: figure(value) for name, value in figures.items()}
        self = super().__new__(cls, template % shown)
        self.template, self.figures = template, shown
        return self


def figure(value: Any) -> str:
    """A figure as it is read: grouped, no needless zeros, comma before the fraction."""
    if not isinstance(value, Decimal | int):
        return str(value)
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", "\u00a0").replace(".", ",")


def typed(value: Decimal) -> Decimal:
    """A sum as a field shows it to be typed over: without tiyin where it has none."""
    whole = value.to_integral_value()
    return whole if whole == value else value


def steps_as_json(steps: Sequence[Step | LateStep]) -> list[dict[str, Any]]:
    """Steps as they are kept with the contract."""
    return [
        {
            "text": step.text.template,
            "figures": step.text.figures,
            "value": step.told,
            "source": step.source,
        }
        if isinstance(step.text, Phrase)
        else {"text": str(step.text), "figures": {}, "value": step.told, "source": step.source}
        for step in steps
    ]


def readable_steps(kept: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Kept steps in the language in use."""
    return [
        {
            "text": gettext(one["text"]) % one["figures"] if one["text"] else "",
            "value": _shown(one["value"]),
            "source": gettext(one["source"]) if one["source"] else "",
        }
        for one in kept
    ]


TIYIN = Decimal("0.01")


def _shown(value: str) -> str:
    """A sum to the tiyin, though steps keep it exact; a sign or a word as it stands."""
    if value == "None":  # kept before 0.6.0 by steps that only tell; what is kept is never changed
        return ""
    try:
        return figure(Decimal(value).quantize(TIYIN))
    except InvalidOperation:
        return value
