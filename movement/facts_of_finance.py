"""What accounting honestly knows about students today."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext as _

from movement.facts import Known, register_provider
from movement.rules import GRANT
from students.models import Placement


def contract_debt(students: Collection[int], day: datetime.date) -> dict[int, Known]:
    """Who has always studied on a grant owes nothing; for the others payments are not kept yet."""
    grant = Placement.objects.filter(student__in=students, payment_form=GRANT)
    paying = Placement.objects.filter(student__in=students).exclude(payment_form=GRANT)
    owes_nothing = set(grant.values_list("student", flat=True)) - set(
        paying.values_list("student", flat=True)
    )
    return {student: Known(Decimal(0), _("studies on a state grant")) for student in owes_nothing}


register_provider("contract_debt", contract_debt)
