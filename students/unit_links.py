"""What the structure shows of students: how many a faculty has, and what keeps a unit from closing."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from structure.actions import register_blocker, register_count
from structure.models import Unit
from students.models import Group, Placement, Speciality

STUDYING = "11"


def _groups(unit: Unit, day: datetime.date) -> list[str]:
    return [str(one) for one in Group.objects.filter(faculty=unit, is_active=True)]


def _specialities(unit: Unit, day: datetime.date) -> list[str]:
    here = Q(faculty=unit) | Q(kafedra=unit)
    return [str(one) for one in Speciality.objects.filter(here, is_active=True)]


def _students(unit_ids: Iterable[int], day: datetime.date) -> dict[int, int]:
    """Students of each faculty on a day, from their placements."""
    rows = (
        Placement.objects.filter(faculty__in=list(unit_ids), status=STUDYING, valid_from__lte=day)
        .filter(Q(valid_to=None) | Q(valid_to__gt=day))
        .order_by()
        .values("faculty")
    )
    return {row["faculty"]: row["people"] for row in rows.annotate(people=Count("student"))}


register_blocker("groups", _("active groups"), _groups)
register_blocker("specialities", _("active specialities"), _specialities)
register_count("students", _("Students"), _students)
