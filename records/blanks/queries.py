"""What the pages of blanks read: the balance of a period, and how numbers are written."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from hemis.access.scope import Scope
from records.models import Blank, BlankMove

# Series, the first number and perhaps the last one: "AB 0000001-0000020".
NUMBERS = re.compile(r"([A-Z]{1,4})\s*(\d{1,9})(?:\s*[-–—]\s*(?:[A-Z]{1,4}\s*)?(\d{1,9}))?")
MOST = 20_000
# What leaves the hands of the holder for good.
GONE = ("handed", "destroyed", "returned")


class BadNumbers(ValueError):
    """What was typed is no list of blanks, in words for the user."""


def parse_numbers(text: str) -> list[tuple[str, int, int]]:
    """Series with first and last number of every piece.

    Raises:
        BadNumbers: something else stands there, or far too many.
    """
    found, rest = [], text.upper()
    for piece in filter(None, (one.strip() for one in re.split(r"[,;\n]+", rest))):
        match = NUMBERS.fullmatch(piece)
        if not match:
            raise BadNumbers(_("“%(text)s” is not a number of a blank.") % {"text": piece[:40]})
        first, last = int(match[2]), int(match[3] or match[2])
        if last < first or last - first >= MOST:
            raise BadNumbers(_("“%(text)s” is not a range of numbers.") % {"text": piece[:40]})
        found.append((match[1], first, last))
    return found


def find_blanks(kind: str, pieces: Iterable[tuple[str, int, int]], scope: Scope) -> list[int]:
    """Keys of the blanks in scope that the pieces name.

    Raises:
        BadNumbers: some of them are not there.
    """
    keys: list[int] = []
    for series, first, last in pieces:
        rows = Blank.objects.for_scope(scope).filter(kind=kind, series=series, number__range=(first, last))
        some = list(rows.values_list("pk", flat=True))
        if len(some) != last - first + 1:
            text = f"{series} {first} – {last}"
            raise BadNumbers(_("Not all blanks of %(text)s are in your scope.") % {"text": text})
        keys += some
    return keys


@dataclass
class Line:
    """The balance of one sort of blanks in a period; ``states`` is what lies where at its end."""

    kind: str
    education_type: str
    category: str
    opening: int = 0
    received: int = 0
    given_in: int = 0
    given_out: int = 0
    handed: int = 0
    destroyed: int = 0
    lost: int = 0
    returned: int = 0
    states: dict[str, int] = field(default_factory=dict)

    @property
    def closing(self) -> int:
        """Opening + what came − what went."""
        return (
            self.opening + self.received + self.given_in - self.given_out
            - self.handed - self.destroyed - self.lost - self.returned
        )  # fmt: skip

    @property
    def agrees(self) -> bool:
        """Whether the sum of the moves is what lies in the states that are held."""
        return self.closing == sum(self.states.get(one, 0) for one in Blank.HELD)


def balance(
    scope: Scope, *, start: datetime.date, end: datetime.date, holders: set[int] | None = None
) -> list[Line]:
    """Opening, what came, what went and closing of every sort. Three queries.

    Without ``holders`` what the scope sees is one hand: giving from one to another inside it
    changes nothing.
    """
    hands = holders if holders is not None else (None if scope.everything else set(scope.faculty_ids))
    inside = Q() if hands is None else Q(holder__in=hands)
    was_inside = Q() if hands is None else Q(from_holder__in=hands)
    lines: dict[tuple[str, str, str], Line] = {}

    def line(row: Mapping[str, Any]) -> Line:
        key = (row["blank__kind"], row["blank__education_type"], row["blank__category"])
        return lines.setdefault(key, Line(*key))

    rows = (
        BlankMove.objects.filter(day__lte=end)
        .filter(inside | was_inside)
        .order_by()
        .values("blank__kind", "blank__education_type", "blank__category", "verb")
    )
    came = Count("pk", filter=inside & _given_from_outside(hands))
    went = Count("pk", filter=was_inside & _given_to_outside(hands))
    for period, wanted in (("before", Q(day__lt=start)), ("during", Q(day__gte=start))):
        for row in rows.filter(wanted).annotate(n=Count("pk"), came=came, went=went):
            _count(line(row), row, opening=period == "before")
    for standing in _standing(end, inside):
        line(standing).states[standing["to_state"]] = standing["n"]
    return [lines[key] for key in sorted(lines)]


def _given_from_outside(hands: set[int] | None) -> Q:
    if hands is None:
        return Q(pk__in=[])
    return Q(verb="given") & (Q(from_holder=None) | ~Q(from_holder__in=hands))


def _given_to_outside(hands: set[int] | None) -> Q:
    if hands is None:
        return Q(pk__in=[])
    return Q(verb="given") & (Q(holder=None) | ~Q(holder__in=hands))


def _count(line: Line, row: Mapping[str, Any], *, opening: bool) -> None:
    verb, n = row["verb"], row["n"]
    if opening:
        sign = {"received": 1, "found": 1, "lost": -1} | dict.fromkeys(GONE, -1)
        line.opening += sign.get(verb, 0) * n + (row["came"] - row["went"] if verb == "given" else 0)
    elif verb == "given":
        line.given_in += row["came"]
        line.given_out += row["went"]
    elif verb in ("received", *GONE):
        setattr(line, verb, getattr(line, verb) + n)
    elif verb in ("lost", "found"):
        line.lost += n if verb == "lost" else -n


def _standing(end: datetime.date, inside: Q) -> Iterable[Mapping[str, Any]]:
    """How many blanks of every sort stand in which state at the end of a day."""
    newest = BlankMove.objects.filter(day__lte=end).order_by().values("blank").annotate(last=Max("pk"))
    return (
        BlankMove.objects.filter(inside, pk__in=newest.values("last"))
        .order_by()
        .values("blank__kind", "blank__education_type", "blank__category", "to_state")
        .annotate(n=Count("pk"))
    )
