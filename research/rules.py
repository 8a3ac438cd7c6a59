"""Pure rules: how a DOI and other identifiers are written, what figures can be, when a work may be submitted,
what a share is, who works in a project beside whom."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_RESOLVER = re.compile(r"^(?:https?://)?(?:dx\.)?doi\.org/|^doi:\s*", re.IGNORECASE)
WHOLE = Decimal(100)
CENT = Decimal("0.01")


def clean_doi(text: str) -> str:
    """A DOI without the address of its resolver, in small letters: a DOI has no case."""
    return _RESOLVER.sub("", text.strip()).lower()


# How the identifiers of some systems look: code of the national list → pattern.
IDENTIFIERS = {"11": re.compile(r"\d{7,11}"), "13": re.compile(r"[\w-]{12}")}
OTHER_IDENTIFIERS = {
    "wos": re.compile(r"[A-Z]{1,3}-\d{4}-(?:19|20)\d\d"),
    "orcid": re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]"),
}


def is_orcid(text: str) -> bool:
    """Whether the control character of an ORCID is right (ISO/IEC 7064, MOD 11-2)."""
    if not OTHER_IDENTIFIERS["orcid"].fullmatch(text):
        return False
    total = 0
    for digit in text.replace("-", "")[:15]:
        total = (total + int(digit)) * 2
    found = (12 - total % 11) % 11
    return text[-1] == ("X" if found == 10 else str(found))


def why_not_identifier(platform: str, other: str, text: str) -> str | Promise:
    """Why an identifier cannot be one of the system; empty when it can."""
    if other == "orcid" and not is_orcid(text):
        return _("An ORCID looks like 0000-0002-1825-0097, and its last character is a control.")
    pattern = OTHER_IDENTIFIERS.get(other) or IDENTIFIERS.get(platform)
    if pattern is None or pattern.fullmatch(text):
        return ""
    if platform == "11":
        return _("A Scopus identifier is a number of 7–11 digits.")
    if platform == "13":
        return _(
            "A Google Scholar identifier has 12 letters and digits: what stands after user= in the address."
        )
    return _("A ResearcherID looks like A-1009-2008.")


def why_not_possible(*, h_index: int, documents: int, citations: int) -> str | Promise:
    """Why figures contradict each other; empty when they do not.

    The h-index is the greatest h such that h documents have at least h citations each (Hirsch, 2005).
    """
    if documents < h_index:
        return _("There are at least as many documents as the h-index says.")
    if citations < h_index**2:
        return _("With this h-index there are at least %(least)s citations.") % {"least": h_index**2}
    return ""


def counted_in(year: int, month: int | None, current: int) -> int:
    """The academic year (by its first calendar year) in which a work of that year and month of issue counts.

    With a month it is the academic year of the month, which begins in September; without one it is the
    academic year that begins in the year of issue, or the current one as long as that has not begun.
    """
    if month is not None:
        return year if month >= 9 else year - 1
    return min(year, max(current, year - 1))


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


def within(
    first: datetime.date, last: datetime.date | None, starts: datetime.date, ends: datetime.date
) -> bool:
    """Whether the days from ``first`` to ``last`` (none: to the end) lie between two days."""
    return starts <= first and (last or first) <= ends


class Executing(Protocol):
    """What these rules ask of an executor."""

    role: str
    employee_id: int | None
    student_id: int | None
    valid_from: datetime.date
    valid_to: datetime.date | None


def _meet(one: Executing, other: Executing) -> bool:
    last, other_last = one.valid_to or datetime.date.max, other.valid_to or datetime.date.max
    return one.valid_from <= other_last and other.valid_from <= last


def why_not_beside(one: Executing, others: Iterable[Executing]) -> str | Promise:
    """Why somebody cannot work in a project beside the others; empty when nothing is against it.

    At any time one leads, and nobody has two parts at once.
    """
    for other in others:
        if not _meet(one, other):
            continue
        same_employee = one.employee_id and one.employee_id == other.employee_id
        if same_employee or (one.student_id and one.student_id == other.student_id):
            return _("This executor works in the project on these days already.")
        if one.role == other.role == "leader":
            return _("The project has another leader on these days.")
    return ""
