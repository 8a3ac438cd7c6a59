"""`manage.py import_admission FILE`: the admission list without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from hemis.access.history import acting
from hemis.access.scope import NOBODY, Access, Scope
from hemis.sheets.reading import SheetRefused, read_table
from structure.models import Unit
from students.queries import current_year
from students.sheets import AdmissionSheet


class _Operator(Access):
    """The operator at the console: the whole university, or one faculty."""

    def __init__(self, reach: Scope = NOBODY):
        super().__init__()
        self.reach = reach

    def can(self, permission: str) -> bool:
        return True

    def scope(self, permission: str) -> Scope:
        return self.reach


class Command(BaseCommand):
    help = "Check an admission list and, unless --dry-run, save its good rows as candidates."

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--faculty", help="code of the faculty; without it the whole university")
        parser.add_argument("--year", type=int, help="entry year; the current academic year without it")
        parser.add_argument("--dry-run", action="store_true", help="check only")
        parser.add_argument("--report", help="write the faults to this JSON file")

    def handle(self, *args, **options):
        with translation.override("uz"):
            self._handle(options)

    def _handle(self, options):
        access = _Operator(self._reach(options["faculty"]))
        declared = AdmissionSheet(access, {"year": options["year"] or current_year()})
        try:
            checked = declared.check(read_table(Path(options["file"]).read_bytes()))
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}") from error
        except SheetRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["report"]:
            report = json.dumps([fault.as_json() for fault in checked.faults], ensure_ascii=False, indent=1)
            Path(options["report"]).write_text(report + "\n", encoding="utf-8")
        for notice in checked.notices:
            example = f"“{notice.before}” → “{notice.after}”"
            self.stdout.write(f"{notice.column}: {notice.kind}: {notice.count} × {example}")
        for fault in checked.faults:
            self.stdout.write(f"{fault.row} {fault.column}: {fault.message} {fault.hint}".rstrip())
        self.stdout.write(f"{checked.total} rows, {len(checked.good)} good, {len(checked.faults)} faults")
        self.stdout.write(self._saved(declared, checked.good, options["dry_run"]))

    @staticmethod
    def _saved(declared: AdmissionSheet, rows: list[dict[str, Any]], dry_run: bool) -> str:
        with transaction.atomic(), acting(None, "import_admission"):
            done = declared.plan(rows) if dry_run else declared.save(rows)
        if not done.added and not done.changed:
            return f"nothing to change: {done.unchanged} rows are there already"
        words = ("to add", "to change") if dry_run else ("added", "changed")
        return f"{words[0]} {done.added}, {words[1]} {done.changed}, already there {done.unchanged}"

    def _reach(self, code: str | None) -> Scope:
        if not code:
            return Scope(everything=True)
        faculty = Unit.objects.faculties().filter(code=code).first()
        if faculty is None:
            raise CommandError(f"There is no faculty {code}.")
        return Scope(faculty_ids=frozenset({faculty.pk}))
