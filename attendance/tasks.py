"""Celery's side of attendance: what is looked at every evening."""

from __future__ import annotations

import datetime

from celery import shared_task
from django.utils import timezone

from attendance import actions
from attendance.models import SavedChange
from curriculum.models import Lesson

DAYS_BACK = 14
KEYS_KEPT = datetime.timedelta(days=90)


@shared_task(name="attendance.evening")
def evening() -> int:
    """Remind teachers of lessons of the last two weeks that are not recorded; forget old keys of changes."""
    today = timezone.localdate()
    since = today - datetime.timedelta(days=DAYS_BACK)
    SavedChange.objects.filter(saved_at__lt=timezone.now() - KEYS_KEPT).delete()
    return actions.remind(Lesson.objects.filter(day__range=(since, today)))
