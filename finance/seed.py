"""What every university starts from: what is owed when study ends, and from which marks on a stipend is lost."""

from __future__ import annotations

_REGULATION = "2431-son Nizom (24.11.2025-yil tahriri)"
# Ground of expulsion (empty: academic leave), what is owed, source, whether compared with the act.
REFUNDS = (
    ("", "months", f"{_REGULATION}, 29-band", True),
    ("11", "months", f"{_REGULATION}, 28-band", True),
    ("12", "months", f"{_REGULATION}, 28-band", True),
    ("13", "months", f"{_REGULATION}, 28-band", True),
    ("14", "semester", f"{_REGULATION}, 27-band", True),
    ("15", "semester", f"{_REGULATION}, 27-band", True),
    ("16", "semester", f"{_REGULATION}, 27-band", True),
    ("17", "months", f"{_REGULATION}, 28-band", True),
    # The act does not name this ground.
    ("18", "months", f"{_REGULATION}, 28-band", False),
    ("19", "months", f"{_REGULATION}, 28-band", True),
)
THREES = (30, "VMQ 59, 31.01.2020 (02.02.2026-yil tahriri)", True)
SINCE = "2020-01-31"


def sow(cursor) -> None:
    """Write the rows that are not there yet."""
    for ground, mode, source, confirmed in REFUNDS:
        cursor.execute(
            "INSERT INTO finance_refundrule (version, ground, mode, valid_from, source, is_confirmed) "
            "VALUES (1, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [ground, mode, SINCE, source, confirmed],
        )
    threes, source, confirmed = THREES
    cursor.execute(
        "INSERT INTO finance_stipendcondition (version, threes, valid_from, source, is_confirmed) "
        "VALUES (1, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [threes, SINCE, source, confirmed],
    )
