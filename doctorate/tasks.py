"""Celery's side of the doctorate."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from doctorate import actions, notices, queries, rules

MONDAY = 0


@shared_task(name="doctorate.nightly")
def nightly() -> None:
    """Each night: due orders are executed, attestations planned, reminders sent; on Mondays who is late is told."""
    actions.execute_due()
    actions.plan_for_all()
    notices.remind()
    if timezone.localdate().weekday() == MONDAY:
        notices.tell_of_the_late(queries.with_lateness().filter(state=rules.LATE).count())
