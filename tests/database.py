"""Test databases are copied from one that was migrated once, for all parallel workers and the next run too."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import django
import psycopg
from django.db import connection

from hemis import embedded
from tests.emptying import keep_sown

ROOT = Path(__file__).resolve().parent.parent
LOCK = 73_003
PREFIX = "hemis_template_"
# What a migrated database is made of; the models' own changes come as migrations.
SOURCES = (
    "*/migrations/*.py",
    "hemis/*/migrations/*.py",
    "*/sql/*.sql",
    "hemis/access/*.py",
    "hemis/classifiers/*",
    "deploy/requirements.lock",
    "tests/emptying.py",
)


def template() -> str:
    """The name of a migrated database to copy; made now if there is none of these sources.

    A copy is migrated as well, which does nothing to an equal one: a template can
    save time, but cannot hide a migration.
    """
    name = PREFIX + _digest()
    facts = connection.settings_dict
    with psycopg.connect(
        dbname="postgres",
        host=facts["HOST"],
        port=facts["PORT"] or None,
        user=facts["USER"],
        password=facts["PASSWORD"] or None,
        autocommit=True,
    ) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        known = {row[0] for row in found}
        if name not in known:
            for old in known:
                server.execute(f'DROP DATABASE "{old}"')
            _let_owner_pass_triggers()
            _build(PREFIX + "unfinished")
            server.execute(f'ALTER DATABASE "{PREFIX}unfinished" RENAME TO "{name}"')
    return name


def _digest() -> str:
    digest = hashlib.sha256(django.__version__.encode())
    for path in sorted({path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()}):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _let_owner_pass_triggers() -> None:
    """Tests put tables back past their guards; only the embedded server's master can allow it.

    On a server of one's own: ``GRANT SET ON PARAMETER session_replication_role`` to the owner.
    """
    if os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL"):
        return
    with psycopg.connect(embedded.master_dsn(), autocommit=True) as server:
        server.execute(f"GRANT SET ON PARAMETER session_replication_role TO {embedded.OWNER_ROLE}")


def _build(name: str) -> None:
    """Create and migrate, as Django does for a test database; leave the connection as it was."""
    facts = connection.settings_dict
    before = facts["NAME"], facts["TEST"]["NAME"]
    facts["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        keep_sown()
    finally:
        connection.close()
        facts["NAME"], facts["TEST"]["NAME"] = before


if __name__ == "__main__":
    # Made beside lint and types, so that no test waits for it.
    import pytest  # noqa: F401 -- by it the settings know that they serve tests

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemis.settings")
    django.setup()
    template()
