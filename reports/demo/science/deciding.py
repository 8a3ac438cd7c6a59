"""Decisions of the demo's heads on what teachers entered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from hemis.access.models import RoleAssignment
from research.models import Approval

REMARK = "Manba va sana koʻrsatilmagan."


def decide(model: type[Approval], entered: Sequence[tuple[int, int]]) -> None:
    """Of every ten one is a draft, one waits, one came back; the others are approved by the head of their kafedra.

    ``entered`` are keys with the kafedra that answers for them.
    """
    now, rows = timezone.now(), model._default_manager
    heads: dict[Any, Any] = dict(
        RoleAssignment.objects.in_force().filter(role="head").values_list("unit", "user")
    )
    kept = [(number % 10, *one) for number, one in enumerate(entered) if number % 10]
    rows.filter(pk__in=[pk for _, pk, _ in kept]).update(state=Approval.SUBMITTED, submitted_at=now)
    for kafedra, head in heads.items():
        here = [(digit, pk) for digit, pk, unit in kept if unit == kafedra]
        decided = {"decided_by": head, "decided_at": now}
        approved = [pk for digit, pk in here if digit > 2]
        returned = [pk for digit, pk in here if digit == 2]
        rows.filter(pk__in=approved).update(state=Approval.APPROVED, **decided)
        rows.filter(pk__in=returned).update(state=Approval.RETURNED, remark=REMARK, **decided)
