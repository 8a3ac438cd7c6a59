"""Posts held, absences, and the roles that a post brings."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.access.models import ROLE_CHOICES, RoleAssignment
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from staff.models.employees import Employee, OfEmployeeQuerySet
from structure.models import Unit

# Rates of the national list `h_employment_staff`, by its codes.
RATES = {"11": Decimal("1.00"), "12": Decimal("0.75"), "13": Decimal("0.50"), "14": Decimal("0.25")}
MAIN, INSIDE, OUTSIDE, HOURLY = "11", "12", "13", "14"
HEAD_OF_KAFEDRA, DEAN, DEPUTY_DEAN, RECTOR, TUTOR = "16", "25", "26", "20", "34"
# Posts that exist only in one kind of unit.
UNIT_KIND_OF_POST = {DEAN: Unit.FACULTY, DEPUTY_DEAN: Unit.FACULTY, HEAD_OF_KAFEDRA: Unit.KAFEDRA}
TEACHING = "12"


class InForce:
    """What rows with ``valid_from`` and ``valid_to`` (both included) share."""

    def in_force(self, day: datetime.date | None = None):
        """Rows that hold on ``day`` (default today)."""
        day = day or timezone.localdate()
        return self.filter(valid_from__lte=day).filter(  # type: ignore[attr-defined]
            Q(valid_to=None) | Q(valid_to__gte=day)
        )


class PositionQuerySet(InForce, OfEmployeeQuerySet):
    def for_scope(self, scope):
        """Posts in the units of the scope, and one's own."""
        if scope.everything:
            return self
        return self.filter(
            Q(unit__in=scope.unit_ids)
            | Q(unit__parent__in=scope.faculty_ids)
            | Q(employee__person=scope.person_id)
        )


class Position(BaseModel):
    """A post held in a unit from a date to a date (both included).

    What is held, where, at which rate and from when never changes in silence:
    moving and another rate end this post by an order and begin the next
    (``previous``); a slip is corrected with its reason in ``correction``, which the
    history keeps. The database refuses anything else.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="positions", verbose_name=_("employee")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="positions", verbose_name=_("unit"))
    post = ClassifierField("h_teacher_position_type", verbose_name=_("post"))
    category = ClassifierField("h_employee_type", verbose_name=_("category"))
    employment = ClassifierField("h_employment_form", verbose_name=_("form of employment"), default=MAIN)
    rate = models.DecimalField(_("rate"), max_digits=3, decimal_places=2, default=Decimal("1.00"))
    contract_number = models.CharField(_("contract number"), max_length=64, blank=True)
    contract_date = models.DateField(_("contract date"), null=True, blank=True)
    order_number = models.CharField(_("order number"), max_length=32, blank=True)
    order_date = models.DateField(_("order date"), null=True, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    end_order_number = models.CharField(_("number of the ending order"), max_length=32, blank=True)
    end_order_date = models.DateField(_("date of the ending order"), null=True, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=255, blank=True)
    previous = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next", verbose_name=_("before")
    )
    correction = models.CharField(_("why it was corrected"), max_length=255, blank=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["-valid_from"]
        indexes = [models.Index(fields=["unit", "valid_from"], name="position_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="position_period"
            ),
            models.CheckConstraint(
                condition=Q(rate__in=list(RATES.values())) | Q(employment=HOURLY, rate=0),
                name="position_rate",
            ),
            models.CheckConstraint(
                condition=Q(end_order_number="", end_order_date=None)
                | ~Q(end_order_number="") & Q(end_order_date__isnull=False, valid_to__isnull=False),
                name="position_end_by_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} · {self.get_post_display()}"  # type: ignore[attr-defined]

    @property
    def is_teaching(self) -> bool:
        return self.category == TEACHING

    def holds_on(self, day: datetime.date) -> bool:
        """Whether the post is held on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


class AbsenceQuerySet(InForce, OfEmployeeQuerySet):
    """Absences of a day."""


class Absence(BaseModel):
    """A leave or a business trip by order; the posts stay."""

    KINDS = ("12", "13")

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="absences", verbose_name=_("employee")
    )
    kind = ClassifierField("h_teacher_status", verbose_name=_("kind"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"))
    order_number = models.CharField(_("order number"), max_length=32)
    order_date = models.DateField(_("order date"))
    note = models.CharField(_("note"), max_length=255, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave or business trip")
        verbose_name_plural = _("leaves and business trips")
        ordering = ["-valid_from", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="absence_period"),
            models.CheckConstraint(condition=Q(kind__in=["12", "13"]), name="absence_kind"),
            models.CheckConstraint(condition=~Q(order_number=""), name="absence_has_order"),
        ]

    def __str__(self) -> str:
        return f"{self.employee} · {self.get_kind_display()}"  # type: ignore[attr-defined]


class PostRole(BaseModel):
    """Which role a post brings: kept by administrators, not written in the program.

    Empty post, kind of unit or unit means any.
    """

    post = ClassifierField("h_teacher_position_type", verbose_name=_("post"), blank=True)
    unit_kind = ClassifierField("h_structure_type", verbose_name=_("kind of unit"), blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    role = models.CharField(_("role"), max_length=32, choices=ROLE_CHOICES)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("role of a post")
        verbose_name_plural = _("roles of posts")
        ordering = ["role", "post"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "unit_kind", "unit", "role"], nulls_distinct=False, name="post_role_once"
            ),
            models.CheckConstraint(
                condition=~Q(post="") | Q(unit__isnull=False), name="post_role_names_post_or_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_post_display() or self.unit} → {self.get_role_display()}"  # type: ignore[attr-defined]


class PostAssignment(models.Model):
    """Ties a role to the post that brought it: the role ends when the last such post ends (a trigger sees to it)."""

    position = models.ForeignKey(Position, on_delete=models.DO_NOTHING, related_name="assignments")
    assignment = models.ForeignKey(RoleAssignment, on_delete=models.CASCADE, related_name="posts")

    class Meta:
        verbose_name = _("role brought by a post")
        verbose_name_plural = _("roles brought by posts")
        constraints = [
            models.UniqueConstraint(fields=["position", "assignment"], name="post_assignment_once")
        ]

    def __str__(self) -> str:
        return f"{self.position_id} → {self.assignment_id}"
