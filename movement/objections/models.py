"""Objections to refused applications: what the student says, who above decided, with which reason."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.legal import Confirmable
from movement.applications.models import KINDS, Application


class ObjectionTerm(Confirmable, BaseModel):
    """Within how many days a refusal is objected to and the objection decided, from a date on."""

    kind = models.CharField(_("kind of application"), max_length=16, choices=KINDS)
    valid_from = models.DateField(_("holds from"))
    days_to_object = models.PositiveSmallIntegerField(_("days for the objection"))
    days_to_decide = models.PositiveSmallIntegerField(_("days for the decision"))
    needs_protocol = models.BooleanField(
        _("decided by a commission"), default=False,
        help_text=_("Then the decision names the protocol of the commission."),
    )  # fmt: skip
    days_above = models.PositiveSmallIntegerField(
        _("days at the ministry"), null=True, blank=True,
        help_text=_("Within how many days the ministry answers whoever turns to it next; empty: no act names it."),
    )  # fmt: skip
    source = models.CharField(_("legal source"), max_length=255)

    class Meta:
        verbose_name = _("term for objections")
        verbose_name_plural = _("terms for objections")
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="objection_term_once"),
            models.CheckConstraint(
                condition=Q(days_to_object__gte=1, days_to_object__lte=366, days_to_decide__gte=1,
                            days_to_decide__lte=90),
                name="objection_term_days",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.days_to_object} / {self.days_to_decide}"


class ObjectionQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty that refused; a person the own ones."""
        if scope.everything:
            return self
        seen = Q(application__faculty__in=scope.faculty_ids)
        if scope.person_id:
            seen |= Q(application__student__person=scope.person_id)
        return self.filter(seen)


class Objection(BaseModel):
    """One objection to one refusal, which it keeps as it was: granted, the application is decided anew."""

    SENT, GRANTED, REJECTED, WITHDRAWN = "sent", "granted", "rejected", "withdrawn"
    STATES = [
        (SENT, _("waits for a decision")),
        (GRANTED, _("granted: the application is decided anew")),
        (REJECTED, _("rejected: the refusal stands")),
        (WITHDRAWN, _("withdrawn")),
    ]

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="objections", verbose_name=_("application")
    )
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=SENT)
    number = models.CharField(_("number"), max_length=16)
    text = models.TextField(_("what is objected"), max_length=4000)
    is_paper = models.BooleanField(_("on paper"), default=False)
    received_on = models.DateField(_("received on"))
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    refused_at = models.DateTimeField(_("refused at"))
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("refused by")
    )
    refusal = models.TextField(_("reason of the refusal"))
    refusal_source = models.CharField(_("legal source of the refusal"), max_length=255)
    # Academic affairs do not decide on what they refused themselves.
    is_for_rectorate = models.BooleanField(_("decided by the rectorate"), default=False)
    due_on = models.DateField(_("to be decided by"))
    due_source = models.CharField(_("source of the term"), max_length=255)
    due_confirmed = models.BooleanField(_("term compared with the act"), default=False)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name=_("decided by whom"),
    )  # fmt: skip
    reason = models.TextField(_("reason of the decision"), blank=True)
    protocol = models.CharField(_("protocol of the commission"), max_length=255, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection to a refusal")
        verbose_name_plural = _("objections to refusals")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="objection_number_once"),
            models.UniqueConstraint(
                fields=["application", "refused_at"], condition=~Q(state="withdrawn"),
                name="one_objection_to_a_refusal",
            ),
            models.CheckConstraint(condition=~Q(number="") & ~Q(text=""), name="objection_is_complete"),
            models.CheckConstraint(
                condition=Q(state__in=["granted", "rejected"], decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(reason="")
                | Q(state__in=["sent", "withdrawn"], decided_at=None, decided_by=None, reason="", protocol=""),
                name="objection_decision_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("refused_by")),
                name="objection_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | ~Q(state="withdrawn") & Q(withdrawn_at=None),
                name="withdrawn_objection_has_moment",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("received_on")), name="objection_due_later"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{_('Objection')} № {self.number}"
