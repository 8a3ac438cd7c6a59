"""`make run`: starts everything, says where it is, stops all it started, keeps the data."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from hemis import embedded
from hemis.ops import run

FORGOTTEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "HEMIS_ENV", "PUBLIC_URL")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def start(home):
    """Starts the supervisor; one that a failed test leaves behind is asked to stop everything."""
    started = []

    def begin(port: int) -> subprocess.Popen:
        environment = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
        process = subprocess.Popen(
            [sys.executable, "-m", "hemis.ops.run"],
            cwd=embedded.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=environment | {"HEMIS_HOME": str(home), "PORT": str(port), "DEMO_STUDENTS": "12"},
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.wait()
        process.stdout.close()


def lines_until_up(process: subprocess.Popen) -> str:
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "HEMIS: http" in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_runs_stops_and_keeps_the_data(start, home):
    port = free_port()
    first = start(port)
    said = lines_until_up(first)
    assert "Demo university" in said
    for login in ("hr", "dean1", "accounting", "rector", "admin"):
        assert f"  {login} " in said
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        checks = json.load(answer)["checks"]
    assert checks["database"] and checks["migrations"] and checks["redis"]

    twice = start(free_port())
    assert "already runs" in twice.communicate()[0]
    assert twice.returncode == 1

    first.send_signal(signal.SIGINT)
    first.communicate()
    assert first.returncode == 0
    assert not is_open(port)
    assert not (home / "pg" / "postmaster.pid").exists()
    assert not (home / "valkey" / "pid").exists()

    second = start(port)
    said = lines_until_up(second)
    assert "Demo university" not in said
    assert "Static files" not in said
    second.terminate()
    second.communicate()
    assert second.returncode == 0
    assert not (home / "pg" / "postmaster.pid").exists()


def test_a_port_in_use_is_named_before_anything_starts(start, home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(port)
        said = process.communicate()[0]
    assert f"Port {port}" in said
    assert "PORT=8001 make run" in said
    assert process.returncode == 1
    assert not (home / "pg").exists()


def test_what_does_not_stop_is_killed(monkeypatch):
    monkeypatch.setattr(run, "STOP_SECONDS", 0)
    program = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); signal.pause()"
    )
    stubborn = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True
    )
    stubborn.stdout.readline()
    run._stop([stubborn])
    assert stubborn.returncode == -signal.SIGKILL
    stubborn.stdout.close()


def test_what_a_child_has_started_is_stopped_with_it():
    """A worker that was told to stop while it started has left its beat process behind."""
    program = (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', "
        "'import signal; print(1, flush=True); signal.pause()']); sys.stdin.readline()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    parent.stdout.readline()
    run._stop([parent])
    # The pipe ends only when nobody holds its other end any more.
    assert parent.stdout.read() == b""
    parent.stdin.close()
    parent.stdout.close()
