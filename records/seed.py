"""The figures of state attestation that every university starts from; academic affairs changes them with the law."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

_160 = "OOʻMTV 160, 22.05.2009 (AV 1963)"
_836 = "VMQ 836, 13.12.2024"
_395 = "VMQ 395, 21.07.2022"
_SINCE = datetime.date(2009, 7, 1)

# Figure, value, from, basis. None of them has been compared with its act yet.
RULES = (
    ("commission.members", D(5), _SINCE, f"{_836}; {_160}"),
    ("commission.employers", D(60), _SINCE, f"{_836}; {_160}"),
    ("commission.quorum", D(50), _SINCE, f"{_836}; OTM nizomi"),
    ("topic.supervised", D(0), _SINCE, "OTM nizomi"),
    ("repeat.years", D(3), _SINCE, f"{_836}; {_160}"),
    ("duplicate.fee", D(1), datetime.date(2022, 7, 21), _395),
    ("duplicate.days", D(10), datetime.date(2022, 7, 21), _395),
)


def sow(apps) -> None:
    """Write the rows that are not there yet."""
    model = apps.get_model("records", "AttestationRule")
    for code, value, since, basis in RULES:
        model.objects.get_or_create(code=code, valid_from=since, defaults={"value": value, "basis": basis})
