"""Admission lists, the contingent at a past date, promotion of a course."""

from __future__ import annotations

from movement.bench import bench_promotion
from reports.bench.parts import Out, part
from students.bench import bench_contingent, bench_import

IMPORT_GOAL, CONTINGENT_GOAL, PROMOTION_GOAL = 4.0, 1.5, 3.0


@part("import", rows=(40_000, "of the admission list"))
def admission(out: Out, rows: int) -> None:
    found = bench_import(rows)
    out.head(
        f"Import of {found['size']} rows (bare: read the workbook and COPY the {found['kept']} people and "
        f"candidates kept of it into tables with the same keys, without foreign keys; goal {IMPORT_GOAL:g} × bare)"
    )
    out.line(f"{'':<28}{'s':>8}{'CPU s':>8}{'ratio':>8}{'CPU':>8}")
    for name, key in (
        ("bare", "bare"),
        ("read, check and save", "first"),
        ("the same file again", "again"),
    ):
        one = found[key]
        out.line(
            f"{name:<28}{one.wall:>8.1f}{one.cpu:>8.1f}"
            f"{one.wall / found['bare'].wall:>8.2f}{one.cpu / found['bare'].cpu:>8.2f}"
        )
    out.line(
        f"to read it and COPY its cells as text, with no keys, takes {found['bare_text'].wall:.1f} s: "
        f"{found['text_ratio']:.2f} × that"
    )
    out.verdict(found["ratio"] <= IMPORT_GOAL)


@part("contingent")
def contingent(out: Out) -> None:
    found = bench_contingent()
    out.head(
        f"Contingent at a past date: {found['students']} students, {found['placements']} placements "
        f"(bare: the same SQL; goal {CONTINGENT_GOAL} × bare)"
    )
    out.line(
        f"cut {found['seconds'] * 1000:.1f} ms, bare {found['bare_seconds'] * 1000:.1f} ms, "
        f"ratio {found['ratio']:.2f}"
    )
    out.verdict(found["ratio"] <= CONTINGENT_GOAL)


@part("promotion", promoted=(8000, "students promoted by one order"))
def promotion(out: Out, promoted: int) -> None:
    found = bench_promotion(promoted)
    out.head(
        f"Promotion of {found['students']} students (bare: one INSERT … SELECT; goal {PROMOTION_GOAL:g} × bare)"
    )
    out.line(
        f"formed with all checks {found['forming']:.1f} s; executed {found['executing']:.2f} s, "
        f"bare {found['bare']:.2f} s, ratio {found['ratio']:.2f}"
    )
    out.verdict(found["ratio"] <= PROMOTION_GOAL)
