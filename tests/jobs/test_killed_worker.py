"""A real worker on a real Valkey, killed in the middle: nothing is lost and nothing doubled."""

import os
import select
import signal
import subprocess
import sys
from urllib.parse import quote

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import connection

from hemis import embedded
from hemis.jobs import actions
from hemis.jobs.models import Job
from hemis.people.models import User
from tests.jobs.kinds import GATE, marks

# Only a guard against hanging for ever when the worker cannot start at all.
GUARD_SECONDS = 60


# Real commits, which another process sees.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def valkey(tmp_path, monkeypatch):
    monkeypatch.setenv("HEMIS_HOME", str(tmp_path / "home"))
    yield embedded.start_valkey()
    embedded.stop_valkey()


@pytest.fixture
def environment(transactional_db, valkey):
    """The worker sees the same database and the same broker, and no trace of pytest."""
    facts = connection.settings_dict
    database = f"postgresql://{facts['USER']}@/{facts['NAME']}?host={quote(str(facts['HOST']))}"
    if facts["PORT"]:
        database += f"&port={facts['PORT']}"
    return os.environ | {"DATABASE_URL": database, "REDIS_URL": valkey, "HEMIS_ENV": "development"}


@pytest.fixture
def worker(environment, tmp_path):
    """Starts a worker; whatever is left of it ends with the test."""
    started = []

    def run() -> subprocess.Popen:
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.jobs.worker"],
                env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        started.append(process)
        return process

    yield run
    for process in started:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    """The whole worker at once, as a power cut would."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:  # it ended by itself
        return
    process.wait()


def wait_for_line(pipe: int) -> None:
    ready, _, _ = select.select([pipe], [], [], GUARD_SECONDS)
    assert ready, "the worker never came to the gate"
    assert os.read(pipe, 100)


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    end = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    yield path, end
    os.close(end)


def test_killed_in_the_middle_it_resumes_without_loss_or_double(worker, pipe):
    path, end = pipe
    owner = User.objects.create_user("killed-worker")
    params = {"count": 40, "gate": "021", "pipe": str(path)}
    job = Job.objects.create(kind="tests.gate", title="Gate", owner=owner, params=params)

    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as gate:
        gate.execute("SELECT pg_advisory_xact_lock(%s)", [GATE])
        first = worker()
        wait_for_line(end)
        job.refresh_from_db()
        assert (job.state, job.cursor) == (Job.RUNNING, 20)
        assert marks(job.pk) == [f"{number:03}" for number in range(20)]
        kill(first)
        gate.rollback()

    second = worker()
    second.wait(GUARD_SECONDS)
    job.refresh_from_db()
    assert (job.state, job.cursor, job.attempts) == (Job.DONE, 40, 0)
    assert marks(job.pk) == [f"{number:03}" for number in range(40)]


def test_a_job_started_before_any_worker_is_done_when_one_comes(worker):
    owner = User.objects.create_user("killed-worker")
    job = actions.start("tests.mark", user=owner, params={"count": 3})
    Job.objects.filter(pk=job.pk).update(state=Job.WAITING, cursor=0, units=None)
    Group.objects.all().delete()
    worker().wait(GUARD_SECONDS)
    job.refresh_from_db()
    assert job.state == Job.DONE
    assert marks(job.pk) == ["000", "001", "002"]
