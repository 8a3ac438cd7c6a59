"""Steps and checks of the ground floor: sessions, links, uploads, the triggers themselves, the backup."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import FileField, Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.models import Activation, RoleAssignment
from hemis.nightly import backups, checks, steps
from hemis.nightly.checks import Check
from hemis.nightly.steps import NotSetUp, Outcome, Step

# A link that has lapsed is kept so long, for whoever asks why it does not open.
LINKS_KEPT = datetime.timedelta(days=90)


def expire(day: datetime.date) -> Outcome:
    """Sessions that have lapsed and old activation links go; roles that end today are counted.

    Roles need no closing: they hold from date to date.
    """
    sessions = Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
    links = Activation.objects.filter(expires_at__lt=timezone.now() - LINKS_KEPT).delete()[0]
    ended = RoleAssignment.objects.filter(valid_to=day - datetime.timedelta(days=1)).count()
    return Outcome({"sessions": sessions, "links": links, "roles": ended})


def backup(day: datetime.date) -> Outcome:
    """``deploy/backup.sh`` into ``BACKUP_FOLDER``, where the operator has named one.

    Raises:
        NotSetUp: no folder is named; another timer may make the backup.
        StepError: the script failed, or the owner's address of the database is missing.
    """
    if not settings.BACKUP_FOLDER:
        raise NotSetUp(_("No folder for backups is named (BACKUP_FOLDER)."))
    return Outcome({"folder": backups.make()})


def lost_files() -> Iterator[str]:
    """Uploads that rows name and the disk has not."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField):
                yield from _lost(model, field)


def _lost(model: type[Model], field: FileField) -> Iterator[str]:
    rows: Any = model._base_manager.exclude(**{field.attname: ""}).order_by("pk")
    for pk, name in rows.values_list("pk", field.attname).iterator(5000):
        if name and not field.storage.exists(name):
            yield f"{model._meta.verbose_name} {pk}: {name}"


steps.register(
    Step(
        "expiry",
        gettext_lazy("What has lapsed"),
        gettext_lazy(
            "%(sessions)s sessions and %(links)s old links removed; %(roles)s roles ended yesterday."
        ),
        expire,
        steps.FIRST,
    )
)
steps.register(
    Step(
        "integrity",
        gettext_lazy("Check of the data"),
        gettext_lazy("%(asked)s checks asked, %(found)s found something."),
        checks.ask_all,
        steps.LAST,
    )
)
steps.register(
    Step(
        "backup",
        gettext_lazy("Backup"),
        gettext_lazy("Written to %(folder)s."),
        backup,
        steps.LAST,
        atomic=False,
    )
)

checks.register(
    Check(
        "triggers",
        gettext_lazy("A guard or the history of a table is switched off."),
        sql="""
        SELECT t.tgrelid::regclass || ' · ' || t.tgname FROM pg_trigger t
          JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND t.tgenabled NOT IN ('O', 'A') ORDER BY 1
        """,
    )
)
checks.register(
    Check(
        "constraints",
        gettext_lazy("A rule of the database has not been checked against all rows."),
        sql="""
        SELECT c.conrelid::regclass || ' · ' || c.conname FROM pg_constraint c
          JOIN pg_namespace n ON n.oid = c.connamespace
         WHERE n.nspname = 'public' AND NOT c.convalidated ORDER BY 1
        """,
    )
)
checks.register(Check("files", gettext_lazy("An uploaded file is missing on the disk."), find=lost_files))
