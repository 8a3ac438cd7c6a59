"""How teachings are formed from curricula, and what a teacher's load is: pure functions with explanation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from hemis.explain import decimal_text

STREAM, GROUP, SUBGROUP, NONE = "stream", "group", "subgroup", "none"


@dataclass(frozen=True)
class Mode:
    """Before whom a kind of training is taught, and how many sit together at most."""

    mode: str
    largest: int


@dataclass(frozen=True)
class Demand:
    """A group's hours of one kind of training of a line of its plan in the half-year.

    ``students`` are registered for it; ``language`` is the group's language of
    study; ``subgroups`` are those of its laboratory division.
    """

    line: int
    subject: int
    kafedra: int
    training_type: str
    hours: int
    group: int
    name: str
    language: str
    students: int
    elective: bool = False
    subgroups: tuple[int, ...] = ()


@dataclass(frozen=True)
class Seat:
    """Who sits in a teaching: a group, or a subgroup of it."""

    line: int
    group: int
    subgroup: int | None = None


@dataclass(frozen=True)
class Planned:
    """A teaching to be: one teacher's hours before one audience."""

    subject: int
    kafedra: int
    training_type: str
    hours: int
    seats: tuple[Seat, ...]
    students: int


def form(demands: Iterable[Demand], modes: Mapping[str, Mode]) -> list[Planned]:
    """Teachings that give every group exactly the hours of its plan.

    Lectures go before streams: groups of one line and one language, in the order
    of their names, up to the largest audience; the choosers of an elective sit
    together in every kind of training for the same reason. Laboratories go before
    the subgroups of a divided group, those of an elective only where its choosers
    of the group are more than sit together. What nobody teaches makes no teaching.
    """
    found: list[Planned] = []
    together: dict[tuple, list[Demand]] = {}
    for one in demands:
        mode = modes.get(one.training_type)
        if mode is None or mode.mode == NONE or one.hours <= 0:
            continue
        if mode.mode == SUBGROUP and one.subgroups and (not one.elective or one.students > mode.largest):
            found += [_planned([one], subgroup) for subgroup in one.subgroups]
        elif mode.mode == STREAM or one.elective:
            key = (one.line, one.training_type, one.language, one.hours)
            together.setdefault(key, []).append(one)
        else:
            found.append(_planned([one]))
    for (_line, training_type, *_rest), groups in together.items():
        found += [_planned(part) for part in streams(groups, modes[training_type].largest)]
    return found


def _planned(demands: Sequence[Demand], subgroup: int | None = None) -> Planned:
    first = demands[0]
    return Planned(
        subject=first.subject,
        kafedra=first.kafedra,
        training_type=first.training_type,
        hours=first.hours,
        seats=tuple(Seat(one.line, one.group, subgroup) for one in demands),
        students=sum(one.students for one in demands),
    )


@dataclass(frozen=True)
class Audience:
    """Who sits in an elective's teaching already: the line, language and hours, and how many they are."""

    teaching: int
    line: int
    training_type: str
    language: str
    hours: int
    students: int


def joins(
    demands: Iterable[Demand], audiences: Iterable[Audience], modes: Mapping[str, Mode]
) -> list[tuple[Demand, int]]:
    """Which groups that chose an elective later sit down in a teaching of it: (demand, teaching).

    The fullest audience that still has room takes them, so no class is opened for
    a few while another is half empty.
    """
    seated = {one.teaching: one.students for one in audiences}
    by_kind: dict[tuple, list[int]] = {}
    for one in audiences:
        by_kind.setdefault((one.line, one.training_type, one.language, one.hours), []).append(one.teaching)
    found = []
    for want in demands:
        mode = modes.get(want.training_type)
        if mode is None or not want.elective:
            continue
        fitting = [
            key
            for key in by_kind.get((want.line, want.training_type, want.language, want.hours), [])
            if seated[key] + want.students <= mode.largest
        ]
        if fitting:
            key = max(fitting, key=lambda one: (seated[one], -one))
            seated[key] += want.students
            found.append((want, key))
    return found


def streams(groups: Iterable[Demand], largest: int) -> list[list[Demand]]:
    """Groups in the order of their names, parted where the next would not fit; a larger group is alone."""
    found: list[list[Demand]] = []
    seated = 0
    for one in sorted(groups, key=lambda one: (one.name, one.group)):
        if found and seated + one.students <= largest:
            found[-1].append(one)
            seated += one.students
        else:
            found.append([one])
            seated = one.students
    return found


# --- the load of a teacher


@dataclass(frozen=True)
class Share:
    """A teaching in a teacher's load: hours by half-year and kind of training."""

    term: str
    training_type: str
    hours: int


@dataclass(frozen=True)
class PostShare:
    """A post the teacher holds in the year, its rate, and the norm of a full rate."""

    title: str
    rate: Decimal
    low: int
    high: int
    basis: str


@dataclass(frozen=True)
class Load:
    """Hours of a year against the norm of the rates; ``steps`` explain both sums."""

    hours: int
    low: int
    high: int
    steps: tuple[str, ...]

    @property
    def state(self) -> str:
        """``under``, ``within`` or ``over``; without a norm there is nothing to judge by."""
        if not self.high:
            return "none"
        if self.hours > self.high:
            return "over"
        return "under" if self.hours < self.low else "within"

    @property
    def difference(self) -> int:
        """Hours above the highest or (negative) below the lowest figure of the norm."""
        if self.state == "over":
            return self.hours - self.high
        return self.hours - self.low if self.state == "under" else 0


def load(shares: Iterable[Share], posts: Iterable[PostShare], names: Mapping[str, str]) -> Load:
    """A teacher's load of a year: the sum over the teachings, and the norm as the sum over the rates."""
    by_kind: dict[str, int] = {}
    for one in shares:
        by_kind[one.training_type] = by_kind.get(one.training_type, 0) + one.hours
    total = sum(by_kind.values())
    steps = [
        _("%(kind)s: %(hours)d hours") % {"kind": names.get(kind, kind), "hours": hours}
        for kind, hours in sorted(by_kind.items())
    ]
    steps.append(_("Together: %(hours)d hours") % {"hours": total})
    low = high = Decimal(0)
    for post in posts:
        low += post.rate * post.low
        high += post.rate * post.high
        steps.append(
            _("%(post)s, rate %(rate)s: %(low)d–%(high)d hours a year (%(basis)s)")
            % {
                "post": post.title,
                "rate": decimal_text(post.rate),
                "low": post.rate * post.low,
                "high": post.rate * post.high,
                "basis": post.basis,
            }
        )
    return Load(total, int(low), int(high), tuple(steps))


def spread(hours: Mapping[int, int], free: Mapping[int, Decimal]) -> dict[int, int]:
    """Whom each teaching goes to (teaching → teacher) so that the loads grow evenly.

    The longest teaching goes first, each to the teacher with the most hours left
    (``free``); ties go to the smallest key, so the outcome is always the same.
    """
    left = dict(free)
    found: dict[int, int] = {}
    if not left:
        return found
    for teaching in sorted(hours, key=lambda one: (-hours[one], one)):
        teacher = max(left, key=lambda one: (left[one], -one))
        found[teaching] = teacher
        left[teacher] -= hours[teaching]
    return found
