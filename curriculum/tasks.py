"""Celery's side of curricula."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from curriculum import registrations
from hemis.access.history import acting


@shared_task(name="curriculum.register_running")
def register_running() -> None:
    """Whoever studies and is not registered yet, every night."""
    with acting(None, "curriculum.register_running"):
        registrations.register_running(timezone.localdate())
