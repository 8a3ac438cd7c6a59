"""Rules of timetables with their date, bulk actions that can be undone, calendar links."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, DatedRule, ScopedQuerySet
from hemis.people.models import Person
from structure.models import Unit
from students.models import Group


class TimetableRule(DatedRule):
    """A figure that holds for timetables from a date on (law 7)."""

    EXAMINER_APART, FINALS_A_DAY, FINALS_GAP = "examiner_apart", "finals_a_day", "finals_gap"
    SECOND_FROM = "second_from"
    TEACHER_PAIRS, GROUP_PAIRS, NOTICE_DAYS = "teacher_pairs", "group_pairs", "notice_days"
    CODES = [
        (EXAMINER_APART, _("the examiner of a final control has not taught the subject (1: yes, 0: no)")),
        (FINALS_A_DAY, _("final controls of a group in a day, at most")),
        (FINALS_GAP, _("days from one final control of a group to the next, at least")),
        (SECOND_FROM, _("the sheet from which a final control is held by two examiners (0: none)")),
        (TEACHER_PAIRS, _("pairs of a teacher in a day, more is warned of")),
        (GROUP_PAIRS, _("pairs of a group in a day, more is warned of")),
        (NOTICE_DAYS, _("days before a lesson in which its change is told to people")),
    ]

    code = models.CharField(_("figure"), max_length=16, choices=CODES)
    value = models.PositiveSmallIntegerField(_("value"))
    basis = models.CharField(_("legal basis"), max_length=512)

    class Meta:
        verbose_name = _("rule of timetables")
        verbose_name_plural = _("rules of timetables")
        ordering = ["code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="timetable_rule_once_a_day"),
            models.CheckConstraint(condition=Q(value__lte=60), name="timetable_rule_value"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}: {self.value}"


class BatchQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(faculty__in=scope.faculty_ids)


class TimetableBatch(BaseModel):
    """A change of many lessons at once: what it made and removed, what it could not do and why.

    ``made`` are keys of lessons, ``removed`` and ``changed`` what lessons were before,
    ``refused`` the rows of the report. It can be undone once.
    """

    COPY, CLEAR, HOLIDAY, IMPORT = "copy", "clear", "holiday", "import"
    KINDS = [
        (COPY, _("week copied")),
        (CLEAR, _("week emptied")),
        (HOLIDAY, _("day off freed")),
        (IMPORT, _("imported from Excel")),
    ]

    kind = models.CharField(_("what was done"), max_length=8, choices=KINDS)
    faculty = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("faculty")
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("group")
    )
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("done by")
    )
    created_at = models.DateTimeField(_("done at"), db_default=Now(), editable=False)
    undone_at = models.DateTimeField(_("undone at"), null=True, editable=False)
    made = models.JSONField(default=list, editable=False)
    removed = models.JSONField(default=list, editable=False)
    changed = models.JSONField(default=list, editable=False)
    refused = models.JSONField(default=list, editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk change of the timetable")
        verbose_name_plural = _("bulk changes of the timetable")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.group or self.faculty or ''} {self.first_day:%d.%m.%Y}"

    @property
    def done(self) -> int:
        """How many lessons it has touched."""
        return len(self.made) + len(self.removed) + len(self.changed)

    @property
    def counts(self) -> dict[str, int]:
        """How many lessons were made, removed, changed and refused."""
        lists: dict[str, list[Any]] = {
            "made": self.made, "removed": self.removed, "changed": self.changed, "refused": self.refused,
        }  # fmt: skip
        return {name: len(rows) for name, rows in lists.items()}


def new_token() -> str:
    """A secret of 192 bits for an address that asks for no password."""
    return secrets.token_urlsafe(24)


class CalendarLink(models.Model):
    """The secret address of a person's timetable for calendar programs; it ends when its owner says so."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="calendar_links", verbose_name=_("person")
    )
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    class Meta:
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_at=None), name="one_calendar_link_in_use"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.created_at:%d.%m.%Y}"
