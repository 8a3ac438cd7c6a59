"""The staffing overview: rates filled against planned, degrees and ages per unit, on any day.

Four statements whatever the number of units. A person with posts in two kafedras
counts once in each, once in the faculty and once in the university. Posts paid by
the hour count as people, not as rates.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q

from hemis.access.scope import Scope
from staff.models import Position
from structure.models import Unit

AGE_BANDS = ((0, 29), (30, 39), (40, 49), (50, 59), (60, 200))
ZERO = Decimal(0)
# Who of a unit: code → filter of the people listed below the figures.
EVERYONE, DEGREE, NO_DEGREE = "all", "degree", "no_degree"
MAIN, INSIDE, OUTSIDE, HOURLY = "11", "12", "13", "14"


@dataclass
class Figures:
    """What is counted for a unit, a faculty or the university."""

    people: int = 0
    filled: Decimal = ZERO
    planned: Decimal = ZERO
    with_degree: int = 0
    degree_rates: Decimal = ZERO
    doctors: int = 0
    women: int = 0
    average_age: Decimal | None = None
    bands: list[int] = field(default_factory=lambda: [0] * len(AGE_BANDS))
    main: int = 0
    inside: int = 0
    outside: int = 0
    hourly: int = 0

    @property
    def vacant(self) -> Decimal:
        """Planned rates that nobody fills; negative when more are filled than planned."""
        return self.planned - self.filled

    @property
    def degree_share(self) -> Decimal | None:
        """Share of people with a degree, in per cent (ilmiy salohiyat)."""
        return share(self.with_degree, self.people)

    @property
    def degree_rate_share(self) -> Decimal | None:
        """The same by rates."""
        return share(self.degree_rates, self.filled)


@dataclass
class Row:
    """A line of the overview."""

    unit: Unit | None
    figures: Figures
    is_faculty: bool = False


@dataclass
class PostRow:
    """A post of one unit: planned and filled."""

    post: str
    planned: Decimal
    filled: Decimal
    people: int

    @property
    def vacant(self) -> Decimal:
        return self.planned - self.filled


def share(part, whole) -> Decimal | None:
    """Per cent with one decimal; nothing of nothing."""
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1")) if whole else None


# {key} is one of the three fixed expressions of LEVELS, never anything a user typed.
_HELD = """
WITH held AS (
    SELECT {key} AS key, p.employee_id, coalesce(sum(p.rate) FILTER (WHERE p.employment <> '14'), 0) AS rates,
           min(p.employment) AS employment
      FROM staff_position p JOIN structure_unit u ON u.id = p.unit_id
     WHERE p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to >= %(day)s)
       AND (%(categories)s = '{{}}'::text[] OR p.category = ANY(%(categories)s))
       AND (%(units)s::bigint[] IS NULL OR u.id = ANY(%(units)s))
     GROUP BY 1, 2
), known AS (
    SELECT h.*, m.gender, date_part('year', age(%(day)s::date, m.birth_date))::int AS age,
           coalesce((SELECT max(d.degree) FROM staff_degree d
                      WHERE d.employee_id = h.employee_id AND d.kind = 'degree'
                        AND (d.diploma_date IS NULL OR d.diploma_date <= %(day)s)), '10') AS degree
      FROM held h JOIN staff_employee e ON e.id = h.employee_id JOIN people_person m ON m.id = e.person_id
)
SELECT key, count(*), sum(rates),
       count(*) FILTER (WHERE degree > '10'), coalesce(sum(rates) FILTER (WHERE degree > '10'), 0),
       count(*) FILTER (WHERE degree = '12'), count(*) FILTER (WHERE gender = '12'), round(avg(age), 1),
       count(*) FILTER (WHERE age < 30), count(*) FILTER (WHERE age BETWEEN 30 AND 39),
       count(*) FILTER (WHERE age BETWEEN 40 AND 49), count(*) FILTER (WHERE age BETWEEN 50 AND 59),
       count(*) FILTER (WHERE age >= 60),
       count(*) FILTER (WHERE employment = '11'), count(*) FILTER (WHERE employment = '12'),
       count(*) FILTER (WHERE employment = '13'), count(*) FILTER (WHERE employment = '14')
  FROM known GROUP BY key
"""
_PLANNED = """
SELECT p.unit_id, sum(p.rates) FROM staff_establishmentpost p JOIN structure_unit u ON u.id = p.unit_id
 WHERE p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to >= %(day)s)
   AND (%(categories)s = '{}'::text[] OR p.category = ANY(%(categories)s))
   AND (%(units)s::bigint[] IS NULL OR u.id = ANY(%(units)s))
 GROUP BY 1
"""
_BY_UNIT, _BY_FACULTY, _WHOLE = "u.id", "coalesce(u.parent_id, u.id)", "0::bigint"


def _figures(key: str, params: dict) -> dict[int, Figures]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(key=key), params)
        return {row[0]: _read(row[1:]) for row in cursor.fetchall()}


def _read(row: tuple) -> Figures:
    bands = 7
    return Figures(
        people=row[0], filled=row[1], with_degree=row[2], degree_rates=row[3], doctors=row[4], women=row[5],
        average_age=row[6], bands=list(row[bands : bands + len(AGE_BANDS)]), main=row[12], inside=row[13],
        outside=row[14], hourly=row[15],
    )  # fmt: skip


def overview(
    day: datetime.date, scope: Scope, *, categories: list[str] | None = None, faculty: int | None = None
) -> tuple[list[Row], Figures]:
    """Lines for faculties with their kafedras, then other units; and the total. Four statements."""
    units = list(Unit.objects.for_scope(scope).order_by("position", "code"))
    if faculty:
        units = [unit for unit in units if faculty in (unit.pk, unit.parent_id)]
    params: dict[str, Any] = {
        "day": day,
        "categories": list(categories or []),
        "units": None if scope.everything and not faculty else [unit.pk for unit in units],
    }
    by_unit, whole = _figures(_BY_UNIT, params), _figures(_WHOLE, params).get(0, Figures())
    by_faculty = _figures(_BY_FACULTY, params)
    with connection.cursor() as cursor:
        cursor.execute(_PLANNED, params)
        planned = dict(cursor.fetchall())
    whole.planned = sum(planned.values(), ZERO)
    rows = []
    for unit in units:
        if unit.parent_id:
            continue
        below = [one for one in units if one.parent_id == unit.pk]
        total = by_faculty.get(unit.pk, Figures())
        total.planned = sum((planned.get(one.pk, ZERO) for one in [unit, *below]), ZERO)
        rows.append(Row(unit, total, is_faculty=bool(below) or unit.kind == Unit.FACULTY))
        for one in below:
            figures = by_unit.get(one.pk, Figures())
            figures.planned = planned.get(one.pk, ZERO)
            rows.append(Row(one, figures))
    alone = {unit.pk for unit in units if not unit.parent_id}
    # A kafedra whose faculty lies outside the scope stands by itself.
    for unit in units:
        if unit.parent_id and unit.parent_id not in alone:
            figures = by_unit.get(unit.pk, Figures())
            figures.planned = planned.get(unit.pk, ZERO)
            rows.append(Row(unit, figures))
    shown = [row for row in rows if row.figures.people or row.figures.planned or row.unit.is_active]
    return shown, whole


_BY_POST = """
SELECT coalesce(p.post, f.post) AS post, coalesce(p.rates, 0), coalesce(f.rates, 0), coalesce(f.people, 0)
  FROM (SELECT post, sum(rates) AS rates FROM staff_establishmentpost
         WHERE unit_id = ANY(%(units)s) AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)
         GROUP BY post) p
  FULL JOIN (SELECT post, sum(rate) FILTER (WHERE employment <> '14') AS rates, count(DISTINCT employee_id) AS people
               FROM staff_position
              WHERE unit_id = ANY(%(units)s) AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)
              GROUP BY post) f ON f.post = p.post
 ORDER BY 1
"""


def by_post(units: list[int], day: datetime.date) -> list[PostRow]:
    """Planned and filled rates of each post of some units."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_POST, {"units": units, "day": day})
        return [PostRow(*row) for row in cursor.fetchall()]


def holders(unit: Unit, day: datetime.date, who: str = EVERYONE):
    """The people behind the figures of a unit: its posts held on ``day``, narrowed to some of them."""
    rows = (
        Position.objects.in_force(day)
        .filter(Q(unit=unit) | Q(unit__parent=unit))
        .select_related("employee__person", "unit")
        .order_by("employee__person__sort_key", "pk")
    )
    degree = Q(employee__degrees__kind="degree") & (
        Q(employee__degrees__diploma_date=None) | Q(employee__degrees__diploma_date__lte=day)
    )
    having = Position.objects.filter(degree).values("pk")
    if who == DEGREE:
        return rows.filter(pk__in=having)
    if who == NO_DEGREE:
        return rows.exclude(pk__in=having)
    if who in (MAIN, INSIDE, OUTSIDE, HOURLY):
        return rows.filter(employment=who)
    return rows
