"""Facts about students that other parts of the house know: a register of providers.

A provider answers for many students at once with what it honestly knows; who is
missing in its answer is unknown, and the check then asks for a figure with its
basis or for a written reason. ``grading``, ``attendance`` and ``finance`` register
theirs; an app of a lower floor is registered here by ``movement`` itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Known:
    """A figure and what it rests on, in words."""

    value: Decimal
    basis: str

    @property
    def text(self) -> str:
        """Without needless zeros, with grouped thousands and the decimal mark of the reader."""
        return formats.number_format(f"{round(self.value, 2).normalize():f}", force_grouping=True)


# (keys of students, day) → figures by student.
Provider = Callable[[Collection[int], datetime.date], Mapping[int, Known]]


@dataclass(frozen=True)
class Fact:
    code: str
    title: Promise
    help_text: Promise


FACTS: dict[str, Fact] = {
    fact.code: fact
    for fact in (
        Fact("gpa", _("GPA"), _("Of the last academic year, for example 3.4.")),
        Fact("debts", _("Academic debts"), _("Number of subjects not mastered.")),
        Fact("hours_missed", _("Hours missed without excuse"), _("Academic hours in the semester.")),
        Fact("contract_debt", _("Owed by the contract, soʻm"), _("0 when nothing is owed.")),
        Fact("differences", _("Differences between curricula"), _("Number of subjects.")),
        Fact("attestation", _("State attestation passed"), _("1 when passed, 0 when not.")),
        Fact("accreditation", _("Accreditation of the graduate"), _("1 when accepted, 0 when not.")),
    )
}
_providers: dict[str, Provider] = {}


def register_provider(code: str, provider: Provider) -> None:
    """Let an app answer for a fact.

    Raises:
        KeyError: no such fact.
        ValueError: somebody else answers for it.
    """
    if code not in FACTS:
        raise KeyError(code)
    known = _providers.setdefault(code, provider)
    if known is not provider:
        raise ValueError(f"Two providers of {code}.")


def known(
    codes: Collection[str], students: Collection[int], day: datetime.date
) -> dict[int, dict[str, Known]]:
    """Figures by student and fact; a provider is asked once, whatever the number of students."""
    found: dict[int, dict[str, Known]] = {}
    for code in codes:
        provider = _providers.get(code)
        for student, figure in (provider(students, day) if provider and students else {}).items():
            found.setdefault(student, {})[code] = figure
    return found
