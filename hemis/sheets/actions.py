"""Checking and confirming uploaded sheets."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from hemis.access.scope import Access
from hemis.sheets.declaration import SHEETS, Checked, Saved
from hemis.sheets.models import SheetFault, SheetImport
from hemis.sheets.reading import SheetRefused, Table, read_table


def read_and_check(found: SheetImport, access: Access) -> tuple[Table, Checked]:
    """The file's table and what the check finds in it now.

    Raises:
        SheetRefused: the file cannot be taken.
        PermissionDenied: the owner has lost the duty meanwhile.
    """
    declared = SHEETS[found.sheet]
    access.require(declared.permission)
    with found.file.open("rb") as file:
        table = read_table(file.read())
    return table, declared(access, found.params).check(table)


@transaction.atomic
def check(found: SheetImport, access: Access) -> None:
    """Keep what the check finds, or why the file is refused."""
    try:
        _table, checked = read_and_check(found, access)
    except SheetRefused as refusal:
        found.state, found.refusal = SheetImport.REFUSED, str(refusal)
        found.save(update_fields=["state", "refusal"])
        return
    found.faults.all().delete()
    SheetFault.objects.bulk_create(
        [SheetFault(sheet_import=found, **asdict(fault)) for fault in checked.faults], batch_size=2000
    )
    found.state, found.total, found.good = SheetImport.CHECKED, checked.total, len(checked.good)
    found.notices = [asdict(notice) for notice in checked.notices]
    found.save(update_fields=["state", "total", "good", "notices"])


@transaction.atomic
def confirm(found: SheetImport, access: Access) -> Saved:
    """Save the good rows, checked anew, in one transaction; twice is once."""
    locked = SheetImport.objects.select_for_update().get(pk=found.pk)
    if locked.state != SheetImport.CHECKED:
        return Saved(locked.added, locked.changed, locked.unchanged)
    _table, checked = read_and_check(locked, access)
    saved = SHEETS[locked.sheet](access, locked.params).save(checked.good)
    locked.state, locked.confirmed_at = SheetImport.CONFIRMED, timezone.now()
    locked.added, locked.changed, locked.unchanged = saved.added, saved.changed, saved.unchanged
    locked.save(update_fields=["state", "confirmed_at", "added", "changed", "unchanged"])
    return saved
