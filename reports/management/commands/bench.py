"""``manage.py bench`` — times, sizes and ratios to a bare limit measured in the same run."""

import os

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.bench.contracts import measure_contracts
from reports.bench.pages import measure_pages
from reports.bench.promotion import measure_promotion
from reports.demo.build import build
from structure.models import University
from students.models import Student

PARTS = ("pages", "contracts", "promotion")


class Command(BaseCommand):
    help = "Measures contracts, promotion and pages on a demo university; give it a database of its own (make bench)."

    def add_arguments(self, parser):
        parser.add_argument("--students", type=int, default=40_000)
        parser.add_argument("--contracts", type=int, default=500)
        parser.add_argument("--promoted", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
        parser.add_argument("--only", choices=PARTS, nargs="*", default=PARTS)

    def handle(
        self, *, students: int, contracts: int, promoted: int, workers: int, only: list[str], **options
    ):
        if settings.PRODUCTION:
            raise CommandError("The benchmark writes invented people: never in production.")
        if not University.objects.exists():
            self.stdout.write(f"Demo university with {students} students (once)")
            build(students=students, tell=lambda text: self.stdout.write(f"  {text}"))
        if "pages" in only:
            self._pages()
        if "contracts" in only:
            self._contracts(contracts, workers)
        if "promotion" in only:
            self._promotion(promoted)

    def _pages(self) -> None:
        self.stdout.write(f"\nPages at {Student.objects.count()} students (goal: at most 12 queries, 30 ms)")
        self.stdout.write(f"{'page':<16}{'queries':>8}{'median ms':>11}{'bare ms':>9}{'ratio':>7}")
        for one in measure_pages():
            self.stdout.write(
                f"{one.name:<16}{one.queries:>8}{one.page_ms:>11.1f}{one.bare_ms:>9.1f}{one.ratio:>7.1f}"
            )

    def _contracts(self, count: int, workers: int) -> None:
        found = measure_contracts(count, workers=workers)
        self.stdout.write(f"\nContracts: {found['documents']} (goal: at most 1.3 × bare WeasyPrint)")
        self.stdout.write(
            f"issued {found['issued']:.1f} s, bare {found['bare']:.1f} s, ratio {found['ratio']:.2f}"
        )
        self.stdout.write(
            f"PDFs by one process {found['by_one']:.1f} s, "
            f"by {found['workers']} {found['by_workers']:.1f} s: scaling {found['scaling']:.2f}"
        )

    def _promotion(self, count: int) -> None:
        found = measure_promotion(count)
        self.stdout.write(
            f"\nPromotion of {found['students']} students (goal: at most 3 × one bare INSERT … SELECT)"
        )
        self.stdout.write(
            f"formed with all checks {found['forming']:.1f} s; executed {found['executing']:.2f} s, "
            f"bare {found['bare']:.2f} s, ratio {found['ratio']:.2f}"
        )
