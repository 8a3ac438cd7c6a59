"""`make run`: everything a demo needs, started in order and stopped together.

PostgreSQL, Valkey, migrations, the demo university, web server and worker. Ctrl-C
or SIGTERM stops all of it; the data stay under ``HEMIS_HOME``. ``PORT`` (8000) and
``BIND`` (127.0.0.1) say where it is served.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hemis import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable
STOP_SECONDS = 15


class CannotStart(Exception):
    """Why the program cannot be started, for the person at the terminal."""


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM, or the terminal was closed."""


def _say(text: str) -> None:
    print(f"── {text}", flush=True)


def _step(*arguments: str) -> None:
    subprocess.run([PYTHON, *arguments], cwd=ROOT, check=True, start_new_session=True)


@contextmanager
def _only_one() -> Iterator[None]:
    """One `make run` for each HEMIS_HOME.

    Raises:
        CannotStart: another one runs.
    """
    with (embedded.prepare_home() / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"HEMIS already runs on {embedded.home()}. For a second copy: HEMIS_HOME=… PORT=… make run"
            ) from None
        yield


def _check_port(bind: str, port: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, int(port)))
        except (OSError, ValueError, OverflowError) as error:
            raise CannotStart(
                f"Port {port} cannot be used ({error}). Choose another: PORT=8001 make run"
            ) from None


def _start_children(bind: str, port: str) -> list[subprocess.Popen]:
    """Web and worker, each in a session of its own so that Ctrl-C reaches only this process."""
    workers = str(max(2, os.cpu_count() or 2))
    web = ["gunicorn", "hemis.wsgi", "--bind", f"{bind}:{port}", "--workers", workers, "--threads", "2"]
    # The program is loaded once, then forked.
    web += ["--preload", "--log-level", "warning", "--timeout", "60", "--graceful-timeout", "5"]
    worker = ["celery", "--quiet", "-A", "hemis", "worker", "--beat", "--loglevel", "WARNING", "-Ofair"]
    worker += ["--concurrency", workers]
    return [
        subprocess.Popen([PYTHON, "-m", *command], cwd=ROOT, start_new_session=True)
        for command in (web, worker)
    ]


def _answers(port: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", int(port)), timeout=2) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def _watch(children: list[subprocess.Popen], port: str) -> int:
    """Say when the pages are there, then wait; the code of the first child that ends by itself."""
    said = False
    while all(child.poll() is None for child in children):
        if not said and _answers(port):
            said = True
            _say(f"HEMIS: http://localhost:{port}  (Ctrl-C stops everything)")
        time.sleep(0.5 if said else 0.1)
    ended = next(child for child in children if child.returncode is not None)
    _say(f"This ended by itself (code {ended.returncode}): {ended.args!r}")
    return ended.returncode or 1


def _stop(children: list[subprocess.Popen]) -> None:
    """Ask nicely, then not; a job cut short goes on at the next start."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _kill_group(child.pid)
            child.wait()
        # A worker told to stop while it starts may leave its beat process behind.
        _kill_group(child.pid)


def _kill_group(leader: int) -> None:
    """Each child leads a process group of its own; whatever is left of it ends."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _serve() -> int:
    """Start all, wait, stop all that was started."""
    port = os.environ.setdefault("PORT", "8000")
    bind = os.environ.get("BIND", "127.0.0.1")
    os.environ.setdefault("PUBLIC_URL", f"http://localhost:{port}")
    _check_port(bind, port)
    own_database, own_valkey = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    children: list[subprocess.Popen] = []
    try:
        _say(f"Data: {embedded.home()}")
        if own_database:
            embedded.postgres_dsn(role=embedded.APP_ROLE)
        if own_valkey:
            os.environ["REDIS_URL"] = embedded.start_valkey()
        _say("Migrations")
        _step("manage.py", "migrate", "--verbosity", "0")
        _step("-m", "hemis.ops.prepare")
        children = _start_children(bind, port)
        return _watch(children, port)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _say("Stopping")
        _stop(children)
        if own_valkey:
            embedded.stop_valkey()
        if own_database:
            embedded.stop_postgres()


def _stop_signal(*_arguments) -> None:
    raise Stopped


def main() -> int:
    """The exit code: 0 when asked to stop, else that of what failed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemis.settings")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop_signal)
    try:
        with _only_one():
            return _serve()
    except Stopped:
        return 0
    except (CannotStart, embedded.EmbeddedServerError) as error:
        _say(str(error))
        return 1
    except subprocess.CalledProcessError as error:
        _say(f"This step failed: {' '.join(map(str, error.cmd[1:]))}")
        return error.returncode


if __name__ == "__main__":
    sys.exit(main())
