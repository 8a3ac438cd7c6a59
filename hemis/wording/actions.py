"""What changes own texts: one function a verb, one transaction each (duty A)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from hemis.access.scope import Access
from hemis.wording import overlay
from hemis.wording.models import OWN_COLUMNS, Text

EDIT = "wording.edit"


def written(text: Text) -> None:
    """The own texts of the row are about to be saved: they are up to date with the program's again."""
    text.is_outdated, text.changed_at = False, timezone.now()


def announce() -> None:
    """Other processes are told once the transaction is committed."""
    transaction.on_commit(overlay.announce)


@transaction.atomic
def to_program(texts: Iterable[Text], *, access: Access) -> int:
    """Back to what the program says, in all languages; how many had an own text.

    Raises:
        PermissionDenied: without the duty.
    """
    access.require(EDIT)
    keys = [one.pk for one in texts]
    rows = list(Text.objects.own().filter(pk__in=keys).select_for_update(of=("self",)))
    for one in rows:
        for column in OWN_COLUMNS:
            setattr(one, column, "")
        one.version += 1
        written(one)
    Text.objects.bulk_update(rows, [*OWN_COLUMNS, "is_outdated", "changed_at", "version"], batch_size=1000)
    announce()
    return len(rows)
