"""Celery's side of the night's work."""

from __future__ import annotations

from celery import shared_task

from hemis.nightly import actions


@shared_task(name="nightly.run")
def nightly() -> None:
    """The whole night's work, where no timer has done it; a second run does only what is left."""
    try:
        actions.run()
    except actions.Busy:
        return
