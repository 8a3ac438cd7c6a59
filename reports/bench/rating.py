"""The scientific rating of everybody who teaches."""

from __future__ import annotations

from reports.bench.parts import Out, part
from research.rating.bench import bench_rating

RATING_GOAL = 3.0


@part("rating", teachers=(2500, "in the rating"), works=(60_000, "approved in the year"))
def rating(out: Out, teachers: int, works: int) -> None:
    found = bench_rating(teachers, works)
    out.head(
        f"Rating of {found['teachers']} teachers with {found['works']} works "
        f"(bare: the same marks into temporary tables with the same keys, without foreign keys and guards; "
        f"goal {RATING_GOAL:g} × bare)"
    )
    out.line(
        f"counted {found['seconds']:.2f} s, bare {found['bare']:.2f} s, ratio {found['ratio']:.2f}; "
        f"both found {'the same' if found['same'] else 'NOT the same'}"
    )
    out.line(f"into tables with no keys it takes {found['plain']:.2f} s: {found['plain_ratio']:.2f} × that")
    out.verdict(found["ratio"] <= RATING_GOAL and found["same"])
