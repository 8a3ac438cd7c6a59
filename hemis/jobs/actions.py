"""Starting, running, cancelling and retrying jobs."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from kombu.exceptions import OperationalError
from redis import RedisError

from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.jobs.kinds import KINDS, JobKind
from hemis.jobs.models import Job, failure_key
from hemis.people.models import User

logger = logging.getLogger("hemis.jobs")
LOCK_SPACE = 73_001
# How often in a row a job may be interrupted without getting any further.
MAX_ATTEMPTS = 5
# The period of the task that hands interrupted jobs to the workers again, in seconds.
RESUME_PERIOD = 60
WORKER_KEY = "hemis:worker"
WORKER_TIMEOUT = 45


class JobError(Exception):
    """A reason that the user may read."""


def start(
    kind: str, *, user: User, params: dict[str, Any], title: str = "", access: Access | None = None
) -> Job:
    """Create a job and hand it to the worker once the transaction is committed.

    The owner's scope for the kind's permission is frozen in the job. ``access``
    narrows it to the role in use; by default all roles of the user count.

    Raises:
        PermissionDenied: the kind needs a permission that the user has not.
        KeyError: no such kind.
    """
    declared = KINDS[kind]
    scope = None
    if declared.permission:
        access = access or Access.for_user(user)
        access.require(declared.permission)
        scope = access.scope(declared.permission).as_json()
    job = Job.objects.create(
        kind=kind,
        owner=user,
        permission=declared.permission,
        scope=scope,
        params=params | {"_language": user.language or settings.LANGUAGE_CODE},
        title=str(title or declared.title)[:255],
    )
    transaction.on_commit(lambda: send(job.pk))
    return job


def send(job_id: int, *, expires: int | None = None) -> None:
    """Tell the worker; without a broker the job waits and the page says so."""
    from hemis.jobs.tasks import run_job

    try:
        run_job.apply_async([job_id], expires=expires)
    except (OperationalError, RedisError, OSError):
        logger.warning("The broker does not answer; the job waits.", extra={"job": job_id})


def worker_is_alive() -> bool:
    """Whether a worker has been seen lately."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        return True
    try:
        return bool(cache.get(WORKER_KEY))
    except (RedisError, OSError):
        return False


def run_now(job: Job) -> Job:
    """Do the job here and now, for commands and tests; the job as it stands afterwards."""
    run(job.pk)
    job.refresh_from_db()
    return job


def run(job_id: int) -> None:
    """Do the job from where it stands; a second runner of the same job goes away.

    The lock belongs to the database session, so it ends with a killed worker.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, job_id])
        if not cursor.fetchone()[0]:
            return
    try:
        _run_locked(job_id)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, job_id])


def _run_locked(job_id: int) -> None:
    job = Job.objects.select_related("owner").filter(pk=job_id).first()
    if job is None or not job.unfinished:
        return
    kind_class = KINDS.get(job.kind)
    with override(job.params.get("_language", settings.LANGUAGE_CODE)):
        if kind_class is None:
            _end(job, Job.FAILED, _("This version of the program does not know such work."))
            return
        if job.attempts >= MAX_ATTEMPTS:
            _end(job, Job.FAILED, _("The job was interrupted too often."))
            return
        _begin(job)
        with acting(job.owner_id, f"job-{job.pk}"):
            _work(job, kind_class())


def _begin(job: Job) -> None:
    now = timezone.now()
    job.attempts += 1
    job.state, job.started_at, job.heartbeat_at = Job.RUNNING, job.started_at or now, now
    job.run_started_at, job.run_cursor = now, job.cursor
    job.save(
        update_fields=["state", "started_at", "heartbeat_at", "attempts", "run_started_at", "run_cursor"]
    )


def _work(job: Job, kind: JobKind) -> None:
    try:
        _plan(job, kind)
        while _next_chunk(job, kind):
            pass
    except JobError as error:
        _end(job, Job.FAILED, str(error))
    except Exception:
        logger.exception("A job failed.", extra={"job": job.pk, "kind": job.kind})
        message = _(
            "The work stopped on an error of the program; it is recorded. "
            "Try again or tell the administrator."
        )
        _end(job, Job.FAILED, message)


def _plan(job: Job, kind: JobKind) -> None:
    if job.units is not None:
        return
    with transaction.atomic():
        job.units = list(kind.units(job))
        job.total = len(job.units)
        job.save(update_fields=["units", "total"])


def _next_chunk(job: Job, kind: JobKind) -> bool:
    """One chunk and the cursor in one transaction; False when the job has ended."""
    if Job.objects.filter(pk=job.pk, cancel_requested=True).exists():
        _end(job, Job.CANCELLED, _("Cancelled. What was done before stays."))
        return False
    if job.cursor >= job.total:
        with transaction.atomic():
            kind.finish(job)
            _end(job, Job.DONE, job.message)
        return False
    keys = (job.units or [])[job.cursor : job.cursor + kind.chunk]
    try:
        _do(job, kind, keys)
    except Exception:
        if job.total == 1:
            raise
        for key in keys:
            _do_alone(job, kind, key)
    return True


def _do(job: Job, kind: JobKind, keys: list) -> None:
    with transaction.atomic():
        kind.run(job, keys)
        _advance(job, len(keys))
    job.cursor += len(keys)
    job.attempts = 0


def _do_alone(job: Job, kind: JobKind, key) -> None:
    """A unit by itself: if it fails, it is set aside with the reason and the work goes on."""
    try:
        _do(job, kind, [key])
    except Exception as error:
        if not isinstance(error, JobError):
            logger.exception("A unit of a job failed.", extra={"job": job.pk, "kind": job.kind})
        message = str(error) if isinstance(error, JobError) else _("An error of the program; it is recorded.")
        _set_aside(job, kind, key, message)


def _set_aside(job: Job, kind: JobKind, key, message: str) -> None:
    with transaction.atomic():
        job.fail_row(key, message, kind.label(job, key))
        _advance(job, 1)
    job.cursor += 1


def _advance(job: Job, count: int) -> None:
    """Move the cursor in the transaction of the work; getting further forgives interruptions."""
    moved = Job.objects.filter(pk=job.pk, cursor=job.cursor, state=Job.RUNNING).update(
        cursor=job.cursor + count, step=job.step, heartbeat_at=timezone.now(), attempts=0
    )
    if not moved:
        raise RuntimeError("Another runner moved the job.")


def _end(job: Job, state: str, message: str) -> None:
    job.state, job.message, job.finished_at, job.step = state, message, timezone.now(), ""
    job.save(update_fields=["state", "message", "finished_at", "step", "result_url", "result_file"])


def cancel(job: Job) -> None:
    """Ask the job to stop after the present chunk; one that has not begun ends at once."""
    Job.objects.filter(pk=job.pk, state__in=Job.UNFINISHED).update(cancel_requested=True)
    Job.objects.filter(pk=job.pk, state=Job.WAITING).update(state=Job.CANCELLED, finished_at=timezone.now())


@transaction.atomic
def retry(job: Job) -> Job:
    """A new job for what was not done: the failed units, and the rest of a cancelled or failed one.

    Where only the planning set something aside, the work is planned anew. A job
    is retried once: asking again gives the same new job.

    Raises:
        PermissionDenied: the owner no longer has the permission of the kind.
        JobError: it is still running, or nothing is left to do.
    """
    job = Job.objects.select_for_update(of=("self",)).select_related("owner").get(pk=job.pk)
    if job.unfinished:
        raise JobError(_("The job is still running."))
    again = Job.objects.filter(retry_of=job).first()
    if again is not None:
        return again
    failed = set(job.failures.values_list("key", flat=True))
    if job.state == Job.DONE and not failed:
        raise JobError(_("Everything is done; nothing is left to try again."))
    params = {name: value for name, value in job.params.items() if name != "_language"}
    again = start(job.kind, user=job.owner, params=params, title=job.title)
    units = job.units or []
    left = [unit for unit in units[: job.cursor] if failure_key(unit) in failed] + units[job.cursor :]
    again.retry_of, again.units, again.total = job, left or None, len(left)
    again.save(update_fields=["retry_of", "units", "total"])
    return again


def resume_interrupted() -> int:
    """Hand unfinished jobs to the workers again; those that run are locked and go on undisturbed.

    The messages lapse with the period, so they never pile up behind a long job.
    """
    found = list(Job.objects.filter(state__in=Job.UNFINISHED).order_by("pk").values_list("pk", flat=True))
    for job_id in found:
        send(job_id, expires=RESUME_PERIOD)
    return len(found)
