"""Uploaded sheets on their way from upload to confirmation."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def _where(instance: SheetImport, name: str) -> str:
    """A random name: nothing of the uploader's file name reaches the disk."""
    return f"sheets/{uuid.uuid4().hex}"


class SheetImport(models.Model):
    """One uploaded file: what was found in it, and whether it was confirmed."""

    CHECKING, REFUSED, CHECKED, CONFIRMED = "checking", "refused", "checked", "confirmed"
    STATES = [
        (CHECKING, _("being checked")),
        (REFUSED, _("refused")),
        (CHECKED, _("checked")),
        (CONFIRMED, _("confirmed")),
    ]

    sheet = models.CharField(max_length=64)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("file"), max_length=255)
    file = models.FileField(upload_to=_where)
    params = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=CHECKING)
    refusal = models.TextField(blank=True)
    total = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    notices = models.JSONField(default=list)
    # Headers and rows of the good rows, of sheets that are looked at row by row.
    preview = models.JSONField(default=dict)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class SheetFault(models.Model):
    """One bad cell of an uploaded file; kept in a table so that five thousand of them page."""

    sheet_import = models.ForeignKey(SheetImport, on_delete=models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=255)
    fault = models.CharField(max_length=64)
    message = models.TextField(_("what is wrong"))
    value = models.TextField(_("value"), blank=True)
    hint = models.TextField(_("what would be right"), blank=True)

    class Meta:
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row} {self.column}: {self.message}"
