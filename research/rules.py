"""Pure rules of works: how a DOI is written, when a work may be submitted, what a share is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_RESOLVER = re.compile(r"^(?:https?://)?(?:dx\.)?doi\.org/|^doi:\s*", re.IGNORECASE)
WHOLE = Decimal(100)
CENT = Decimal("0.01")


def clean_doi(text: str) -> str:
    """A DOI without the address of its resolver, in small letters: a DOI has no case."""
    return _RESOLVER.sub("", text.strip()).lower()


def why_not_submitted(*, authors: int, has_file: bool, doi: str) -> str | Promise:
    """What a work still lacks before it is submitted; empty when nothing."""
    if not authors:
        return _("Name at least one author of the university.")
    if not has_file and not doi:
        return _("Add the file of the work, or its DOI.")
    return ""


def share_of(own: Decimal | None, others: Sequence[Decimal | None]) -> Decimal:
    """Percent of a work that is an author's: as agreed, or an equal part of what nobody agreed on.

    The whole is 100; the result is rounded to hundredths of a percent.
    """
    if own is not None:
        return own
    agreed = sum((one for one in others if one is not None), Decimal(0))
    unnamed = 1 + sum(one is None for one in others)
    return ((WHOLE - agreed) / unnamed).quantize(CENT, ROUND_HALF_UP)
