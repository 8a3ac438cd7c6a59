"""Long work with progress, failures row by row and a result."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import NOBODY, Scope

FAILURE_KEY_LENGTH = 64


def failure_key(unit: Any) -> str:
    """The name of a unit in the table of failures; long units are named by their digest."""
    text = str(unit)
    return text if len(text) <= FAILURE_KEY_LENGTH else hashlib.sha256(text.encode()).hexdigest()


class Job(models.Model):
    """One piece of long work: a frozen list of units and how many of them are done.

    It acts as its owner, within the scope that the owner had for ``permission``
    when the job was started.
    """

    WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
    STATES = [
        (WAITING, _("waiting")),
        (RUNNING, _("running")),
        (DONE, _("done")),
        (FAILED, _("failed")),
        (CANCELLED, _("cancelled")),
    ]
    UNFINISHED = (WAITING, RUNNING)

    kind = models.CharField(_("kind"), max_length=64)
    title = models.CharField(_("title"), max_length=255)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    permission = models.CharField(max_length=64, blank=True)
    scope = models.JSONField(null=True)
    retry_of = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, related_name="retried_by", verbose_name=_("retry of")
    )
    params = models.JSONField(default=dict)
    units = models.JSONField(null=True)
    cursor = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    step = models.CharField(_("step"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=WAITING)
    message = models.TextField(_("message"), blank=True)
    result_url = models.CharField(max_length=255, blank=True)
    result_file = models.FileField(upload_to="jobs/", blank=True)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    # When and from which unit the present runner began: the pace of an earlier one says nothing.
    run_started_at = models.DateTimeField(null=True)
    run_cursor = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    seen = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["owner", "-created_at"], name="job_owner")]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        if self.state == self.DONE:
            return 100
        return self.cursor * 100 // self.total if self.total else 0

    @property
    def unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    @property
    def frozen_scope(self) -> Scope:
        """The rows that the job may touch: the owner's scope when it was started."""
        return Scope.from_json(self.scope) if self.scope else NOBODY

    @property
    def seconds_left(self) -> int | None:
        """A guess from the pace of the present runner, in seconds; None before there is one."""
        done = self.cursor - self.run_cursor
        if self.state != self.RUNNING or done <= 0 or not self.run_started_at:
            return None
        spent = (timezone.now() - self.run_started_at).total_seconds()
        return round(spent / done * (self.total - self.cursor))

    @property
    def minutes_left(self) -> int | None:
        """The same in whole minutes, when it is more than one and a half."""
        left = self.seconds_left
        return round(left / 60) if left and left > 90 else None

    def fail_row(self, key: Any, message: str, label: str = "") -> None:
        """Set one unit aside with the reason; ``label`` says what it is in the user's words."""
        JobFailure.objects.update_or_create(
            job=self, key=failure_key(key), defaults={"message": message, "label": label[:255]}
        )

    def note(self, step: str) -> None:
        """Say what is being done; seen once the chunk is done."""
        self.step = str(step)[:255]


class JobFailure(models.Model):
    """One unit that could not be done, and why."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="failures")
    key = models.CharField(_("row"), max_length=FAILURE_KEY_LENGTH)
    label = models.CharField(_("what"), max_length=255, blank=True)
    message = models.TextField(_("reason"))

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="job_failure_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"
