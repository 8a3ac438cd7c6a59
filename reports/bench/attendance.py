"""Journal and absences of a faculty: see ``attendance.bench``."""

from __future__ import annotations

from typing import Any

from attendance.bench import bench_journal, bench_summary


def measure_attendance(rows: int = 4_000_000) -> dict[str, Any]:
    """Queries and milliseconds of the journal, and the ratio of the summary to one bare SQL."""
    return bench_summary(rows) | {"journal": bench_journal()}
