"""``manage.py messages`` — compile the message catalogues, collect messages, tell what is missing."""

from django.core.management.base import BaseCommand, CommandError

from hemis.ops import extraction, translations


class Command(BaseCommand):
    help = "Compiles the messages (uz, uz-cyrl, ru) and counts what is missing; needs no gettext."

    def add_arguments(self, parser):
        parser.add_argument(
            "--collect",
            action="store_true",
            help="bring the catalogues in step with code and templates first (development only)",
        )
        parser.add_argument(
            "--compile", action="store_true", help="only compile what changed, and say nothing more"
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="fail when a message of the code is not in a catalogue, is there in vain or not translated",
        )

    def handle(self, *, collect: bool, check: bool, verbosity: int, **options):
        if collect:
            for language, changes in extraction.update_all().items():
                self._tell(language, changes)
        for path in translations.compile_catalogues(force=collect):
            self.stdout.write(f"compiled {path.relative_to(translations.LOCALE)}", self.style.SUCCESS)
        if options["compile"]:
            return
        missing = {language: translations.untranslated(language) for language in translations.languages()}
        for language, messages in missing.items():
            self.stdout.write(f"{language}: {len(messages)} without a translation")
            for message in messages if verbosity > 1 or check else []:
                self.stdout.write(f"  {message!r}")
        if check:
            self._check(missing)

    def _check(self, missing: dict[str, list[str]]) -> None:
        found = extraction.collect()
        changes = {language: extraction.difference(language, found) for language in translations.languages()}
        for language, one in changes.items():
            self._tell(language, one)
        if any(changes.values()):
            raise CommandError("The catalogues are not in step with the code: manage.py messages --collect")
        if any(missing.values()):
            raise CommandError("Messages without a translation.")

    def _tell(self, language: str, changes: extraction.Difference) -> None:
        for message in changes.missing:
            self.stdout.write(f"{language} + {message!r}")
        for message in changes.unused:
            self.stdout.write(f"{language} - {message!r}")
