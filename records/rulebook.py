"""The figures of state attestation in force on a day, read from their rows (law 7)."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils import timezone

from hemis.legal import cited
from records.conditions import Figure
from records.models import AttestationRule


def figures(day: datetime.date | None = None) -> dict[str, Figure]:
    """Each figure with its source, one query; 0 where there is none."""
    rows = AttestationRule.objects.in_force(day or timezone.localdate())
    known = {row.code: Figure(row.value, cited(row.basis, confirmed=row.is_confirmed)) for row in rows}
    return {code: known.get(code, Figure(Decimal(0))) for code, _title in AttestationRule.CODES}
