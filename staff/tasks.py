"""Celery's side of the staff."""

from __future__ import annotations

from celery import shared_task

from staff import accounts


@shared_task(name="staff.close_accounts")
def close_accounts() -> None:
    """Each night: whoever has left and holds no role any more has no open account either."""
    accounts.close_accounts()
