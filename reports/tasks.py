"""Periodic work of statistics."""

from celery import shared_task

from reports.statistics.sending import send_due_statistics


@shared_task(name="reports.send_statistics")
def send_statistics() -> int:
    """Make and tell of the saved statistics whose day has come; how many."""
    return send_due_statistics()
