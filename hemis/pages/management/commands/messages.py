"""``manage.py messages`` — compile the message catalogues, extract them, tell what is missing."""

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from hemis.ops import translations

IGNORED = [".venv", ".hemis", "node_modules", "static/*", "tests/*", "docs/*"]


class Command(BaseCommand):
    help = "Compiles the messages (uz, uz-cyrl, ru) and counts what is missing; only --collect needs gettext."

    def add_arguments(self, parser):
        parser.add_argument("--collect", action="store_true", help="collect the messages of the code first")
        parser.add_argument(
            "--compile", action="store_true", help="only compile what changed, and say nothing more"
        )
        parser.add_argument("--check", action="store_true", help="fail when a message has no translation")

    def handle(self, *, collect: bool, check: bool, verbosity: int, **options):
        if collect:
            self._collect()
        for path in translations.compile_catalogues(force=collect):
            self.stdout.write(f"compiled {path.relative_to(translations.LOCALE)}", self.style.SUCCESS)
        if options["compile"]:
            return
        missing = {language: translations.untranslated(language) for language in translations.languages()}
        for language, messages in missing.items():
            self.stdout.write(f"{language}: {len(messages)} without a translation")
            for message in messages if verbosity > 1 or check else []:
                self.stdout.write(f"  {message!r}")
        if check and any(missing.values()):
            raise CommandError("Messages without a translation.")

    def _collect(self) -> None:
        call_command(
            "makemessages", locale=list(translations.WRITTEN), ignore_patterns=IGNORED, add_location="file",
            no_wrap=True, no_obsolete=True, verbosity=0,
        )  # fmt: skip
        for language in translations.WRITTEN:
            translations.tidy(language)
