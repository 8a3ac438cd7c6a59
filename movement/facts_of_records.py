"""What the records know of graduates: state attestation passed, accredited."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from decimal import Decimal

from hemis.explain import Phrase
from movement.facts import Known, register_provider
from students import graduates


def _figures(code: str, students: Collection[int], basis: str) -> dict[int, Known]:
    return {key: Known(Decimal(int(good)), basis) for key, good in graduates.answer(code, students).items()}


def attestation(students: Collection[int], day: datetime.date) -> dict[int, Known]:
    """By closed protocols; whose plan asks for none is unknown."""
    return _figures(graduates.ATTESTED, students, Phrase("by protocols of the commissions"))


def accreditation(students: Collection[int], day: datetime.date) -> dict[int, Known]:
    """Whether the dean's office has accredited the graduate."""
    return _figures(graduates.ACCREDITED, students, Phrase("by the register of accreditation"))


register_provider("attestation", attestation)
register_provider("accreditation", accreditation)
