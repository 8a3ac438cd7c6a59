"""The journal, and absences of a faculty."""

from __future__ import annotations

from attendance.bench import bench_journal, bench_summary
from reports.bench.parts import QUERIES_GOAL, Out, part

ATTENDANCE_GOAL = 2.0


@part("attendance", absences=(4_000_000, "rows of absences"))
def attendance(out: Out, absences: int) -> None:
    found = bench_summary(absences)
    out.head(
        f"Absences of a faculty by group among {found['rows']} (bare: one SQL; goal {ATTENDANCE_GOAL:g} × bare)"
    )
    out.line(
        f"summary {found['seconds'] * 1000:.0f} ms, bare {found['bare'] * 1000:.0f} ms, ratio {found['ratio']:.2f}"
    )
    journal = bench_journal()
    for name in ("open", "save"):
        out.line(
            f"journal of {journal['students']} students, {name}: {journal[f'{name}_queries']} queries, "
            f"{journal[f'{name}_ms']:.1f} ms"
        )
    out.verdict(
        found["ratio"] <= ATTENDANCE_GOAL
        and max(journal["open_queries"], journal["save_queries"]) <= QUERIES_GOAL
    )
