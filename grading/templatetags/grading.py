"""Points as people read them."""

from __future__ import annotations

from decimal import Decimal

from django import template

from hemis.explain import decimal_text

register = template.Library()


@register.filter
def points(value: Decimal | str | None) -> str:
    """Without needless zeros, with the decimal mark of the language; words stay words."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    return "" if value is None else str(value)
