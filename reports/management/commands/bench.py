"""``manage.py bench`` — times, sizes and ratios to a bare limit measured in the same run."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from finance.bench import bench_contracts
from finance.payments.bench import bench_payments
from reports.bench.attendance import measure_attendance
from reports.bench.grading import measure_gpa, measure_sheet
from reports.bench.pages import measure_pages
from reports.bench.promotion import measure_promotion
from reports.bench.study import measure_study
from reports.bench.tasks import measure_tasks
from reports.demo.build import build
from structure.models import University
from students.bench import bench_contingent, bench_import
from students.models import Student

PARTS = (
    "import", "contracts", "payments", "pages", "contingent", "promotion", "attendance", "grading", "study", "tasks",
)  # fmt: skip

IMPORT_GOAL, CONTRACTS_GOAL, QUERIES_GOAL, PAGE_GOAL, CONTINGENT_GOAL = 4.0, 1.3, 12, 30, 1.5
PROMOTION_GOAL, ATTENDANCE_GOAL, GPA_GOAL, STUDY_GOAL = 3.0, 2.0, 2.0, 2.0
STATEMENT_GOAL, DEBTS_GOAL = 4.0, 2.0


class Command(BaseCommand):
    help = "Measures import, contracts, pages and sets on a demo; give it a database of its own (make bench)."

    def add_arguments(self, parser):
        parser.add_argument("--students", type=int, default=40_000, help="of the demo university (40000)")
        parser.add_argument("--rows", type=int, default=40_000, help="of the admission list (40000)")
        parser.add_argument("--contracts", type=int, default=500)
        parser.add_argument("--receipts", type=int, default=20_000, help="of the bank statement (20000)")
        parser.add_argument("--promoted", type=int, default=8000)
        parser.add_argument("--absences", type=int, default=4_000_000)
        parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
        parser.add_argument("--only", choices=PARTS, nargs="*", default=PARTS)

    def handle(
        self,
        *,
        students: int,
        rows: int,
        contracts: int,
        receipts: int,
        promoted: int,
        absences: int,
        workers: int,
        only: list[str],
        **options,
    ) -> None:
        if settings.PRODUCTION:
            raise CommandError("The benchmark writes invented people: never in production.")
        if not University.objects.exists():
            self.stdout.write(f"Demo university with {students} students (once)")
            build(students=students, tell=lambda text: self.stdout.write(f"  {text}"))
        if "import" in only:
            self._import(bench_import(rows))
        if "contracts" in only:
            self._contracts(bench_contracts(contracts, workers))
        if "payments" in only:
            self._payments(bench_payments(receipts))
        if "pages" in only:
            self._pages()
        if "contingent" in only:
            self._contingent()
        if "promotion" in only:
            self._promotion(promoted)
        if "attendance" in only:
            self._attendance(absences)
        if "grading" in only:
            self._grading()
        if "study" in only:
            self._study(measure_study())
        if "tasks" in only:
            self._tasks()

    def _import(self, found: dict[str, Any]) -> None:
        self._head(
            f"Import of {found['size']} rows (bare: read the workbook and COPY; goal {IMPORT_GOAL:g} × bare)"
        )
        self.stdout.write(f"{'':<28}{'s':>8}{'CPU s':>8}{'ratio':>8}{'CPU':>8}")
        for name, key in (
            ("bare", "bare"),
            ("read, check and save", "first"),
            ("the same file again", "again"),
        ):
            one = found[key]
            self.stdout.write(
                f"{name:<28}{one.wall:>8.1f}{one.cpu:>8.1f}"
                f"{one.wall / found['bare'].wall:>8.2f}{one.cpu / found['bare'].cpu:>8.2f}"
            )
        self._verdict(found["ratio"] <= IMPORT_GOAL)

    def _contracts(self, found: dict[str, Any]) -> None:
        self._head(
            f"Contracts: {found['documents']} (bare: WeasyPrint on the same HTML; goal {CONTRACTS_GOAL} × bare)"
        )
        for name, key in (
            ("prices and numbers", "planning"),
            ("whole job, one process", "forming"),
            ("issuing, one process", "issued"),
            ("bare WeasyPrint", "bare"),
        ):
            self.stdout.write(f"{name:<28}{found[key]:>8.1f} s  {found[key] / found['bare']:>6.2f} × bare")
        self.stdout.write(
            f"{'PDFs by ' + str(found['workers']) + ' processes':<28}{found['by_workers']:>8.1f} s, by one "
            f"{found['by_one']:.1f} s: {found['scaling']:.2f} × as fast, "
            f"{found['cpu_growth']:.2f} × the processor time"
        )
        self._verdict(found["ratio"] <= CONTRACTS_GOAL)

    def _payments(self, found: dict[str, Any]) -> None:
        self._head(
            f"Bank statement of {found['rows']} receipts "
            f"(bare: read the workbook and COPY; goal {STATEMENT_GOAL:g} × bare)"
        )
        self.stdout.write(
            f"read, matched and booked {found['first']:.2f} s, the same file again {found['again']:.2f} s, "
            f"bare {found['bare']:.2f} s, ratio {found['ratio']:.2f}; {found['waiting']} wait"
        )
        self._verdict(found["ratio"] <= STATEMENT_GOAL)
        self._head(
            f"Debts of {found['students']} students on a day (bare: one SQL; goal {DEBTS_GOAL:g} × bare)"
        )
        self.stdout.write(
            f"found in {found['debts'] * 1000:.0f} ms, bare {found['bare_debts'] * 1000:.0f} ms, "
            f"ratio {found['debts_ratio']:.2f}"
        )
        self._verdict(found["debts_ratio"] <= DEBTS_GOAL)

    def _pages(self) -> None:
        self._head(
            f"Pages at {Student.objects.count()} students (bare: the same rows by one statement; "
            f"goal {QUERIES_GOAL} queries, median {PAGE_GOAL} ms)"
        )
        self.stdout.write(
            f"{'page':<16}{'queries':>8}{'median ms':>11}{'CPU ms':>8}{'SQL ms':>8}{'bare ms':>9}{'ratio':>7}"
        )
        measured = measure_pages()
        for one in measured:
            self.stdout.write(
                f"{one.name:<16}{one.queries:>8}{one.page_ms:>11.1f}{one.cpu_ms:>8.1f}{one.sql_ms:>8.1f}"
                f"{one.bare_ms:>9.1f}{one.ratio:>7.1f}"
            )
        self._verdict(all(one.queries <= QUERIES_GOAL and one.page_ms <= PAGE_GOAL for one in measured))

    def _contingent(self) -> None:
        found = bench_contingent()
        self._head(
            f"Contingent at a past date: {found['students']} students, {found['placements']} placements "
            f"(bare: the same SQL; goal {CONTINGENT_GOAL} × bare)"
        )
        self.stdout.write(
            f"cut {found['seconds'] * 1000:.1f} ms, bare {found['bare_seconds'] * 1000:.1f} ms, "
            f"ratio {found['ratio']:.2f}"
        )
        self._verdict(found["ratio"] <= CONTINGENT_GOAL)

    def _study(self, found: dict[str, Any]) -> None:
        self._head(
            f"Registrations of a half-year: {found['registrations']} "
            f"(bare: one INSERT … SELECT; goal {STUDY_GOAL:g} × bare)"
        )
        self.stdout.write(
            f"registering {found['registering_seconds']:.2f} s, bare {found['bare_seconds']:.2f} s, "
            f"ratio {found['ratio']:.2f}; {found['teachings']} teachings formed in {found['forming_seconds']:.2f} s"
        )
        self._verdict(found["ratio"] <= STUDY_GOAL)

    def _head(self, text: str) -> None:
        self.stdout.write(f"\n{text}", self.style.MIGRATE_HEADING)

    def _verdict(self, good: bool) -> None:
        self.stdout.write(
            "goal reached" if good else "goal missed", self.style.SUCCESS if good else self.style.WARNING
        )

    def _tasks(self) -> None:
        found = measure_tasks()
        self._head(f"A task given to {found['students']} students, and its points (bare: one statement each)")
        self.stdout.write(
            f"given, checked and told {found['giving'] * 1000:.0f} ms, bare {found['bare'] * 1000:.0f} ms, "
            f"ratio {found['ratio']:.2f}; points {found['reading'] * 1000:.2f} ms, "
            f"bare {found['bare_reading'] * 1000:.2f} ms, ratio {found['reading_ratio']:.2f}"
        )
        self._verdict(found["reading"] * 1000 <= PAGE_GOAL and found["giving"] < 1)

    def _promotion(self, count: int) -> None:
        found = measure_promotion(count)
        self._head(
            f"Promotion of {found['students']} students (bare: one INSERT … SELECT; goal {PROMOTION_GOAL:g} × bare)"
        )
        self.stdout.write(
            f"formed with all checks {found['forming']:.1f} s; executed {found['executing']:.2f} s, "
            f"bare {found['bare']:.2f} s, ratio {found['ratio']:.2f}"
        )
        self._verdict(found["ratio"] <= PROMOTION_GOAL)

    def _attendance(self, rows: int) -> None:
        found = measure_attendance(rows)
        self._head(
            f"Absences of a faculty by group among {found['rows']} (bare: one SQL; goal {ATTENDANCE_GOAL:g} × bare)"
        )
        self.stdout.write(
            f"summary {found['seconds'] * 1000:.0f} ms, bare {found['bare'] * 1000:.0f} ms, ratio {found['ratio']:.2f}"
        )
        journal = found["journal"]
        for name in ("open", "save"):
            self.stdout.write(
                f"journal of {journal['students']} students, {name}: {journal[f'{name}_queries']} queries, "
                f"{journal[f'{name}_ms']:.1f} ms"
            )
        self._verdict(
            found["ratio"] <= ATTENDANCE_GOAL
            and max(journal["open_queries"], journal["save_queries"]) <= QUERIES_GOAL
        )

    def _grading(self) -> None:
        found = measure_gpa()
        self._head(f"GPA of everybody: {found['rows']} rows (bare: one SQL; goal {GPA_GOAL:g} × bare)")
        self.stdout.write(
            f"computed {found['seconds']:.2f} s, bare {found['bare']:.2f} s, ratio {found['ratio']:.2f}"
        )
        self._verdict(found["ratio"] <= GPA_GOAL)
        sheet = measure_sheet()
        self._head(
            f"A grade sheet of {sheet['students']} (goal {QUERIES_GOAL} queries, median {PAGE_GOAL} ms)"
        )
        for name in ("open", "save"):
            self.stdout.write(
                f"{name:<8}{sheet[f'{name}_queries']:>4} queries {sheet[f'{name}_ms']:>8.1f} ms"
            )
        self._verdict(
            all(
                sheet[f"{one}_queries"] <= QUERIES_GOAL and sheet[f"{one}_ms"] <= PAGE_GOAL
                for one in ("open", "save")
            )
        )
