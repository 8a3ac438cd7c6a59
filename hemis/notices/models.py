"""What the program tells a person: a code and its parameters, worded when it is read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import ScopedQuerySet
from hemis.notices.kinds import KINDS


class Notice(models.Model):
    """One notice to one account."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices", verbose_name=_("account")
    )
    code = models.CharField(_("kind"), max_length=64)
    params = models.JSONField(_("facts"), default=dict)
    url = models.CharField(_("address"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)
    read_at = models.DateTimeField(_("read at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notice_of_user"),
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="notice_unread"),
        ]
        constraints = [
            # An address of our own only: a notice never leads elsewhere.
            models.CheckConstraint(
                condition=models.Q(url="") | models.Q(url__regex=r"^/([^/\\]|$)"), name="notice_own_address"
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The words, in the language of whoever reads them; a kind that is gone shows its facts."""
        kind = KINDS.get(self.code)
        return kind.text(self.params) if kind else " · ".join(str(value) for value in self.params.values())

    @property
    def icon(self) -> str:
        kind = KINDS.get(self.code)
        return kind.icon if kind else "info-circle"
