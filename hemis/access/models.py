"""Roles given to people, and the history of everything people edit."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.access import duties
from hemis.base import ScopedQuerySet

ROLE_CHOICES = [(role.code, role.title) for role in duties.ROLES.values()]
UNIT_KIND_OF_SCOPE = {duties.FACULTY: "11", duties.KAFEDRA: "12"}


class RoleAssignmentQuerySet(models.QuerySet):
    def in_force(self, day: datetime.date | None = None):
        """Assignments that hold on ``day`` (default: today)."""
        day = day or timezone.localdate()
        return self.filter(valid_from__lte=day).filter(models.Q(valid_to=None) | models.Q(valid_to__gte=day))


class RoleAssignment(models.Model):
    """A role of the order, held by a user within a unit, from a date to a date (both included)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="assignments",
        verbose_name=_("account"),
    )
    role = models.CharField(_("role"), max_length=32, choices=ROLE_CHOICES)
    unit = models.ForeignKey(
        "structure.Unit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("unit"),
    )
    valid_from = models.DateField(_("from"), default=timezone.localdate)
    valid_to = models.DateField(_("to"), null=True, blank=True)
    note = models.CharField(_("basis"), max_length=255, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role of a person")
        verbose_name_plural = _("roles of people")
        ordering = ["user", "role"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="assignment_period",
            ),
            models.CheckConstraint(
                condition=~models.Q(role__in=["dean", "head"]) | models.Q(unit__isnull=False),
                name="assignment_has_unit",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "unit", "valid_from"], nulls_distinct=False, name="assignment_once"
            ),
        ]

    def __str__(self) -> str:
        title = str(duties.ROLES[self.role].title)
        return f"{title} · {self.unit}" if self.unit_id else title

    def clean(self) -> None:
        """A dean's office needs a faculty, a head of department a kafedra."""
        kind = UNIT_KIND_OF_SCOPE.get(duties.ROLES[self.role].scope) if self.role in duties.ROLES else None
        if kind and (self.unit is None or self.unit.kind != kind):
            raise ValidationError({"unit": _("This role needs a faculty or kafedra of the right kind.")})


class HistoryEntry(models.Model):
    """One change of one row, written by a database trigger and by nothing else (law 5)."""

    INSERT, UPDATE, DELETE = "I", "U", "D"
    ACTIONS = [(INSERT, _("created")), (UPDATE, _("changed")), (DELETE, _("deleted"))]

    table = models.CharField(_("table"), max_length=64, db_column="table_name")
    row_id = models.CharField(_("row"), max_length=64)
    action = models.CharField(_("action"), max_length=1, choices=ACTIONS)
    at = models.DateTimeField(_("when"))
    actor_id = models.BigIntegerField(_("who"), null=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    # Column → what it was and what it became; a row that was added stands in ``added`` as it was.
    changes = models.JSONField(_("changes"))
    added = models.JSONField(_("as created"), null=True)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["table", "row_id", "-id"], name="history_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id} {self.action}"

    @property
    def fields(self) -> dict[str, list[Any]]:
        """Column → before and after, however the entry was written; what was added empty is left out."""
        from hemis.access.history import SECRET

        if self.added is None:
            return self.changes
        return {
            column: [None, None] if column in SECRET else [None, value]
            for column, value in self.added.items()
            if value is not None and (value != "" or column in SECRET)
        }


class Activation(models.Model):
    """A one-time link by which a new account gets its first password (law 11); only its hash is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="activations",
        verbose_name=_("account"),
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("activation link")
        verbose_name_plural = _("activation links")

    def __str__(self) -> str:
        return f"{self.user_id} · {self.expires_at:%d.%m.%Y}"


class SignIn(models.Model):
    """One sign-in, or one attempt at it: written by the program alone, changed by nobody."""

    IN, OUT, WRONG_PASSWORD, WRONG_CODE, HELD, CLOSED = "in", "out", "password", "code", "held", "closed"
    OUTCOMES = [
        (IN, _("signed in")),
        (OUT, _("signed out")),
        (WRONG_PASSWORD, _("wrong password")),
        (WRONG_CODE, _("wrong code of the second factor")),
        (HELD, _("too many attempts: not tried")),
        (CLOSED, _("the account is closed")),
    ]

    at = models.DateTimeField(_("when"), auto_now_add=True)
    # Nobody's, when no account has the login that was typed; what was typed may be a password.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("account"),
    )
    outcome = models.CharField(_("outcome"), max_length=16, choices=OUTCOMES)
    address = models.GenericIPAddressField(_("address of the device"), null=True)
    agent = models.CharField(_("browser"), max_length=255, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-at"], name="sign_in_of_user"),
            models.Index(fields=["-at"], name="sign_in_when"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["in", "out", "password", "code", "held", "closed"]),
                name="sign_in_outcome",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} · {self.at:%d.%m.%Y %H:%M}"
