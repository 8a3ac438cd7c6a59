"""What academic affairs keep: figures that the law sets, and who agrees to which order."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.access.duties import ROLES
from hemis.base import BaseModel, ScopedQuerySet
from hemis.legal import Confirmable
from movement.models.orders import Order
from movement.rulebook import RULES

# Who may be asked for an agreement: the holders of duty B8.1.
AGREEING_ROLES = ("legal", "hr", "academic_affairs")


def role_choices() -> list[tuple[str, str]]:
    """Roles that agree, with the names of the order's annex."""
    return [(code, str(ROLES[code].title)) for code in AGREEING_ROLES]


def rule_choices() -> list[tuple[str, str]]:
    """Every figure of the rule book."""
    return [(spec.code, str(spec.title)) for spec in RULES.values()]


class SharedQuerySet(ScopedQuerySet):
    """Rules are the whole university's: whoever has the duty sees all of them."""

    def for_scope(self, scope):
        return self


class MovementRule(Confirmable, BaseModel):
    """One figure that the law or the university sets, with the day from which it holds."""

    code = models.CharField(_("rule"), max_length=40, choices=rule_choices)
    value = models.CharField(_("value"), max_length=32)
    valid_from = models.DateField(_("holds from"))
    source = models.CharField(_("legal source"), max_length=512)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of student movement")
        verbose_name_plural = _("rules of student movement")
        ordering = ["code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="movement_rule_once_a_day"),
            models.CheckConstraint(condition=~models.Q(source=""), name="movement_rule_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}: {self.value}"


class AgreementStep(BaseModel):
    """Who agrees to orders of a kind. Steps of one position are asked at once, lower positions first."""

    order_kind = models.CharField(_("kind of order"), max_length=24)
    role = models.CharField(_("who agrees"), max_length=32, choices=role_choices)
    position = models.PositiveSmallIntegerField(_("turn"), default=1)
    is_active = models.BooleanField(_("active"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of agreement")
        verbose_name_plural = _("steps of agreement")
        ordering = ["order_kind", "position", "role"]
        constraints = [
            models.UniqueConstraint(fields=["order_kind", "role"], name="agreement_step_once"),
            models.CheckConstraint(condition=models.Q(role__in=AGREEING_ROLES), name="agreement_step_role"),
        ]

    def __str__(self) -> str:
        return f"{self.order_kind} · {self.get_role_display()}"


class OrderAgreement(models.Model):
    """One role's word on one submission of an order; rounds that were returned stay as history."""

    WAITING, AGREED, RETURNED = "waiting", "agreed", "returned"
    STATES = [(WAITING, _("waits")), (AGREED, _("agreed")), (RETURNED, _("returned with remarks"))]

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="agreements", verbose_name=_("order")
    )
    round = models.PositiveSmallIntegerField(_("round of agreement"))
    role = models.CharField(_("who agrees"), max_length=32, choices=role_choices)
    position = models.PositiveSmallIntegerField(_("turn"))
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    remark = models.TextField(_("remark"), blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["order", "round", "position", "role"]
        constraints = [
            models.UniqueConstraint(fields=["order", "round", "role"], name="agreement_once_a_round"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_by=None, decided_at=None)
                | models.Q(
                    state__in=["agreed", "returned"], decided_by__isnull=False, decided_at__isnull=False
                ),
                name="agreement_is_somebodys",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="returned") | ~models.Q(remark=""), name="returned_with_remark"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_state_display()}"
