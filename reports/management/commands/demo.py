"""``manage.py demo`` — a demo university, the same every time."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from hemis.access import duties
from hemis.access.models import RoleAssignment
from hemis.jobs.memory import collector_rests
from reports.demo import PASSWORD
from reports.demo.build import NotEmpty, build


class Command(BaseCommand):
    help = "Fills an empty database with a demo university, or prints its logins."

    def add_arguments(self, parser):
        parser.add_argument(
            "--students", type=int, default=2000, help="how many students (default 2000, up to 40000)"
        )
        parser.add_argument(
            "--force", action="store_true", help="empty the database first (needs the owner's rights)"
        )
        parser.add_argument("--logins", action="store_true", help="only print one login for each role")

    def handle(self, *, students: int, force: bool, logins: bool, **options):
        if settings.PRODUCTION:
            raise CommandError("The demo is not for production: everyone knows its password.")
        if not logins:
            self._build(students, force=force)
        self._print_logins()

    def _build(self, students: int, *, force: bool) -> None:
        if not 1 <= students <= 100_000:
            raise CommandError("Between 1 and 100000 students.")
        # The papers of the demo are written in Uzbek, which a fresh checkout has not compiled yet.
        call_command("messages", compile=True, verbosity=0)
        if force:
            call_command("flush", interactive=False)
        try:
            with collector_rests():
                build(students=students, tell=lambda text: self.stdout.write(f"  {text}"))
        except NotEmpty:
            raise CommandError("There is a university already; --force empties the database first.") from None

    def _print_logins(self) -> None:
        """The first account of every role."""
        seen: dict[str, str] = {}
        for one in RoleAssignment.objects.in_force().select_related("user").order_by("pk"):
            seen.setdefault(one.role, one.user.login)
        if not seen:
            self.stdout.write("There are no accounts yet: manage.py demo")
            return
        self.stdout.write(f"Logins (password: {PASSWORD})")
        for role in duties.ROLES:
            if role in seen:
                self.stdout.write(f"  {seen[role]:<14} {duties.ROLES[role].title}")
