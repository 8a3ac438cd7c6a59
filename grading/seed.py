"""The figures of controls that every university starts from; academic affairs changes them with the law."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

_3069 = "OOʻMTV 19-2018, 09.08.2018 (AV 3069)"
_824 = "VMQ 824, 31.12.2020"
_SINCE_3069, _SINCE_824 = datetime.date(2018, 9, 26), datetime.date(2020, 12, 31)

# Figure, value, from, basis.
RULES = (
    ("admission.hours_missed", D(25), _SINCE_824, f"{_824}, 41-band"),
    # Not paid is no reason to bar from controls; a university may decide otherwise.
    (
        "admission.contract",
        D(0),
        _SINCE_3069,
        "VMQ 578/2025, 49-band: toʻlanmaganlik uchun faqat chetlashtiriladi",
    ),
    # Relearning and the choice of its teachers are on pay.
    ("admission.relearning", D(1), _SINCE_824, f"{_824}, 41, 45-band"),
    ("final.other_examiner", D(1), _SINCE_3069, _3069),
    ("final.own_limit.credit", D(1), _SINCE_824, f"{_824}; OTM baholash nizomi"),
    ("final.own_limit.hundred", D(0), datetime.date(2009, 7, 10), "OOʻMTV 204, 11.06.2009 (AV 1981)"),
    ("retake.debts", D(3), _SINCE_3069, _3069),
    ("retake.days", D(30), _SINCE_3069, f"{_3069}: bir oy ichida"),
    ("retake.allowed", D(1), _SINCE_3069, _3069),
    ("sheet.days", D(3), _SINCE_3069, f"{_3069}: yozma ish uch kun ichida"),
    ("appeal.hours", D(24), _SINCE_3069, _3069),
    ("appeal.days", D(2), _SINCE_3069, _3069),
    ("appeal.members", D(4), _SINCE_3069, _3069),
)


def sow(apps) -> None:
    """Write the rows that are not there yet."""
    model = apps.get_model("grading", "GradingRule")
    for code, value, since, basis in RULES:
        model.objects.get_or_create(code=code, valid_from=since, defaults={"value": value, "basis": basis})
