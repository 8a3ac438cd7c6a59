"""Orders: the only way a student's status, group or course changes (order clause B8)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.documents.models import Document
from structure.models import Unit
from students.models import AcademicYear, Candidate, Group, Placement, Programme, Student


class OrderQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The university sees all orders, a faculty its own, a student those that name the student."""
        if scope.everything:
            return self
        mine = OrderLine.objects.filter(
            models.Q(student__person=scope.person_id) | models.Q(candidate__person=scope.person_id),
            order=models.OuterRef("pk"),
        )
        seen = models.Q(faculty__in=scope.faculty_ids)
        if scope.person_id:
            seen |= models.Exists(mine) & models.Q(state__in=[Order.EXECUTED, Order.CANCELLED])
        return self.filter(seen)


class Order(BaseModel):
    """An order on students, from draft to execution."""

    DRAFT, SUBMITTED, SIGNED, EXECUTED, CANCELLED = "draft", "submitted", "signed", "executed", "cancelled"
    STATES = [
        (DRAFT, _("draft")),
        (SUBMITTED, _("submitted")),
        (SIGNED, _("signed")),
        (EXECUTED, _("executed")),
        (CANCELLED, _("cancelled")),
    ]

    kind = ClassifierField("h_decree_type", verbose_name=_("kind of order"))
    faculty = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="orders", verbose_name=_("faculty")
    )
    title = models.CharField(_("title"), max_length=512)
    basis = models.TextField(_("basis"), blank=True)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=DRAFT, editable=False)
    number = models.CharField(_("number"), max_length=32, blank=True, editable=False)
    date = models.DateField(_("date"), null=True, blank=True, editable=False)
    effective_date = models.DateField(_("in force from"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("formed by"),
        editable=False,
    )
    created_at = models.DateTimeField(_("formed at"), auto_now_add=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("signed by"),
        editable=False,
    )
    signed_at = models.DateTimeField(_("signed at"), null=True, editable=False)
    executed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("executed by"),
        editable=False,
    )
    executed_at = models.DateTimeField(_("executed at"), null=True, editable=False)
    remark = models.TextField(_("remark"), blank=True, editable=False)
    cancels = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cancelled_by",
        verbose_name=_("cancels"),
        editable=False,
    )
    document = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("document"),
        editable=False,
    )

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "kind",
                models.functions.ExtractYear("date"),
                "number",
                condition=~models.Q(number=""),
                name="order_number_once_a_year",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "submitted"])
                | ~models.Q(number="")
                & models.Q(date__isnull=False, signed_by__isnull=False, signed_at__isnull=False),
                name="signed_order_is_complete",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["executed", "cancelled"])
                | models.Q(executed_at__isnull=False),
                name="executed_order_has_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(signed_by=None) | ~models.Q(signed_by=models.F("created_by")),
                name="author_does_not_sign",
            ),
            models.UniqueConstraint(
                fields=["cancels"], condition=models.Q(cancels__isnull=False), name="order_cancelled_once"
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number} · {self.title}" if self.number else self.title


class OrderLine(models.Model):
    """One person of an order and the placement that the order gives (empty status: leaves without one)."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", verbose_name=_("order"))
    position = models.PositiveIntegerField(_("number in the list"))
    candidate = models.ForeignKey(
        Candidate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="order_lines",
        verbose_name=_("candidate"),
    )
    student = models.ForeignKey(
        Student,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="order_lines",
        verbose_name=_("student"),
    )
    status = ClassifierField("h_student_status", verbose_name=_("status"), blank=True)
    faculty = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("faculty")
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("programme")
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("group")
    )
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("academic year")
    )
    course = ClassifierField("h_course", verbose_name=_("course"), blank=True)
    semester = ClassifierField("h_semester", verbose_name=_("semester"), blank=True)
    education_form = ClassifierField("h_education_form", verbose_name=_("education form"), blank=True)
    language = ClassifierField("h_language", verbose_name=_("language"), blank=True)
    payment_form = ClassifierField("h_payment_form", verbose_name=_("payment form"), blank=True)
    reason = models.CharField(_("reason"), max_length=16, blank=True)
    closes = models.ForeignKey(
        Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closes")
    )

    objects = models.Manager()

    class Meta:
        verbose_name = _("line of an order")
        verbose_name_plural = _("lines of orders")
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position"),
            models.UniqueConstraint(fields=["order", "candidate"], name="order_line_candidate"),
            models.UniqueConstraint(fields=["order", "student"], name="order_line_student"),
            models.CheckConstraint(
                condition=models.Q(candidate__isnull=False) | models.Q(student__isnull=False),
                name="order_line_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.person}"

    @property
    def person(self):
        """The human being the line is about."""
        return (self.student or self.candidate).person


# The rooms of the app keep their models themselves; Django looks for them here.
from movement.applications import models as _applications  # noqa: E402, F401
from movement.clearance import models as _clearance  # noqa: E402, F401
from movement.parents import models as _parents  # noqa: E402, F401
