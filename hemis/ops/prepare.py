"""What `make run` does between the migrations and the first page: texts, static files, demo university."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

STAMP = "collected.sha256"


def _static_digest() -> str:
    """Names, sizes and dates of all static files: cheap, and different when one of them changes."""
    from django.contrib.staticfiles.finders import get_finders

    how = (settings.STORAGES["staticfiles"]["BACKEND"], settings.WHITENOISE_KEEP_ONLY_HASHED_FILES)
    digest = hashlib.sha256(repr(how).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static() -> bool:
    """Collect the static files when one has changed; whether it was needed."""
    stamp, digest = Path(settings.STATIC_ROOT) / STAMP, _static_digest()
    if stamp.exists() and stamp.read_text() == digest:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(digest)
    return True


def main() -> None:
    """Each step does nothing when it has been done before."""
    django.setup()
    from hemis.people.models import User

    call_command("messages", compile=True, verbosity=0)
    if collect_static():
        print("── Static files collected", flush=True)
    if User.objects.exists():
        call_command("demo", logins=True)
    else:
        print("── Demo university", flush=True)
        call_command("demo", students=int(os.environ.get("DEMO_STUDENTS", "2000")))


if __name__ == "__main__":
    main()
