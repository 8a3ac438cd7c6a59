"""Celery's side of orders."""

from __future__ import annotations

from celery import shared_task

from movement import actions


@shared_task(name="movement.execute_due")
def execute_due() -> None:
    """Carry out the orders whose day has come; every hour, so that the first run is soon after midnight."""
    actions.execute_due_orders()
