"""``manage.py nightly`` — the night's work: due orders, reminders, expiry, checks, backup."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from hemis.nightly import actions, models
from hemis.nightly.steps import in_order

BUSY = 75


class Command(BaseCommand):
    help = (
        "Does the night's work, step by step. Run twice on a day it does only what is left. "
        "Exits with 1 when a step failed or found something, with 75 when another run is at work."
    )

    def add_arguments(self, parser):
        parser.add_argument("--list", action="store_true", help="only name the steps")

    def handle(self, **options):
        if options["list"]:
            for step in in_order():
                self.stdout.write(f"{step.code}: {step.title}")
            return
        try:
            night = actions.run(tell=self._tell)
        except actions.Busy as busy:
            raise CommandError("Another run is at work; this one does nothing.", returncode=BUSY) from busy
        steps = night.steps.count()
        self.stdout.write(f"{night.day}: {steps} steps done now, {night.already} done before: {night.state}")
        if night.state != models.DONE:
            raise CommandError("Something failed or wants attention; see above.", returncode=1)

    def _tell(self, step, title):
        if step is None:
            self.stdout.write(f"done before: {title}")
            return
        self.stdout.write(f"{step.state}: {title}: {step.said or step.problem or '—'}")
        for finding in step.findings:
            self.stderr.write(f"  ! {finding['title']} ({finding['count']})")
            for example in finding["examples"]:
                self.stderr.write(f"      {example}")
