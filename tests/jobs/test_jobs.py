"""Jobs: chunks, failures row by row, cancelling, retrying, interruption, scope."""

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from kombu.exceptions import OperationalError

from hemis.access.models import RoleAssignment
from hemis.access.scope import NOBODY
from hemis.jobs import actions, tasks
from hemis.jobs.kinds import KINDS
from hemis.jobs.models import Job, failure_key
from hemis.people.models import User
from tests.jobs.kinds import marks

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return User.objects.create_user("job-owner")


def start(owner, kind="tests.mark", **params):
    return actions.start(kind, user=owner, params={"count": 10} | params)


def units(*numbers):
    return [f"{number:03}" for number in numbers]


def test_every_unit_is_done_once(owner):
    job = actions.run_now(start(owner))
    assert (job.state, job.cursor, job.total, job.percent) == (Job.DONE, 10, 10, 100)
    assert marks(job.pk) == units(*range(10))
    assert job.message == "marked 10"


def test_a_finished_job_is_not_done_again(owner):
    job = actions.run_now(start(owner))
    actions.run(job.pk)
    assert len(marks(job.pk)) == 10


def test_a_refused_unit_is_set_aside_and_leaves_no_trace(owner):
    job = actions.run_now(start(owner, bad=units(5)))
    assert job.state == Job.DONE
    assert marks(job.pk) == units(0, 1, 2, 3, 4, 6, 7, 8, 9)
    failure = job.failures.get()
    assert (failure.key, failure.label, failure.message) == ("005", "unit 005", "005 is refused")


def test_an_error_of_the_program_does_not_show_its_text(owner):
    job = actions.run_now(start(owner, broken=units(1)))
    assert job.state == Job.DONE
    assert "secret" not in job.failures.get().message


def test_a_job_of_one_unit_fails_as_a_whole_with_its_reason(owner):
    job = actions.run_now(start(owner, count=1, bad=units(0)))
    assert (job.state, job.message) == (Job.FAILED, "000 is refused")
    assert not job.failures.exists()
    assert marks(job.pk) == []


def test_a_job_without_units_is_done(owner):
    assert actions.run_now(start(owner, count=0)).state == Job.DONE


def test_an_error_in_planning_fails_the_job(owner):
    job = actions.run_now(actions.start("tests.mark", user=owner, params={}))
    assert job.state == Job.FAILED
    assert job.message


def test_an_unknown_kind_fails_with_a_reason(owner):
    job = Job.objects.create(kind="gone", title="Gone", owner=owner)
    assert actions.run_now(job).state == Job.FAILED


def test_a_unit_that_was_not_committed_is_done_again_and_a_committed_one_is_not(owner):
    job = start(owner)
    kind = KINDS[job.kind]()
    actions._begin(job)
    actions._plan(job, kind)
    actions._next_chunk(job, kind)
    job.refresh_from_db()
    assert (job.cursor, job.step) == (4, "at 000")
    assert actions.run_now(job).state == Job.DONE
    assert marks(job.pk) == units(*range(10))


def test_the_units_stay_those_of_the_plan(owner):
    job = start(owner)
    actions._plan(job, KINDS[job.kind]())
    Job.objects.filter(pk=job.pk).update(params={"count": 99})
    assert actions.run_now(job).total == 10


def test_a_runner_that_lost_its_place_changes_nothing(owner):
    job = start(owner)
    kind = KINDS[job.kind]()
    actions._begin(job)
    actions._plan(job, kind)
    Job.objects.filter(pk=job.pk).update(cursor=4)
    with pytest.raises(RuntimeError, match="Another runner"):
        actions._do(job, kind, job.units[:4])
    assert marks(job.pk) == []


def test_a_second_runner_goes_away(owner):
    job = start(owner)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [actions.LOCK_SPACE, job.pk])
        assert actions.run_now(job).state == Job.WAITING
        other.execute("SELECT pg_advisory_unlock(%s, %s)", [actions.LOCK_SPACE, job.pk])
        assert actions.run_now(job).state == Job.DONE


def test_a_job_that_is_interrupted_too_often_is_reported(owner):
    job = start(owner)
    Job.objects.filter(pk=job.pk).update(attempts=actions.MAX_ATTEMPTS, state=Job.RUNNING)
    job = actions.run_now(job)
    assert job.state == Job.FAILED
    assert job.message
    assert marks(job.pk) == []


def test_getting_further_forgives_interruptions(owner):
    job = start(owner)
    Job.objects.filter(pk=job.pk).update(attempts=actions.MAX_ATTEMPTS - 1, state=Job.RUNNING)
    job = actions.run_now(job)
    assert (job.state, job.attempts) == (Job.DONE, 0)


def test_a_waiting_job_is_cancelled_at_once(owner):
    job = start(owner)
    actions.cancel(job)
    job = actions.run_now(job)
    assert (job.state, marks(job.pk)) == (Job.CANCELLED, [])


def test_a_running_job_is_cancelled_between_chunks_and_retry_does_the_rest(owner):
    job = start(owner)
    kind = KINDS[job.kind]()
    actions._begin(job)
    actions._plan(job, kind)
    actions._next_chunk(job, kind)
    actions.cancel(job)
    job = actions.run_now(job)
    assert job.state == Job.CANCELLED
    assert marks(job.pk) == units(0, 1, 2, 3)
    again = actions.run_now(actions.retry(job))
    assert marks(again.pk) == units(4, 5, 6, 7, 8, 9)


def test_retry_does_only_the_failed_units(owner):
    job = actions.run_now(start(owner, bad=units(2, 7)))
    again = actions.retry(job)
    Job.objects.filter(pk=again.pk).update(params={"count": 10})
    again = actions.run_now(again)
    assert (again.state, again.retry_of) == (Job.DONE, job)
    assert marks(again.pk) == units(2, 7)


def test_retrying_twice_gives_the_same_job(owner):
    job = actions.run_now(start(owner, bad=units(2)))
    assert actions.retry(job) == actions.retry(job)


def test_a_job_without_failures_is_not_retried(owner):
    with pytest.raises(actions.JobError):
        actions.retry(actions.run_now(start(owner)))


def test_long_units_have_short_names():
    assert failure_key(7) == "7"
    assert len(failure_key({"name": "x" * 500})) == 64


@pytest.mark.duty("2.1")
def test_the_scope_of_the_starter_is_frozen(owner):
    from structure.models import Unit

    faculty = Unit.objects.create(name="Faculty", code="303-199", kind="11")
    role = RoleAssignment.objects.create(user=owner, role="dean", unit=faculty)
    job = start(owner, "tests.permitted")
    role.delete()
    job.refresh_from_db()
    assert job.frozen_scope.faculty_ids == {faculty.pk}
    assert not job.frozen_scope.everything


def test_without_the_duty_nothing_starts(owner):
    with pytest.raises(PermissionDenied):
        start(owner, "tests.permitted")
    assert not Job.objects.exists()


def test_a_kind_without_permission_has_no_scope(owner):
    assert start(owner).frozen_scope == NOBODY


def test_the_job_acts_as_its_owner(owner):
    """The history of what it writes names the owner and the job."""
    seen = []

    class Spy(KINDS["tests.mark"]):
        def run(self, job, keys):
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('hemis.actor'), current_setting('hemis.request')")
                seen.append(cursor.fetchone())

    job = start(owner, count=1)
    KINDS["tests.spy"] = Spy
    Job.objects.filter(pk=job.pk).update(kind="tests.spy")
    try:
        actions.run_now(job)
    finally:
        del KINDS["tests.spy"]
    assert seen == [(str(owner.pk), f"job-{job.pk}")]


def test_without_a_broker_the_job_waits(owner, monkeypatch, django_capture_on_commit_callbacks):
    def refuse(*args, **kwargs):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.run_job, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        job = start(owner)
    job.refresh_from_db()
    assert job.state == Job.WAITING


def test_unfinished_jobs_are_handed_out_again_and_their_messages_lapse(owner, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda args, expires: sent.append((args, expires)))
    waiting, done = start(owner), actions.run_now(start(owner))
    assert actions.resume_interrupted() == 1
    assert sent == [([waiting.pk], actions.RESUME_PERIOD)]
    assert done.state == Job.DONE


def test_planning_costs_the_same_for_any_number_of_units(owner, django_assert_num_queries):
    job = start(owner, count=5000)
    kind = KINDS[job.kind]()
    with django_assert_num_queries(3):
        actions._plan(job, kind)
