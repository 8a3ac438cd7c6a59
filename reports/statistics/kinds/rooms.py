"""Occupancy of auditoriums: which pairs are taken, by building, kind, pair and day (duties 2.3, 3.1)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access, Scope
from hemis.pages.columns import Column
from reports.statistics.declaration import PERIOD, Asked, Dimension, Measure, Statistic, register
from reports.statistics.dimensions import YES_NO, coded, month, names_of
from reports.statistics.kinds.attendance import PAIRS, WEEKDAYS
from reports.statistics.rooms import RoomPair
from structure import occupancy
from structure.models import Auditorium, Building

PERMISSION = "room_statistics.view"
TAKEN = {"taken": "taken"}


def pairs(scope: Scope, asked: Asked) -> QuerySet:
    """Every pair of every auditorium on the working days of the period."""
    return RoomPair.objects.for_scope(scope).filter(day__range=(asked.since, asked.until))


def buildings(access: Access) -> QuerySet:
    return Building.objects.filter(is_active=True)


def rooms(access: Access) -> QuerySet:
    return Auditorium.objects.filter(is_active=True).select_related("building")


def _uses(keys) -> dict[str, str]:
    return {one.code: str(one.title) for one in occupancy.sources()}


ROOMS = register(
    Statistic(
        "rooms",
        _("Occupancy of auditoriums"),
        PERMISSION,
        pairs,
        RoomPair,
        PERIOD,
        dimensions=(
            Dimension(
                "building", _("Building"), "auditorium__building", names=names_of(Building, "name"), offered=buildings
            ),
            coded("kind", _("Kind of auditorium"), "auditorium__kind", "h_auditorium_type"),
            Dimension(
                "room", _("Auditorium"), "auditorium", names=names_of(Auditorium, "building__name", "number"),
                offered=rooms, is_wide=True,
            ),
            Dimension("floor", _("Floor"), "auditorium__floor"),
            Dimension("pair", _("Pair"), "number", choices=PAIRS),
            Dimension("weekday", _("Day of the week"), "day__iso_week_day", choices=WEEKDAYS),
            month("month", _("Month"), "day"),
            Dimension("taken", _("Taken"), "taken", choices=YES_NO),
            Dimension("use", _("Taken by"), "source", names=_uses),
        ),
        measures=(
            Measure(
                "share", _("Taken, %"), "round(100.0 * count(*) FILTER (WHERE {taken}) / nullif(count(*), 0), 1)",
                TAKEN, why=_("taken pairs of a hundred"), adds_up=False, digits=1,
            ),
            Measure("taken", _("Taken pairs"), "count(*) FILTER (WHERE {taken})", TAKEN,
                    why=_("pairs at which a lesson, a control or a booking takes the auditorium")),
            Measure("free", _("Free pairs"), "count(*) FILTER (WHERE NOT {taken})", TAKEN, why=_("the others")),
            Measure("pairs", _("Pairs"), why=_("pairs of all auditoriums in use on the working days of the period")),
            Measure(
                "rooms", _("Auditoriums"), "count(DISTINCT {room})", {"room": "auditorium"},
                why=_("auditoriums, each once"), adds_up=False,
            ),
            Measure(
                "empty", _("Never taken"),
                "count(DISTINCT {room}) - count(DISTINCT {room}) FILTER (WHERE {taken})",
                {"room": "auditorium"} | TAKEN, why=_("auditoriums that nothing takes in the period"), adds_up=False,
            ),
        ),
        by=("building", ""),
        columns=(
            Column("auditorium"),
            Column("day"),
            Column("number"),
            Column("pair", hidden=True),
            Column("taken"),
            Column("source", value=lambda row: _uses([row.source]).get(row.source, "")),
        ),
        help=_(
            "Every pair of every auditorium in use, from Monday to Saturday without days off; taken by lessons, "
            "controls and bookings."
        ),
        select_related=("auditorium__building", "pair"),
        ordering=("-day", "number", "auditorium__building", "auditorium__number"),
        place=12,
    )
)  # fmt: skip
