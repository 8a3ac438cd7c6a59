"""Codes of units, hours of a teaching day, how well a room fits. Pure functions, no database."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

FACULTY, KAFEDRA = "11", "12"
# Kind of unit → pattern and example; the prefix is the university's code (the ministry's key of a unit).
CODES = {FACULTY: (r"\d{3}-1\d\d", "303-101"), KAFEDRA: (r"\d{3}-1\d\d-\d\d", "303-101-01")}
OTHER_CODES = (r"\d{3}-2\d\d(-\d\d)?", "303-201")


def code_example(kind: str) -> str:
    return CODES.get(kind, OTHER_CODES)[1]


def code_is_right(kind: str, code: str) -> bool:
    """Whether a code has the form of its kind of unit: 303-101, 303-101-01, 303-201."""
    return re.fullmatch(CODES.get(kind, OTHER_CODES)[0], code) is not None


def code_belongs(kind: str, code: str, parent_code: str) -> bool:
    """A kafedra's code begins with its faculty's; other units' codes are free of their place."""
    return kind != KAFEDRA or code.startswith(parent_code + "-")


@dataclass(frozen=True)
class Pair:
    """A class pair (juftlik): its number and its hours."""

    number: int
    starts_at: datetime.time
    ends_at: datetime.time

    def __str__(self) -> str:
        return f"{self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


def _pair(number: int, start: str, end: str) -> Pair:
    return Pair(number, datetime.time.fromisoformat(start), datetime.time.fromisoformat(end))


# How the day is drawn until academic affairs keeps its own pairs (duty 3.3, ``occupancy.register_pairs``).
USUAL_PAIRS = (
    _pair(1, "08:30", "09:50"), _pair(2, "10:00", "11:20"), _pair(3, "11:30", "12:50"),
    _pair(4, "13:30", "14:50"), _pair(5, "15:00", "16:20"), _pair(6, "16:30", "17:50"),
)  # fmt: skip
TEACHING_DAYS = 6


def monday_of(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def teaching_week(day: datetime.date) -> list[datetime.date]:
    """Monday to Saturday of the week of ``day``."""
    first = monday_of(day)
    return [first + datetime.timedelta(days=n) for n in range(TEACHING_DAYS)]


def weekly(first: datetime.date, until: datetime.date | None) -> list[datetime.date]:
    """``first`` and the same day of every week up to ``until``."""
    last = until or first
    return [first + datetime.timedelta(days=n) for n in range(0, (last - first).days + 1, 7)]


def overlap(
    start: datetime.time, end: datetime.time, other_start: datetime.time, other_end: datetime.time
) -> bool:
    """Whether two spans of a day share a moment; touching ends share none."""
    return start < other_end and other_start < end


def share(used: int, possible: int) -> int:
    """How much of what is possible is used, in whole per cent."""
    return round(used * 100 / possible) if possible else 0
