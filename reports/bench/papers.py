"""Papers of graduates."""

from __future__ import annotations

from records.bench import bench_papers
from reports.bench.parts import Out, part

PAPERS_GOAL = 1.3


@part("papers", transcripts=(8000, "drawn"), diplomas=(2000, "each with its supplement"))
def papers(out: Out, transcripts: int, diplomas: int) -> None:
    found = bench_papers(transcripts, diplomas)
    out.head(f"Papers of graduates (bare: WeasyPrint on the same HTML; goal {PAPERS_GOAL} × bare)")
    for name, key in (("transcripts", "transcripts"), ("diplomas and supplements", "diplomas")):
        one = found[key]
        out.line(
            f"{name:<28}{one['count']:>6} PDFs: {one['whole']:>7.1f} s, bare {one['bare']:>7.1f} s, "
            f"ratio {one['ratio']:.2f}"
        )
    out.verdict(all(one["ratio"] <= PAPERS_GOAL for one in found.values()))
