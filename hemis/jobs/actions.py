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

from hemis.access.history import acting
from hemis.jobs.kinds import KINDS, JobKind
from hemis.jobs.models import Job
from hemis.people.models import User

logger = logging.getLogger("hemis.jobs")
LOCK_SPACE = 73_001
MAX_ATTEMPTS = 5
WORKER_KEY = "hemis:worker"
WORKER_TIMEOUT = 45


class JobError(Exception):
    """A reason that the user may read."""


def start(kind: str, *, user: User, params: dict[str, Any], title: str = "") -> Job:
    """Create a job and hand it to the worker once the transaction is committed."""
    job = Job.objects.create(
        kind=kind, owner=user, params=params | {"_language": user.language or "uz"},
        title=str(title or KINDS[kind].title)[:255],
    )
    transaction.on_commit(lambda: send(job.pk))
    return job


def send(job_id: int) -> None:
    """Tell the worker; without a broker the job waits and the page says so."""
    from hemis.jobs.tasks import run_job

    try:
        run_job.delay(job_id)
    except OperationalError:
        logger.warning("The broker does not answer; the job waits.", extra={"job": job_id})


def worker_is_alive() -> bool:
    """Whether a worker has been seen lately."""
    return bool(settings.CELERY_TASK_ALWAYS_EAGER or cache.get(WORKER_KEY))


def run(job_id: int) -> None:
    """Do the job from where it stands; a second runner of the same job goes away."""
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
    job = Job.objects.select_related("owner").get(pk=job_id)
    if not job.unfinished:
        return
    job.attempts += 1
    if job.attempts > MAX_ATTEMPTS:
        _end(job, Job.FAILED, _("The job was interrupted too often."))
        return
    job.state, job.started_at, job.heartbeat_at = Job.RUNNING, job.started_at or timezone.now(), timezone.now()
    job.save(update_fields=["state", "started_at", "heartbeat_at", "attempts"])
    kind = KINDS[job.kind]()
    with override(job.params.get("_language", "uz")), acting(job.owner_id, f"job-{job.pk}"):
        try:
            _plan(job, kind)
            while _next_chunk(job, kind):
                pass
        except JobError as error:
            _end(job, Job.FAILED, str(error))
        except Exception:
            logger.exception("A job failed.", extra={"job": job.pk})
            _end(job, Job.FAILED, _("The work stopped on an error of the program; it is recorded. Try again or tell the administrator."))


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
    keys = job.units[job.cursor : job.cursor + kind.chunk]
    try:
        _do(job, kind, keys)
    except Exception:
        if len(keys) == 1 and kind.chunk == 1:
            raise
        for key in keys:
            _do_alone(job, kind, key)
    return True


def _do(job: Job, kind: JobKind, keys: list) -> None:
    with transaction.atomic():
        kind.run(job, keys)
        _advance(job, len(keys))


def _do_alone(job: Job, kind: JobKind, key) -> None:
    """A unit by itself: if it fails, it is set aside with the reason and the work goes on."""
    try:
        _do(job, kind, [key])
    except Exception as error:
        if not isinstance(error, JobError):
            logger.exception("A unit of a job failed.", extra={"job": job.pk})
        message = str(error) if isinstance(error, JobError) else _("An error of the program; it is recorded.")
        with transaction.atomic():
            job.fail_row(key, message)
            _advance(job, 1)


def _advance(job: Job, count: int) -> None:
    moved = Job.objects.filter(pk=job.pk, cursor=job.cursor).update(
        cursor=job.cursor + count, step=job.step, heartbeat_at=timezone.now()
    )
    if not moved:
        raise RuntimeError("Another runner moved the job.")
    job.cursor += count


def _end(job: Job, state: str, message: str) -> None:
    job.state, job.message, job.finished_at, job.step = state, message, timezone.now(), ""
    job.save(update_fields=["state", "message", "finished_at", "step", "result_url", "result_file"])


def cancel(job: Job) -> None:
    """Ask the job to stop after the present chunk; one that has not begun ends at once."""
    Job.objects.filter(pk=job.pk, state__in=Job.UNFINISHED).update(cancel_requested=True)
    Job.objects.filter(pk=job.pk, state=Job.WAITING).update(state=Job.CANCELLED, finished_at=timezone.now())


@transaction.atomic
def retry(job: Job) -> Job:
    """A new job: the failed units of a finished one, the rest of a cancelled or failed one."""
    keys = [unit for unit in job.units or [] if str(unit) in set(job.failures.values_list("key", flat=True))]
    rest = (job.units or [])[job.cursor :]
    again = start(job.kind, user=job.owner, params=job.params, title=job.title)
    if job.units is not None:
        Job.objects.filter(pk=again.pk).update(units=keys + rest, total=len(keys + rest))
    return again


def resume_interrupted() -> int:
    """Hand unfinished jobs to the workers again; those that run are locked and go on undisturbed."""
    found = list(Job.objects.filter(state__in=Job.UNFINISHED).values_list("pk", flat=True))
    for job_id in found:
        send(job_id)
    return len(found)
