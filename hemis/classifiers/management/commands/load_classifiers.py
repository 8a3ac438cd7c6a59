"""``manage.py load_classifiers FILE`` — take over the ministry's lists."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from hemis.classifiers.loading import BadClassifierFile, Change, load, read_ministry_file


class Command(BaseCommand):
    help = "Loads national classifiers from the ministry's JSON file: adds, renames, retires, never deletes."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only tell what would change")

    def handle(self, *, file: Path, dry_run: bool, verbosity: int, **options):
        try:
            lists = read_ministry_file(file)
        except BadClassifierFile as error:
            raise CommandError(str(error)) from error
        with transaction.atomic():
            changes = load(lists)
            transaction.set_rollback(dry_run)
        for change in filter(None, changes):
            self._tell(change, details=verbosity > 1)
        changed = sum(map(bool, changes))
        count = sum(len(data.options) for data in lists)
        self.stdout.write(f"{len(lists)} lists, {count} options read; {changed or 'no'} lists changed.")
        if dry_run:
            self.stdout.write("Nothing was written.")

    def _tell(self, change: Change, *, details: bool) -> None:
        counts: dict[str, list] = {
            "added": change.added, "renamed": change.renamed, "moved": change.moved,
            "retired": change.retired, "in use again": change.reinstated,
        }  # fmt: skip
        told = ", ".join(f"{len(items)} {verb}" for verb, items in counts.items() if items) or "new"
        self.stdout.write(f"{change.list_code}: {told}")
        limit = None if details else 5
        for code, name in change.added[:limit]:
            self.stdout.write(f"  + {code} {name}")
        for code, was, now in change.renamed[:limit]:
            self.stdout.write(f"  ~ {code or 'name of the list'}: {was} -> {now}")
        for code, name in change.retired:
            self.stdout.write(f"  - {code} {name} (retired)")
        for code, name in change.reinstated:
            self.stdout.write(f"  + {code} {name} (in use again)")
