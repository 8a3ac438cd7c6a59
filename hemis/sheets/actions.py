"""Uploading, checking and confirming sheets."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from hemis.jobs.actions import start
from hemis.jobs.memory import collector_rests
from hemis.jobs.models import Job
from hemis.sheets.declaration import SHEETS, Checked, Saved, Sheet
from hemis.sheets.models import SheetFault, SheetImport
from hemis.sheets.reading import SheetRefused


def upload(
    *, access: Access, code: str, file: UploadedFile, params: dict[str, Any]
) -> tuple[SheetImport, Job]:
    """Keep the file and start its check; uploads past their time are removed on the way.

    Raises:
        PermissionDenied: without the duty of this sheet.
    """
    access.require(SHEETS[code].permission)
    assert access.user is not None  # the duty is somebody's
    remove_old()
    name = (file.name or "")[:255]
    found = SheetImport.objects.create(sheet=code, owner=access.user, name=name, file=file, params=params)
    title = _("Checking: %(file)s") % {"file": name}
    return found, start("sheets.check", user=access.user, params={"import": found.pk}, title=title)


def remove_old(now: datetime.datetime | None = None) -> int:
    """Remove uploads older than ``SHEETS_KEEP_DAYS`` with their files: they hold personal data."""
    before = (now or timezone.now()) - datetime.timedelta(days=settings.SHEETS_KEEP_DAYS)
    old = list(SheetImport.objects.filter(created_at__lt=before))
    for one in old:
        one.file.delete(save=False)
        one.delete()
    return len(old)


def read_and_check(found: SheetImport, access: Access) -> tuple[Sheet, Checked]:
    """The sheet that has read the file, with what its check finds now.

    The same sheet plans and saves: what it learnt of the file (an account in its head) goes with it.

    Raises:
        SheetRefused: the file cannot be taken.
        PermissionDenied: the owner has lost the duty meanwhile.
    """
    access.require(SHEETS[found.sheet].permission)
    try:
        with found.file.open("rb") as file:
            content = file.read()
    except OSError as error:
        raise SheetRefused(_("The file is no longer kept; upload it again.")) from error
    sheet = SHEETS[found.sheet](access, found.params | {"file": found.name})
    return sheet, sheet.check(sheet.read(content))


@transaction.atomic
@collector_rests()
def check(found: SheetImport, access: Access) -> None:
    """Keep what the check finds and what confirming would change, or why the file is refused."""
    try:
        sheet, checked = read_and_check(found, access)
    except SheetRefused as refusal:
        found.state, found.refusal = SheetImport.REFUSED, str(refusal)
        found.save(update_fields=["state", "refusal"])
        return
    _keep(found, sheet, checked)


def _keep(found: SheetImport, sheet: Sheet, checked: Checked) -> None:
    planned, shown = sheet.plan(checked.good), sheet.preview(checked.good)
    found.faults.all().delete()
    SheetFault.objects.bulk_create(
        [SheetFault(sheet_import=found, **asdict(fault)) for fault in checked.faults], batch_size=2000
    )
    found.state, found.total, found.good = SheetImport.CHECKED, checked.total, len(checked.good)
    found.notices = [asdict(notice) for notice in checked.notices]
    found.preview = asdict(shown) if shown else {}
    _count(found, planned)
    found.save()


def _count(found: SheetImport, saved: Saved) -> None:
    found.added, found.changed, found.unchanged = saved.added, saved.changed, saved.unchanged


@transaction.atomic
@collector_rests()
def confirm(found: SheetImport, access: Access) -> Saved | None:
    """Save the good rows in one transaction; twice is once.

    The file is checked anew, for others work meanwhile. When that finds other
    faults than the preview showed, nothing is saved, the preview is made anew and
    the answer is None.

    Raises:
        SheetRefused: somebody saved the same people at the same moment.
    """
    locked = SheetImport.objects.select_for_update().get(pk=found.pk)
    if locked.state != SheetImport.CHECKED:
        return Saved(locked.added, locked.changed, locked.unchanged)
    sheet, checked = read_and_check(locked, access)
    shown = set(locked.faults.values_list("row", "column", "fault"))
    if shown != {(one.row, one.column, one.fault) for one in checked.faults}:
        _keep(locked, sheet, checked)
        return None
    try:
        with transaction.atomic():
            saved = sheet.save(checked.good)
    except IntegrityError as error:
        raise SheetRefused(_("Somebody saved the same people at this moment; confirm once more.")) from error
    _count(locked, saved)
    locked.state, locked.confirmed_at = SheetImport.CONFIRMED, timezone.now()
    locked.save()
    return saved
