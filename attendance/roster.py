"""Who sits at the lessons of a teaching, and on which days: registrations and placements together."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import F, Q

from curriculum.models import Registration

STUDYING = "11"


@dataclass(frozen=True)
class Seat:
    """A student among the audience of a teaching, from ``since`` until the day before ``until``."""

    student_id: int
    name: str
    number: str
    group_id: int
    group: str
    line_id: int
    since: datetime.date
    until: datetime.date | None
    highest: int
    order: str = ""

    def on(self, day: datetime.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


AUDIENCE = "curriculum_subject__audiences"


def seats(teaching: int, day: datetime.date | None = None) -> list[Seat]:
    """Everybody who sits there at any time, or on ``day``, by group and name: one query.

    The same as ``hemis_seat`` in the database, for all students at once.
    """
    group = F(f"{AUDIENCE}__group")
    who = (Q(group=group) | Q(group=None, student__placements__group=group)) & (
        Q(**{f"{AUDIENCE}__subgroup": None}) | Q(student__subgroups__subgroup=F(f"{AUDIENCE}__subgroup"))
    )
    if day:
        who &= Q(student__placements__valid_from__lte=day)
    rows = (
        Registration.objects.active()
        .filter(who, **{f"{AUDIENCE}__teaching": teaching, "student__placements__status": STUDYING})
        .annotate(
            since=F("student__placements__valid_from"),
            until=F("student__placements__valid_to"),
            seat=group,
            seat_name=F(f"{AUDIENCE}__group__name"),
            part=F(f"{AUDIENCE}__subgroup"),
            joined=F("student__subgroups__valid_from"),
            left=F("student__subgroups__valid_to"),
        )
        .order_by()
        .values(
            "student_id", "seat", "seat_name", "part", "since", "until", "joined", "left", "curriculum_subject_id",
            "student__number", "student__person__last_name", "student__person__first_name",
            "student__person__middle_name", "student__person__sort_key",
            "curriculum_subject__curriculum__marking_system__scale",
        )
    )  # fmt: skip
    found: dict[tuple[int, datetime.date], Seat] = {}
    for row in rows:
        seat = _seat(row)
        if day is None or seat.on(day):
            found[seat.student_id, seat.since] = seat
    return sorted(found.values(), key=lambda one: (one.group, one.order, one.student_id))


def _seat(row: dict) -> Seat:
    since, until = row["since"], row["until"]
    if row["part"]:
        since = max(since, row["joined"])
        until = min((day for day in (until, row["left"]) if day), default=None)
    name = " ".join(
        part
        for part in (row[f"student__person__{which}_name"] for which in ("last", "first", "middle"))
        if part
    )
    scale = row["curriculum_subject__curriculum__marking_system__scale"]
    return Seat(
        row["student_id"], name, row["student__number"], row["seat"], row["seat_name"], row["curriculum_subject_id"],
        since, until, 5 if scale == "five" else 100, row["student__person__sort_key"],
    )  # fmt: skip
