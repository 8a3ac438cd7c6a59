"""Doing a night's work: every step, one after the other, each by itself."""

from __future__ import annotations

import datetime
import logging
import traceback
from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hemis.access.history import acting
from hemis.nightly import models
from hemis.nightly.models import NightRun, NightStep
from hemis.nightly.steps import NotSetUp, Outcome, Step, StepError, in_order

logger = logging.getLogger("hemis.nightly")
LOCK = 73_002
HELD = (
    "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND classid = 0 AND objid = %s)"
)
Teller = Callable[[NightStep | None, str], None]


class Busy(Exception):
    """Another run is at work."""


def run(day: datetime.date | None = None, *, tell: Teller | None = None) -> NightRun:
    """Do what the day still wants; the run with its outcome.

    Only one run is at work at a time: the lock belongs to the database session and
    ends with it, however it ends. A step that fails keeps its reason and stops no
    other. What an earlier run of the day has done is not done again; what failed,
    broke off or found something is. ``tell`` hears of each step as it ends.

    Raises:
        Busy: another run is at work.
    """
    day = day or timezone.localdate()
    _lock()
    try:
        with override(settings.LANGUAGE_CODE):
            return _run_locked(day, tell or (lambda step, text: None))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock(%s) WHERE {HELD}", [LOCK, LOCK])


def _lock() -> None:
    """Take the lock, or keep it: a session that was lost with a step took it along.

    Raises:
        Busy: another run is at work.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {HELD} OR pg_try_advisory_lock(%s)", [LOCK, LOCK])
        if not cursor.fetchone()[0]:
            raise Busy


def _run_locked(day: datetime.date, tell: Teller) -> NightRun:
    _end_what_broke_off()
    night = NightRun.objects.create(day=day)
    done = set(NightStep.objects.filter(day=day, state=models.DONE).values_list("code", flat=True))
    states = set()
    with acting(None, f"night-{night.pk}"):
        for step in in_order():
            if step.code in done:
                night.already += 1
                tell(None, str(step.title))
                continue
            found = _do(night, step)
            states.add(found.state)
            tell(found, str(step.title))
    night.state, night.finished_at = _worst(states), timezone.now()
    night.save(update_fields=["state", "finished_at", "already"])
    return night


def _end_what_broke_off() -> None:
    """Under the lock nobody else runs: what still stands as running was killed."""
    for rows in (NightRun.objects, NightStep.objects):
        rows.filter(state=models.RUNNING).update(state=models.INTERRUPTED)


def _worst(states: set[str]) -> str:
    for state in (models.FAILED, models.ATTENTION):
        if state in states:
            return state
    return models.DONE


def _do(night: NightRun, step: Step) -> NightStep:
    row = NightStep.objects.create(run=night, day=night.day, code=step.code)
    try:
        if step.atomic:
            with transaction.atomic():
                _end(row, step.do(night.day))
        else:
            _end(row, step.do(night.day))
    except NotSetUp as why:
        _set(row, models.ABSENT, problem=str(why))
    except StepError as error:
        _set(row, models.FAILED, problem=str(error))
    except Exception as error:
        _lock()
        logger.exception("A step of the night failed.", extra={"step": step.code})
        _set(row, models.FAILED, problem=_broken(error))
    return row


def _broken(error: Exception) -> str:
    """Type and place; never the text, which could repeat what a person typed."""
    *_outer, last = traceback.extract_tb(error.__traceback__)
    return _("An error of the program (%(type)s, %(place)s); it is recorded.") % {
        "type": type(error).__name__,
        "place": f"{last.name}:{last.lineno}",
    }


def _end(row: NightStep, outcome: Outcome) -> None:
    row.figures = outcome.figures
    row.findings = [one.as_json() for one in outcome.findings]
    _set(row, models.ATTENTION if outcome.findings else models.DONE)


def _set(row: NightStep, state: str, problem: str = "") -> None:
    row.state, row.problem, row.finished_at = state, problem, timezone.now()
    row.save(update_fields=["state", "problem", "finished_at", "figures", "findings"])
