"""``manage.py bench`` — times, sizes and ratios to a bare limit measured in the same run."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.bench import measure_pages
from reports.demo.build import build
from structure.models import University
from students.models import Student

PARTS = ("pages", "import", "contracts")


class Command(BaseCommand):
    help = "Measures import, contracts and pages in a database of its own (make bench)."

    def add_arguments(self, parser):
        parser.add_argument("--students", type=int, default=40_000)
        parser.add_argument("--only", choices=PARTS, nargs="*", default=PARTS)

    def handle(self, *, students: int, only: list[str], **options):
        if settings.PRODUCTION:
            raise CommandError("The benchmark writes invented people: never in production.")
        if not University.objects.exists():
            self.stdout.write(f"Demo university with {students} students (once)")
            build(students=students, tell=lambda text: self.stdout.write(f"  {text}"))
        if "pages" in only:
            self._pages()

    def _pages(self) -> None:
        self.stdout.write(f"\nPages at {Student.objects.count()} students (goal: at most 12 queries, 30 ms)")
        self.stdout.write(f"{'page':<16}{'queries':>8}{'median ms':>11}{'bare ms':>9}{'ratio':>7}")
        for one in measure_pages():
            self.stdout.write(
                f"{one.name:<16}{one.queries:>8}{one.page_ms:>11.1f}{one.bare_ms:>9.1f}{one.ratio:>7.1f}"
            )
