"""`manage.py migrate`: Django's own, with states that are not drawn for nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from hemis.access.migrating import sparing_states


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with sparing_states():
            super().handle(*args, **options)
