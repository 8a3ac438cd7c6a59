"""What pages and the rating read of profiles in international systems."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from research.models import Profile, ProfileFigures


@dataclass(frozen=True)
class ApprovedFigures:
    """The last approved figures of a teacher's profile in an academic year, as the rating counts them.

    ``platform`` is the code of the national list, ``other_platform`` which of its “other” ones.
    """

    figures_id: int
    employee_id: int
    platform: str
    other_platform: str
    day: datetime.date
    h_index: int
    documents: int
    citations: int


def approved_figures(year: int, employees: Iterable[int] | QuerySet | None = None) -> list[ApprovedFigures]:
    """The last approved figures of each profile in an academic year; one query.

    ``employees`` narrows to some teachers (keys, or a queryset of keys).
    """
    rows = ProfileFigures.objects.filter(academic_year=year, state=ProfileFigures.APPROVED)
    if employees is not None:
        rows = rows.filter(profile__employee__in=employees)
    last = rows.order_by("profile_id", "-day").distinct("profile_id")
    return [
        ApprovedFigures(*one)
        for one in last.values_list(
            "pk", "profile__employee", "profile__platform", "profile__other_platform", "day", "h_index", "documents",
            "citations",
        )
    ]  # fmt: skip


def with_last_figures(rows: QuerySet[Profile]) -> QuerySet[Profile]:
    """``last_day``, ``h_index``, ``documents`` and ``citations`` of each profile's last approved figures."""
    last = ProfileFigures.objects.filter(profile=OuterRef("pk"), state=ProfileFigures.APPROVED).order_by(
        "-day"
    )
    return rows.annotate(
        last_day=Subquery(last.values("day")[:1]),
        **{name: Subquery(last.values(name)[:1]) for name in ("h_index", "documents", "citations")},
    )
