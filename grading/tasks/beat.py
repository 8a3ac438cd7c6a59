"""Celery's side of tests."""

from __future__ import annotations

from celery import shared_task

from grading.tasks import sessions


@shared_task(name="grading.close_tests")
def close_tests() -> None:
    """End sessions of tests that were left open; every few minutes, so that a result does not wait for the night."""
    sessions.close_overdue()
