"""Conditions of state attestation and accreditation: pure functions with their steps (law 6)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from hemis.explain import Explained, Phrase, Step
from hemis.legal import duty

STUDYING = "11"
GRADUATION_WORK = "15"
SHOWN = 5
_3807, _836 = "3807-son Nizom, 14-band", "VMQ 836/2024"


@dataclass(frozen=True)
class Figure:
    """A figure of the rules and where it stands."""

    value: Decimal
    source: str = ""


def _step(text: str, *, good: bool, source: str = "", **figures: Any) -> Step:
    """A condition met or not; ``text`` is a message with its figures, kept so that it is read in any language."""
    return Step(Phrase(text, **figures), "✓" if good else "✗", source)


def _named(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    shown = "; ".join(names[:SHOWN])
    rest = len(names) - SHOWN
    return (
        Phrase(gettext_noop("%(names)s and %(count)s more"), names=shown, count=rest) if rest > 0 else shown
    )


def _plain(value: Decimal) -> str:
    """A figure of the rules without needless zeros."""
    return f"{value.normalize():f}"


# --- commissions


@dataclass(frozen=True)
class Members:
    """Who sits on a commission; the secretary does not vote and is not counted."""

    voting: int
    employers: int
    has_chair: bool
    has_secretary: bool


def commission_is_whole(members: Members, figures: Mapping[str, Figure]) -> Explained[bool]:
    """Whether a commission may be approved: chair, secretary, enough members and employers (VMQ 836/2024)."""
    least, share = figures["commission.members"], figures["commission.employers"]
    percent = members.employers * 100 / members.voting if members.voting else 0
    steps = [
        _step(gettext_noop("A chair is named."), good=members.has_chair, source="VMQ 824/2020, 5-band"),
        _step(gettext_noop("A secretary is named."), good=members.has_secretary),
        _step(
            gettext_noop("Members: %(count)s, at least %(least)s."), count=members.voting, least=_plain(least.value),
            good=members.voting >= least.value, source=least.source,
        ),
        _step(
            gettext_noop("Employers: %(percent)s %%, at least %(least)s %%."), percent=int(percent),
            least=_plain(share.value), good=percent >= share.value, source=share.source,
        ),
    ]  # fmt: skip
    return Explained(all(one.value == "✓" for one in steps), steps)


def has_quorum(
    present: int, members: int, figures: Mapping[str, Figure], *, chaired: bool
) -> Explained[bool]:
    """Whether a session may decide: chair or deputy, and more members than the quorum."""
    quorum = figures["commission.quorum"]
    enough = present * 100 > members * quorum.value
    steps = [
        _step(gettext_noop("The chair or the deputy is present."), good=chaired),
        _step(
            gettext_noop("Present: %(present)s of %(members)s, more than %(percent)s %% are needed."),
            present=present, members=members, percent=_plain(quorum.value), good=enough, source=quorum.source,
        ),
    ]  # fmt: skip
    return Explained(chaired and enough, steps)


# --- admission


@dataclass(frozen=True)
class Candidate:
    """What is known of a student who is to stand before a commission."""

    status: str
    has_plan: bool = True
    # Names of subjects that the record lacks, those of the attestation left out.
    gaps: Sequence[str] = ()
    topic: str = ""
    # The day of the first time it was failed, and how often.
    failed_on: datetime.date | None = None
    failed: int = 0


def admission(
    one: Candidate, *, kind: str, day: datetime.date, figures: Mapping[str, Figure]
) -> Explained[bool]:
    """Whether a student is admitted to state attestation, and why (AV 3069; VMQ 836/2024).

    Studies, has mastered the plan and every subject registered for; for a graduation work the topic
    is approved by an order; a repeat lies within the years that the law gives.
    """
    steps = [
        _step(gettext_noop("Studies."), good=one.status == STUDYING),
        *_mastered(one.gaps, has_plan=one.has_plan),
    ]
    if kind == GRADUATION_WORK:
        steps.append(_topic(one.topic))
    if one.failed and one.failed_on:
        steps.append(_repeat(one, day, figures["repeat.years"]))
    return Explained(all(step.value == "✓" for step in steps), steps)


def _topic(topic: str) -> Step:
    if topic:
        return _step(gettext_noop("Topic: %(topic)s."), topic=topic, good=True, source=duty("8.3"))
    return _step(gettext_noop("No topic is approved by an order."), good=False, source=duty("8.3"))


def _mastered(gaps: Sequence[str], *, has_plan: bool) -> list[Step]:
    if not has_plan:
        return [_step(gettext_noop("The group has no curriculum."), good=False)]
    if gaps:
        lacks = gettext_noop("The academic record lacks: %(names)s.")
        return [_step(lacks, names=_named(gaps), good=False, source=_3807)]
    return [
        _step(gettext_noop("All subjects of the plan stand in the academic record."), good=True, source=_3807)
    ]


def _repeat(one: Candidate, day: datetime.date, years: Figure) -> Step:
    until = last_day_to_repeat(one.failed_on or day, int(years.value))
    return _step(
        gettext_noop("Failed: %(count)s, first on %(first)s; may be repeated until %(until)s."),
        count=one.failed, first=f"{one.failed_on:%d.%m.%Y}", until=f"{until:%d.%m.%Y}", good=day <= until,
        source=years.source,
    )  # fmt: skip


def last_day_to_repeat(failed_on: datetime.date, years: int) -> datetime.date:
    """The same day so many years later; 29 February becomes 28 February."""
    try:
        return failed_on.replace(year=failed_on.year + years)
    except ValueError:
        return failed_on.replace(year=failed_on.year + years, day=28)


# --- accreditation


@dataclass(frozen=True)
class Graduate:
    """What is known of a graduate before accreditation."""

    status: str
    is_last_course: bool
    has_plan: bool
    gaps: Sequence[str] = ()
    attested: Sequence[str] = ()
    unattested: Sequence[str] = ()
    needs_topic: bool = False
    topic: str = ""
    has_passport_name: bool = True
    without_english: Sequence[str] = ()


@dataclass(frozen=True)
class Verdict:
    """``may`` without any doubt; ``with_reason`` when only what may be weighed is missing."""

    may: bool
    with_reason: bool
    steps: list[Step] = field(default_factory=list)


def accreditation(one: Graduate) -> Verdict:
    """Every condition of a graduate's accreditation (duty 2.7; reg. 3807, p. 14).

    The plan is mastered and attested: that is never waived. What only the diploma
    needs (English names, the topic in English, the name as in the passport) may be
    weighed with a reason and asked for later.
    """
    hard = [
        _step(gettext_noop("Studies."), good=one.status == STUDYING),
        _step(gettext_noop("Is on the last course."), good=one.is_last_course, source=_3807),
        *_mastered(one.gaps, has_plan=one.has_plan),
        _attested(one),
    ]
    if one.needs_topic:
        hard.append(_topic(one.topic))
    soft = [
        _step(
            gettext_noop("The name as in the passport is known."),
            good=one.has_passport_name,
            source=duty("1.3"),
        ),
        _in_english(one.without_english),
    ]
    firm = all(step.value == "✓" for step in hard)
    return Verdict(firm and all(step.value == "✓" for step in soft), firm, [*hard, *soft])


def _in_english(lacking: Sequence[str]) -> Step:
    if lacking:
        text = gettext_noop("Without an English name: %(names)s.")
        return _step(text, names=_named(lacking), good=False, source=duty("1.3"))
    return _step(
        gettext_noop("Everything that the diploma prints has an English name."), good=True, source=duty("1.3")
    )


def _attested(one: Graduate) -> Step:
    if one.unattested:
        text = gettext_noop("State attestation is not passed: %(names)s.")
        return _step(text, names=_named(one.unattested), good=False, source=_836)
    if one.attested:
        text = gettext_noop("State attestation is passed: %(names)s.")
        return _step(text, names=_named(one.attested), good=True, source=_836)
    return _step(gettext_noop("The plan has no state attestation."), good=True, source=_836)
