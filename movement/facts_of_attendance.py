"""What the journals know about students: hours missed without reason in the half-year."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from decimal import Decimal

from attendance import queries
from hemis.explain import Phrase
from movement.facts import Known, register_provider


def hours_missed(students: Collection[int], day: datetime.date) -> dict[int, Known]:
    """Unknown until journals of the half-year are kept."""
    half = queries.half_year_on(day)
    if not queries.has_records(half):
        return {}
    basis = Phrase(
        "journals of lessons, %(half)s", half=dict(queries.half_year_choices()).get(half.code, half.code)
    )
    return {pk: Known(Decimal(hours), basis) for pk, hours in queries.hours_missed(students, day).items()}


register_provider("hours_missed", hours_missed)
