"""What the structure shows of posts: who heads a unit, how many posts it has, what keeps it from closing."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from staff.models import Position
from structure.actions import register_blocker, register_count, register_heads
from structure.models import Unit
from structure.registry import Head

# Posts of `h_teacher_position_type` that head a unit: head of department, of a division, of a centre,
# rector, dean, director.
HEADING = ("16", "17", "19", "20", "25", "31")


def _held(day: datetime.date) -> QuerySet[Position]:
    return Position.objects.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


def _posts_ahead(unit: Unit, day: datetime.date) -> list[str]:
    """Posts that are still held on the day, or begin later."""
    rows = unit.positions.filter(Q(valid_to=None) | Q(valid_to__gte=day)).select_related("employee__person")
    return [str(one) for one in rows]


def _count(unit_ids: Iterable[int], day: datetime.date) -> dict[int, int]:
    rows = _held(day).filter(unit__in=list(unit_ids)).order_by().values("unit")
    return {row["unit"]: row["people"] for row in rows.annotate(people=Count("employee", distinct=True))}


def _heads(unit_ids: Iterable[int], day: datetime.date) -> dict[int, list[Head]]:
    rows = _held(day).filter(unit__in=list(unit_ids), post__in=HEADING).select_related("employee__person")
    found: dict[int, list[Head]] = {}
    for row in rows:
        head = Head(row.employee.person.short_name, row.get_post_display(), row.valid_from)  # type: ignore[attr-defined]
        found.setdefault(row.unit_id, []).append(head)
    return found


register_blocker("posts", _("posts that are held"), _posts_ahead)
register_count("employees", _("Employees"), _count)
register_heads("posts", _heads)
