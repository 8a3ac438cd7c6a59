"""Conditions of state attestation and accreditation: pure functions with their steps (law 6)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from hemis.explain import Explained, Step
from hemis.legal import duty

STUDYING = "11"
GRADUATION_WORK = "15"
SHOWN = 5
_3807 = "3807-son Nizom, 14-band"


@dataclass(frozen=True)
class Figure:
    """A figure of the rules and where it stands."""

    value: Decimal
    source: str = ""


def _step(text: str, *, good: bool, source: str = "") -> Step:
    return Step(text, "✓" if good else "✗", source)


def _named(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    shown = "; ".join(names[:SHOWN])
    rest = len(names) - SHOWN
    return _("%(names)s and %(count)d more") % {"names": shown, "count": rest} if rest > 0 else shown


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
        _step(_("A chair is named."), good=members.has_chair, source="VMQ 824/2020, 5-band"),
        _step(_("A secretary is named."), good=members.has_secretary),
        _step(
            _("Members: %(count)d, at least %(least)d.") % {"count": members.voting, "least": least.value},
            good=members.voting >= least.value, source=least.source,
        ),
        _step(
            _("Employers: %(percent)d %%, at least %(least)d %%.") % {"percent": percent, "least": share.value},
            good=percent >= share.value, source=share.source,
        ),
    ]  # fmt: skip
    return Explained(all(one.value == "✓" for one in steps), steps)


def has_quorum(
    present: int, members: int, figures: Mapping[str, Figure], *, chaired: bool
) -> Explained[bool]:
    """Whether a session may decide: chair or deputy, and more members than the quorum."""
    quorum = figures["commission.quorum"]
    enough = present * 100 > members * quorum.value
    shown = {"present": present, "members": members, "percent": quorum.value}
    steps = [
        _step(_("The chair or the deputy is present."), good=chaired),
        _step(
            _("Present: %(present)d of %(members)d, more than %(percent)d %% are needed.") % shown,
            good=enough, source=quorum.source,
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
        _step(_("Studies."), good=one.status == STUDYING),
        *_mastered(one.gaps, has_plan=one.has_plan),
    ]
    if kind == GRADUATION_WORK:
        text = (
            _("Topic: %(topic)s.") % {"topic": one.topic}
            if one.topic
            else _("No topic is approved by an order.")
        )
        steps.append(_step(text, good=bool(one.topic), source=duty("8.3")))
    if one.failed and one.failed_on:
        steps.append(_repeat(one, day, figures["repeat.years"]))
    return Explained(all(step.value == "✓" for step in steps), steps)


def _mastered(gaps: Sequence[str], *, has_plan: bool) -> list[Step]:
    if not has_plan:
        return [_step(_("The group has no curriculum."), good=False)]
    text = (
        _("The academic record lacks: %(names)s.") % {"names": _named(gaps)}
        if gaps
        else _("All subjects of the plan stand in the academic record.")
    )
    return [_step(text, good=not gaps, source=_3807)]


def _repeat(one: Candidate, day: datetime.date, years: Figure) -> Step:
    until = last_day_to_repeat(one.failed_on or day, int(years.value))
    text = _("Failed %(count)d times, first on %(first)s; may be repeated until %(until)s.") % {
        "count": one.failed, "first": f"{one.failed_on:%d.%m.%Y}", "until": f"{until:%d.%m.%Y}",
    }  # fmt: skip
    return _step(text, good=day <= until, source=years.source)


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
        _step(_("Studies."), good=one.status == STUDYING),
        _step(_("Is on the last course."), good=one.is_last_course, source=_3807),
        *_mastered(one.gaps, has_plan=one.has_plan),
        _attested(one),
    ]
    if one.needs_topic:
        text = (
            _("Topic: %(topic)s.") % {"topic": one.topic}
            if one.topic
            else _("No topic is approved by an order.")
        )
        hard.append(_step(text, good=bool(one.topic), source=duty("8.3")))
    soft = [
        _step(_("The name as in the passport is known."), good=one.has_passport_name, source=duty("1.3")),
        _step(
            _("Without an English name: %(names)s.") % {"names": _named(one.without_english)}
            if one.without_english
            else _("Everything that the diploma prints has an English name."),
            good=not one.without_english, source=duty("1.3"),
        ),
    ]  # fmt: skip
    firm = all(step.value == "✓" for step in hard)
    return Verdict(firm and all(step.value == "✓" for step in soft), firm, [*hard, *soft])


def _attested(one: Graduate) -> Step:
    if one.unattested:
        text = _("State attestation is not passed: %(names)s.") % {"names": _named(one.unattested)}
        return _step(text, good=False, source="VMQ 836/2024")
    if one.attested:
        text = _("State attestation is passed: %(names)s.") % {"names": _named(one.attested)}
        return _step(text, good=True, source="VMQ 836/2024")
    return _step(_("The plan has no state attestation."), good=True, source="VMQ 836/2024")
