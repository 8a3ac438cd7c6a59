"""Long work with progress, failures row by row and a result."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of long work: a frozen list of units and how many of them are done."""

    WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
    STATES = [
        (WAITING, _("waiting")), (RUNNING, _("running")), (DONE, _("done")),
        (FAILED, _("failed")), (CANCELLED, _("cancelled")),
    ]
    UNFINISHED = (WAITING, RUNNING)

    kind = models.CharField(_("kind"), max_length=64)
    title = models.CharField(_("title"), max_length=255)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
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
    def seconds_left(self) -> int | None:
        """A guess from the pace so far."""
        if self.state != self.RUNNING or not self.cursor or not self.started_at:
            return None
        spent = (timezone.now() - self.started_at).total_seconds()
        return round(spent / self.cursor * (self.total - self.cursor))

    def fail_row(self, key, message: str) -> None:
        """Set one unit aside with the reason."""
        JobFailure.objects.update_or_create(job=self, key=str(key), defaults={"message": message})

    def note(self, step: str) -> None:
        """Say what is being done; seen once the chunk is done."""
        self.step = str(step)[:255]


class JobFailure(models.Model):
    """One unit that could not be done, and why."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="failures")
    key = models.CharField(_("row"), max_length=64)
    label = models.CharField(_("what"), max_length=255, blank=True)
    message = models.TextField(_("reason"))

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="job_failure_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"
