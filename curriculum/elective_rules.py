"""How the choices of electives are settled: a pure function with the reason of every place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_noop

from hemis.explain import Explained, Phrase, Step, decimal_text

TIME, GPA = "time", "gpa"
OWN, LIST, OFFICE, HOME = "own", "list", "office", "home"


@dataclass(frozen=True)
class Alternative:
    """One of the alternatives of an elective group: its places, and how many it needs to be taught."""

    key: int
    places: int
    minimum: int = 1


@dataclass(frozen=True)
class Wish:
    """What a student chose, and when (any number that grows with time)."""

    student: int
    alternative: int
    moment: float
    gpa: Decimal | None = None
    placed: bool = False


@dataclass(frozen=True)
class Settled:
    """A student's place and how it came about.

    By own choice, from the waiting list, given by the office, or with the own group.
    """

    student: int
    alternative: int
    way: str


@dataclass
class Outcome:
    """All places, the alternatives that too few chose, and who is left without a place."""

    places: list[Settled] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    without: list[int] = field(default_factory=list)


def in_order(wishes: Iterable[Wish], priority: str) -> list[Wish]:
    """Who comes before whom: by the moment of choosing, or by GPA and then by the moment."""
    if priority == GPA:
        return sorted(wishes, key=lambda one: (-(one.gpa or Decimal(0)), one.moment, one.student))
    return sorted(wishes, key=lambda one: (one.moment, one.student))


def settle(
    alternatives: Sequence[Alternative],
    wishes: Iterable[Wish],
    undecided: Iterable[int],
    priority: str = TIME,
    *,
    homes: Mapping[int, int] | None = None,
    barred: Collection[tuple[int, int]] = (),
) -> Outcome:
    """Places of one elective group.

    In order: everybody gets the own choice while there are places; those whose
    alternative is full and those who did not choose get their ``homes`` (student →
    alternative) where there is one with a place, else the one with the most free
    places that is not ``barred`` to them; an alternative that stays below its minimum even so is dropped, the
    smallest first, while the others hold everybody, and all is settled anew. Nobody is placed twice
    and no alternative beyond its places; who finds none is told of as ``without``.
    """
    ordered = in_order(wishes, priority)
    kept = {one.key: one for one in alternatives}
    dropped: list[int] = []
    others = [one for one in undecided if one not in {wish.student for wish in ordered}]
    ways = _Ways(homes or {}, set(barred))
    while True:
        outcome = _outcome(ordered, others, kept, _seat(ordered, kept), dropped, ways)
        small = _too_small(kept, outcome, len(ordered) + len(others))
        if small is None:
            return outcome
        dropped.append(small)
        del kept[small]


def _seat(ordered: Sequence[Wish], kept: Mapping[int, Alternative]) -> dict[int, int]:
    """Own choices while there are places, in the order of priority."""
    left = {key: one.places for key, one in kept.items()}
    seated: dict[int, int] = {}
    for wish in ordered:
        if left.get(wish.alternative, 0) > 0 and wish.student not in seated:
            seated[wish.student] = wish.alternative
            left[wish.alternative] -= 1
    return seated


def _too_small(kept: Mapping[int, Alternative], outcome: Outcome, people: int) -> int | None:
    """The alternative to drop: below its minimum, the fewest first; the others must hold everybody."""
    counts = dict.fromkeys(kept, 0)
    for place in outcome.places:
        counts[place.alternative] += 1
    candidates = [
        key
        for key, one in kept.items()
        if counts[key] < one.minimum
        and len(kept) > 1
        and sum(other.places for other in kept.values() if other.key != key) >= people
    ]
    return min(candidates, key=lambda key: (counts[key], key), default=None)


@dataclass(frozen=True)
class _Ways:
    """Where those go whose wish gives no place."""

    homes: Mapping[int, int]
    barred: Collection[tuple[int, int]]

    def place(self, student: int, left: Mapping[int, int]) -> Settled | None:
        """The own alternative, else the one with the most free places; None where all are full or barred."""
        home = self.homes.get(student)
        if home is not None and left.get(home, 0) > 0:
            return Settled(student, home, HOME)
        free = [key for key, count in left.items() if count > 0 and (student, key) not in self.barred]
        if not free:
            return None
        return Settled(student, max(free, key=lambda one: (left[one], -one)), OFFICE)


def _outcome(
    ordered: Sequence[Wish], others: Sequence[int], kept: Mapping[int, Alternative], seated: Mapping[int, int],
    dropped: list[int], ways: _Ways,
) -> Outcome:  # fmt: skip
    outcome = Outcome(dropped=list(dropped))
    left = {key: one.places for key, one in kept.items()}
    first = {wish.student: wish for wish in ordered}
    for student, key in seated.items():
        left[key] -= 1
        outcome.places.append(Settled(student, key, OWN if first[student].placed else LIST))
    for student in [one.student for one in ordered if one.student not in seated] + list(others):
        place = ways.place(student, left)
        if place is None:
            outcome.without.append(student)
            continue
        left[place.alternative] -= 1
        outcome.places.append(place)
    return outcome


# --- why somebody has the place

LAW = "VMQ 824, 31.12.2020"
WAITS = "waits"
OUTCOMES = {
    OWN: gettext_noop("By the own choice"),
    LIST: gettext_noop("A place has become free"),
    OFFICE: gettext_noop("Given where most places were free"),
    HOME: gettext_noop("The own group has a place"),
    "moved": gettext_noop("Moved by the office"),
    WAITS: gettext_noop("Waits for a place"),
}


@dataclass(frozen=True)
class Standing:
    """What a place came from: the wish, how many wished the same and who came before, places, and the outcome."""

    priority: str
    way: str
    wish: str
    place: str
    gpa: Decimal | None = None
    chosen_at: str = ""
    rank: int = 0
    wishes: int = 0
    places: int = 0
    is_dropped: bool = False
    reason: str = ""


def why(one: Standing) -> Explained[str]:
    """The place with the steps that led to it; the source is the regulation on the credit-module system."""
    steps: list[Step] = []
    if one.wish:
        steps.append(Step(Phrase(gettext_noop("Own choice")), one.wish))
        by_gpa = one.priority == GPA
        figure = decimal_text(one.gpa) if by_gpa else one.chosen_at
        steps.append(
            Step(
                Phrase(gettext_noop("Priority: the better GPA"))
                if by_gpa
                else Phrase(gettext_noop("Priority: who chose first")),
                figure,
                LAW,
            )
        )
        steps.append(
            Step(
                Phrase(
                    gettext_noop("Place in the order among %(wishes)s who chose the same; places: %(places)s"),
                    wishes=one.wishes, places=one.places,
                ),
                one.rank,
            )
        )  # fmt: skip
        if one.is_dropped:
            steps.append(Step(Phrase(gettext_noop("Too few chose it, so it is not taught"))))
    else:
        steps.append(Step(Phrase(gettext_noop("Nothing was chosen in the window"))))
    steps.append(Step(Phrase(OUTCOMES[one.way]), one.place))
    if one.way == "moved" and one.reason:
        steps.append(Step(Phrase(gettext_noop("Reason")), one.reason))
    return Explained(one.place, steps)
