"""Who agrees to orders: the steps that most universities have (duty 3.5)."""

from __future__ import annotations

from django.db import transaction

from hemis.access.scope import Access
from movement.defaults import USUAL_STEPS
from movement.models import AgreementStep


@transaction.atomic
def add_usual_steps(*, access: Access) -> int:
    """Add the usual steps to those that are set already; how many.

    Raises:
        PermissionDenied: without the duty.
    """
    access.require("order_rule.edit")
    have = set(AgreementStep.objects.values_list("order_kind", "role"))
    made = AgreementStep.objects.bulk_create(
        AgreementStep(order_kind=key, role=role)
        for key, roles in USUAL_STEPS.items()
        for role in roles
        if (key, role) not in have
    )
    return len(made)
