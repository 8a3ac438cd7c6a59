"""Celery's side of jobs."""

from __future__ import annotations

from celery import shared_task
from celery.signals import heartbeat_sent, worker_ready, worker_shutdown
from django.core.cache import cache

from hemis.jobs import actions


@shared_task(name="jobs.run", acks_late=True, reject_on_worker_lost=True)
def run_job(job_id: int) -> None:
    """Do a job; a worker that dies gives the message back."""
    actions.run(job_id)


@shared_task(name="jobs.resume")
def resume() -> None:
    """Hand interrupted jobs to the workers: at their start and every minute."""
    actions.resume_interrupted()


@worker_ready.connect
def on_ready(**kwargs) -> None:
    """Say that a worker is there, and take up what an earlier one left."""
    cache.set(actions.WORKER_KEY, True, actions.WORKER_TIMEOUT)
    resume.delay()


@heartbeat_sent.connect
def on_heartbeat(**kwargs) -> None:
    """Every few seconds: the worker is still there."""
    cache.set(actions.WORKER_KEY, True, actions.WORKER_TIMEOUT)


@worker_shutdown.connect
def on_shutdown(**kwargs) -> None:
    """It went away in good order; a killed one is missed after ``WORKER_TIMEOUT``."""
    cache.delete(actions.WORKER_KEY)
