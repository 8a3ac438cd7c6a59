"""`make bench`: measures in a database of its own, kept under ``HEMIS_HOME``/bench for the next time.

Arguments go to ``manage.py bench``: ``python -m hemis.ops.bench --students 4000 --only pages``.
"""

from __future__ import annotations

import os
import subprocess
import sys

from hemis import embedded
from hemis.ops.run import ROOT

COLLECT = "import django; django.setup(); from hemis.ops.prepare import collect_static; collect_static()"


def _step(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True)


def main() -> int:
    """Start the servers, migrate, measure, stop what was started; the exit code of what failed."""
    os.environ["HEMIS_HOME"] = str(embedded.home() / "bench")
    os.environ["DJANGO_SETTINGS_MODULE"] = "hemis.settings"
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    try:
        embedded.postgres_dsn(role=embedded.APP_ROLE)
        os.environ["REDIS_URL"] = embedded.start_valkey()
        _step("manage.py", "migrate", "--verbosity", "0")
        _step("manage.py", "messages", "--compile")
        _step("-c", COLLECT)
        _step("manage.py", "bench", *sys.argv[1:])
    except subprocess.CalledProcessError as error:
        return error.returncode
    except KeyboardInterrupt:
        return 130
    finally:
        embedded.stop_valkey()
        embedded.stop_postgres()
    return 0


if __name__ == "__main__":
    sys.exit(main())
