"""Who sits at the lessons of a teaching, and on which days: registrations and placements together."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q

from curriculum.models import Registration, Teaching, TeachingAudience

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


def audience_of(teaching: Teaching) -> list[TeachingAudience]:
    """Groups and subgroups of the teaching: one query."""
    return list(teaching.audience.select_related("group", "subgroup").order_by("group__name", "pk"))


def seats(audience: Iterable[TeachingAudience], day: datetime.date | None = None) -> list[Seat]:
    """Everybody who sits there at any time, or on ``day``, by group and name: one query, two with subgroups.

    The same as ``hemis_seat`` in the database, for all students at once.
    """
    whole = [one for one in audience if one.subgroup_id is None]
    parts = [one for one in audience if one.subgroup_id is not None]
    found: dict[tuple[int, datetime.date], Seat] = {}
    for ones, is_part in ((whole, False), (parts, True)):
        if ones:
            _collect(ones, is_part, day, found)
    return sorted(found.values(), key=lambda seat: (seat.group, seat.order, seat.student_id))


def _collect(
    audience: list[TeachingAudience],
    is_part: bool,
    day: datetime.date | None,
    found: dict[tuple[int, datetime.date], Seat],
) -> None:
    who = Q()
    for one in audience:
        place = Q(group=None, student__placements__group=one.group_id) | Q(group=one.group_id)
        part = Q(student__subgroups__subgroup=one.subgroup_id) if is_part else Q()
        who |= Q(curriculum_subject=one.curriculum_subject_id) & place & part
    if day:
        who &= Q(student__placements__valid_from__lte=day)
    rows = (
        Registration.objects.active()
        .filter(who, student__placements__status=STUDYING)
        .annotate(
            since=F("student__placements__valid_from"),
            until=F("student__placements__valid_to"),
            placed=F("student__placements__group"),
            **(
                {"joined": F("student__subgroups__valid_from"), "left": F("student__subgroups__valid_to")}
                if is_part
                else {}
            ),
        )
        .order_by()
        .values(
            "student_id", "group_id", "placed", "since", "until", "curriculum_subject_id", "student__number",
            "student__person__last_name", "student__person__first_name", "student__person__middle_name",
            "student__person__sort_key", "curriculum_subject__curriculum__marking_system__scale",
            *(("joined", "left") if is_part else ()),
        )
    )  # fmt: skip
    names = {one.group_id: one.group.name for one in audience}
    for row in rows:
        seat = _seat(row, names)
        if day is None or seat.on(day):
            found[seat.student_id, seat.since] = seat


def _seat(row: dict, names: dict[int, str]) -> Seat:
    group = row["group_id"] or row["placed"]
    since, until = row["since"], row["until"]
    if "joined" in row:
        since = max(since, row["joined"])
        until = min((day for day in (until, row["left"]) if day), default=None)
    name = " ".join(
        part
        for part in (row[f"student__person__{which}_name"] for which in ("last", "first", "middle"))
        if part
    )
    scale = row["curriculum_subject__curriculum__marking_system__scale"]
    return Seat(
        row["student_id"], name, row["student__number"], group, names.get(group, ""), row["curriculum_subject_id"],
        since, until, 5 if scale == "five" else 100, row["student__person__sort_key"],
    )  # fmt: skip
