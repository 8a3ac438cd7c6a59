"""The academic difference of two curricula (akademik farq): a pure function that says why (law 1.17, 1.24)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from hemis.explain import decimal_text

COVERED, SHORT, MISSING = "covered", "short", "missing"
SOURCE = "VMQ 578/2025, 55-band"


@dataclass(frozen=True)
class Wanted:
    """A line of the new plan that the student should have behind."""

    line: int
    subject: int
    name: str
    semester: int
    credit: Decimal
    elective_group: str = ""


@dataclass(frozen=True)
class Studied:
    """What the student has mastered, with its credits; ``name`` finds a subject that has another code there."""

    subject: int
    name: str
    credit: Decimal


@dataclass(frozen=True)
class Difference:
    """One line of the comparison: the state, what covers it, and why."""

    line: Wanted
    state: str
    credit: Decimal
    text: str

    @property
    def is_owed(self) -> bool:
        return self.state != COVERED


def compare(wanted: Iterable[Wanted], studied: Iterable[Studied], before: int) -> list[Difference]:
    """What of the new plan's semesters below ``before`` the student has not behind.

    A subject is covered by the same subject (or one of the same name) whose
    credits are not fewer; with fewer credits it is owed in full, and the text says how many lack.
    A subject that the new plan has in several semesters asks for the sum: credits are
    used up in the order of the semesters. Of an elective group one covered
    alternative is enough; an uncovered group is owed once, by its first subject.
    """
    left: dict[int, Decimal] = {}
    names: dict[str, int] = {}
    for had in studied:
        left[had.subject] = left.get(had.subject, Decimal(0)) + had.credit
        names.setdefault(had.name.casefold().strip(), had.subject)
    lines = sorted((one for one in wanted if one.semester < before), key=lambda one: (one.semester, one.line))
    found: list[Difference] = []
    for one in lines:
        if not one.elective_group:
            found.append(_judge(one, left, names))
    groups: dict[tuple[int, str], list[Wanted]] = {}
    for one in lines:
        if one.elective_group:
            groups.setdefault((one.semester, one.elective_group), []).append(one)
    for alternatives in groups.values():
        found.append(_judge_group(alternatives, left, names))
    return sorted(found, key=lambda one: (one.line.semester, one.line.line))


def _key(one: Wanted, left: dict[int, Decimal], names: dict[str, int]) -> int | None:
    if one.subject in left:
        return one.subject
    return names.get(one.name.casefold().strip())


def _judge(one: Wanted, left: dict[int, Decimal], names: dict[str, int]) -> Difference:
    key = _key(one, left, names)
    where = {"subject": one.name, "semester": one.semester, "credit": decimal_text(one.credit)}
    if key is None or left[key] <= 0:
        text = _("%(subject)s, semester %(semester)d, %(credit)s credits: not studied before.") % where
        return Difference(one, MISSING, Decimal(0), text)
    have = left[key]
    where["have"] = decimal_text(have)
    if have < one.credit:
        where["lack"] = decimal_text(one.credit - have)
        text = _(
            "%(subject)s, semester %(semester)d: %(have)s of %(credit)s credits studied, %(lack)s are lacking."
        )
        left[key] = Decimal(0)
        return Difference(one, SHORT, have, text % where)
    left[key] = have - one.credit
    text = _("%(subject)s, semester %(semester)d: covered by %(have)s credits studied before.") % where
    return Difference(one, COVERED, one.credit, text)


def _judge_group(
    alternatives: Sequence[Wanted], left: dict[int, Decimal], names: dict[str, int]
) -> Difference:
    for one in alternatives:
        key = _key(one, left, names)
        if key is not None and left[key] >= one.credit:
            return _judge(one, left, names)
    first = alternatives[0]
    text = _(
        "Elective group %(group)s, semester %(semester)d, %(credit)s credits: none of %(names)s studied."
    ) % {
        "group": first.elective_group,
        "semester": first.semester,
        "credit": decimal_text(first.credit),
        "names": ", ".join(one.name for one in alternatives),
    }
    return Difference(first, MISSING, Decimal(0), text)
