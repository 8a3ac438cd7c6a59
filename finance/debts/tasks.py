"""Celery's side of debts: what is looked at every morning."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from finance.debts import actions

AT_ONCE = 500


@shared_task(name="finance.remind_debts")
def morning() -> int:
    """Remind everybody whose date comes near or has passed; nobody more often than once a week."""
    day = timezone.localdate()
    keys = actions.whom(None, day)
    return sum(actions.remind(keys[at : at + AT_ONCE], day=day) for at in range(0, len(keys), AT_ONCE))
