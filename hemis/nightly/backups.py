"""The backups that lie in ``BACKUP_FOLDER``: which there are, which was restored in rehearsal, and their files.

A backup is made by ``deploy/backup.sh`` and rehearsed by ``deploy/rehearse-restore.sh``, which writes what came
back into the backup's own ``REHEARSED``.
"""

from __future__ import annotations

import datetime
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from hemis.nightly.steps import StepError

BACKUP_SECONDS = 4 * 3600
STAMP = re.compile(r"\d{8}T\d{6}Z")
FILES = ("database.dump", "media.tar.gz", "SHA256SUMS")
REHEARSED = "REHEARSED"


@dataclass(frozen=True)
class Backup:
    """One folder: when it was made (UTC in its name), its files with their bytes, what a rehearsal said."""

    stamp: str
    made_at: datetime.datetime
    files: dict[str, int]
    rehearsed_at: datetime.datetime | None
    rehearsal: str

    @property
    def size(self) -> int:
        return sum(self.files.values())


def in_folder() -> list[Backup]:
    """All backups, the newest first; none where no folder is named or it cannot be read."""
    folder = Path(settings.BACKUP_FOLDER) if settings.BACKUP_FOLDER else None
    if folder is None or not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        return []
    return [_read(one) for one in sorted(folder.iterdir(), reverse=True) if STAMP.fullmatch(one.name)]


def _read(folder: Path) -> Backup:
    made = datetime.datetime.strptime(folder.name, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    files = {name: (folder / name).stat().st_size for name in FILES if (folder / name).is_file()}
    said = folder / REHEARSED
    if not said.is_file():
        return Backup(folder.name, made, files, None, "")
    at = datetime.datetime.fromtimestamp(said.stat().st_mtime, tz=datetime.UTC)
    return Backup(
        folder.name, made, files, at, said.read_text(encoding="utf-8", errors="replace").strip()[:500]
    )


def file_of(stamp: str, name: str) -> Path | None:
    """A file of a backup; nothing for a name that no backup has."""
    if not settings.BACKUP_FOLDER or not STAMP.fullmatch(stamp) or name not in FILES:
        return None
    found = Path(settings.BACKUP_FOLDER) / stamp / name
    return found if found.is_file() else None


def make() -> str:
    """Make a backup; its folder.

    Raises:
        StepError: the script failed, took too long, or the owner's address of the database is missing.
    """
    return _run("backup.sh", missing=_("The backup needs DATABASE_OWNER_URL."),
                late=_("The backup did not end within four hours."),
                failed=_("The backup failed: %(why)s"))  # fmt: skip


def rehearse() -> str:
    """Restore the newest backup into a database of its own and remove it; what came back.

    Raises:
        StepError: it does not restore.
    """
    return _run("rehearse-restore.sh", missing=_("The rehearsal needs DATABASE_OWNER_URL."),
                late=_("The rehearsal did not end within four hours."),
                failed=_("The newest backup does not restore: %(why)s"))  # fmt: skip


def _run(script: str, *, missing: str, late: str, failed: str) -> str:
    if not os.environ.get("DATABASE_OWNER_URL"):
        raise StepError(missing)
    try:
        done = subprocess.run(
            ["bash", str(settings.BASE_DIR / "deploy" / script), str(settings.BACKUP_FOLDER)],
            env=os.environ | {"HEMIS_HOME": str(settings.HEMIS_HOME)},
            capture_output=True, text=True, timeout=BACKUP_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise StepError(late) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise StepError(failed % {"why": last[:500]})
    return done.stdout.strip().splitlines()[-1]
