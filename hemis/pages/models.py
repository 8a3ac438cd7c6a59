"""What a user keeps about lists: chosen columns and saved views."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ListPreference(models.Model):
    """Columns and page size that a user chose for a register."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    register = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    page_size = models.PositiveSmallIntegerField(default=25)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "register"], name="list_preference_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.register}"


class SavedView(models.Model):
    """A named set of filters and sorting of a register."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    register = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=64)
    query = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "register", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name
