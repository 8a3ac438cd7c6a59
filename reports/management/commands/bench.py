"""``manage.py bench`` — times, sizes and ratios to a bare limit measured in the same run."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

import reports.bench  # noqa: F401 - declares the parts
from reports.bench.parts import PARTS, Out
from reports.demo.build import build
from structure.models import University


class Command(BaseCommand):
    help = "Measures import, contracts, pages and sets on a demo; give it a database of its own (make bench)."

    def add_arguments(self, parser):
        parser.add_argument("--students", type=int, default=40_000, help="of the demo university (40000)")
        for part in PARTS.values():
            for name, (size, meaning) in part.sizes.items():
                parser.add_argument(f"--{name}", type=int, default=size, help=f"{meaning} ({size})")
        parser.add_argument("--only", choices=list(PARTS), nargs="*", default=list(PARTS))

    def handle(self, *, students: int, only: list[str], **options) -> None:
        if settings.PRODUCTION:
            raise CommandError("The benchmark writes invented people: never in production.")
        if not University.objects.exists():
            self.stdout.write(f"Demo university with {students} students (once)")
            build(students=students, tell=lambda text: self.stdout.write(f"  {text}"))
        out = Out(self.stdout, self.style)
        for name in only:
            PARTS[name].measure(out, options)
