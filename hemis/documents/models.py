"""Issued documents: frozen snapshots with a number, a hash and a public token (law 8)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import ScopedQuerySet
from hemis.people.models import Person

if TYPE_CHECKING:
    from hemis.access.scope import Scope


def new_token() -> str:
    """A public token of 160 random bits (law 11)."""
    return secrets.token_urlsafe(20)


class NumberSeries(models.Model):
    """The last number given in a series and year; the row lock makes numbers gap-free."""

    series = models.CharField(max_length=64)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.series}/{self.year}: {self.last}"


class DocumentQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A faculty sees its documents, a person the own ones."""
        return self.filter(in_scope(scope))


def in_scope(scope: Scope) -> models.Q:
    """The condition of ``for_scope``, to be combined with others."""
    if scope.everything:
        return models.Q()
    found = models.Q(faculty__in=scope.faculty_ids)
    return found | models.Q(owner=scope.person_id) if scope.person_id else found


class Document(models.Model):
    """A document as it was issued. The snapshot never changes; only its state does."""

    ISSUED, REPLACED, REVOKED = "issued", "replaced", "revoked"
    STATES = [(ISSUED, _("issued")), (REPLACED, _("replaced")), (REVOKED, _("revoked"))]

    kind = models.CharField(_("kind"), max_length=32)
    number = models.CharField(_("number"), max_length=64)
    series = models.CharField(_("series"), max_length=64)
    year = models.PositiveIntegerField(_("year"))
    title = models.CharField(_("title"), max_length=255)
    payload = models.JSONField(_("content"))
    template_version = models.PositiveIntegerField(_("version of the template"))
    engine = models.CharField(_("made by"), max_length=64)
    # Empty until the PDF of a document that was issued undrawn is first asked for.
    sha256 = models.CharField(max_length=64, db_index=True)
    token = models.CharField(max_length=64, unique=True, default=new_token)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=ISSUED)
    reason = models.TextField(_("reason"), blank=True)
    replaced_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="replaces", verbose_name=_("replaced by")
    )
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="documents", verbose_name=_("issued to")
    )
    faculty = models.ForeignKey(
        "structure.Unit", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("faculty")
    )
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("issued by"),
    )
    state_at = models.DateTimeField(_("state since"), null=True)
    state_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "series", "year", "number"], name="document_number_once"),
            models.CheckConstraint(
                condition=models.Q(state="issued") | ~models.Q(reason=""), name="document_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} № {self.number}"

    @property
    def public_url(self) -> str:
        """Where the QR code leads."""
        return f"{self.payload['_site']}/v/{self.token}/"


class VerificationCount(models.Model):
    """How often a document was checked on a day; nothing about who checked it."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="checks")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "day"], name="verification_day_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"
