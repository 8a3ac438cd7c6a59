"""What every university starts from: the window of the journal and the limits of absence, with their sources."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

JOURNAL = (
    datetime.date(2018, 9, 26),
    3,
    "OOʻMTV 19-2018, 09.08.2018 (AV 3069): baholar jurnalga 3 kun ichida",
)
_OLD = datetime.date(2009, 7, 10)
_NEW = datetime.date(2026, 4, 6)
SYSTEMS = ("11", "12", "13")
# Level, from, value, only above, source; for every marking system.
LIMITS = (
    ("11", _OLD, D(12), False, "h_attendance_setting 11"),
    ("12", _OLD, D(36), False, "h_attendance_setting 12"),
    ("13", _OLD, D(74), True, "VMQ 344, 20-band; VMQ 578, 3-ilova, 49-band"),
    ("11", _NEW, D(18), False, "AV 3807, 42-band"),
    ("12", _NEW, D(30), False, "AV 3807, 42-band"),
)
CREDIT_SUBJECT = ("subject", datetime.date(2020, 12, 31), D(25), False, "VMQ 824, 31.12.2020, 41-band")


def sow(apps) -> None:
    """Write the rows that are not there yet."""
    since, days, source = JOURNAL
    apps.get_model("attendance", "JournalRule").objects.get_or_create(
        valid_from=since, defaults={"edit_days": days, "source": source}
    )
    limits = apps.get_model("attendance", "AttendanceLimit").objects
    systems = {one.code: one for one in apps.get_model("curriculum", "MarkingSystem").objects.all()}
    for code in SYSTEMS:
        rows = (*LIMITS, CREDIT_SUBJECT) if code == "13" else LIMITS
        for level, day, value, above, basis in rows:
            if code in systems:
                limits.get_or_create(
                    system=systems[code],
                    level=level,
                    valid_from=day,
                    defaults={"value": value, "is_above": above, "source": basis},
                )
