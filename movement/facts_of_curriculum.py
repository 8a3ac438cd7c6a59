"""What curricula want to know from whoever computes GPA: the same figure that orders are checked by."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from decimal import Decimal

from curriculum.standing import register_gpa
from movement.facts import known


def gpa(students: Collection[int], day: datetime.date) -> dict[int, Decimal]:
    """GPA of the students as far as somebody answers for it."""
    return {pk: facts["gpa"].value for pk, facts in known(["gpa"], students, day).items() if "gpa" in facts}


register_gpa(gpa)
