"""Orders and their lists: the only way a student's status, group or course changes (clause B8)."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers import queries as classifiers
from hemis.classifiers.fields import ClassifierField
from hemis.documents.models import Document
from structure.models import Unit
from students.models import AcademicYear, Candidate, Group, Placement, Programme, Student


class OrderQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The university sees all orders, a faculty its own, a student those that name the student.

        A transfer between faculties is seen by the one that receives, too.
        """
        if scope.everything:
            return self
        mine = OrderLine.objects.filter(
            models.Q(student__person=scope.person_id) | models.Q(candidate__person=scope.person_id),
            order=models.OuterRef("pk"),
        )
        seen = models.Q(faculty__in=scope.faculty_ids)
        if scope.faculty_ids:
            received = OrderLine.objects.filter(order=models.OuterRef("pk"), faculty__in=scope.faculty_ids)
            seen |= models.Q(models.Exists(received), variant="faculty")
        if scope.person_id:
            seen |= models.Exists(mine) & models.Q(state__in=[*Order.DONE, Order.CANCELLED])
        return self.filter(seen)


class Order(BaseModel):
    """An order on students, from draft to execution."""

    DRAFT, SUBMITTED, AGREED, SIGNED = "draft", "submitted", "agreed", "signed"
    EXECUTED, CLOSED, CANCELLED = "executed", "closed", "cancelled"
    STATES = [
        (DRAFT, _("draft")),
        (SUBMITTED, _("being agreed")),
        (AGREED, _("agreed, waits for signature")),
        (SIGNED, _("signed")),
        (EXECUTED, _("executed")),
        (CLOSED, _("closed")),
        (CANCELLED, _("cancelled")),
    ]
    # Carried out and not undone; what still waits to be carried out.
    DONE = (EXECUTED, CLOSED)
    PENDING = (DRAFT, SUBMITTED, AGREED, SIGNED)

    # Empty where the national list has no code (a change of name): then ``variant`` says what it is.
    kind = ClassifierField("h_decree_type", verbose_name=_("kind of order"), blank=True)
    variant = models.CharField(_("variety"), max_length=16, blank=True, editable=False)
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
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("closed by"),
        editable=False,
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    remark = models.TextField(_("remark"), blank=True, editable=False)
    # What the questions of the kind were answered, as the order and its paper show it.
    answers = models.JSONField(_("answers"), default=dict, editable=False)
    # How often it was submitted: every time it is agreed anew.
    round = models.PositiveSmallIntegerField(_("round of agreement"), default=0, editable=False)
    # Why it could not be executed on its day.
    problem = models.TextField(_("why it is not executed"), blank=True, editable=False)
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
                condition=models.Q(state__in=["draft", "submitted", "agreed"])
                | ~models.Q(number="")
                & models.Q(date__isnull=False, signed_by__isnull=False, signed_at__isnull=False),
                name="signed_order_is_complete",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["executed", "closed", "cancelled"])
                | models.Q(executed_at__isnull=False),
                name="executed_order_has_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(signed_by=None) | ~models.Q(signed_by=models.F("created_by")),
                name="author_does_not_sign",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(closed_at__isnull=False),
                name="closed_order_has_moment",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="") | ~models.Q(variant=""), name="order_has_a_kind"
            ),
            models.UniqueConstraint(
                fields=["cancels"], condition=models.Q(cancels__isnull=False), name="order_cancelled_once"
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number} · {self.title}" if self.number else self.title

    @property
    def key(self) -> str:
        """What the kind is declared under: the national code, and the variety within it."""
        return f"{self.kind}:{self.variant}" if self.variant else self.kind

    @property
    def kind_text(self) -> str:
        """What orders of this kind are called, in the language in use."""
        from movement.kinds import kind_title

        return kind_title(self.key)


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

    # The last day of a leave.
    ends_on = models.DateField(_("until"), null=True, blank=True)
    # What the order says about this person beside the placement: names before and after, a university …
    details = models.JSONField(_("details"), default=dict)

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

    @property
    def reason_text(self) -> str:
        """The ground, in words of the list that the kind of the order takes it from."""
        from movement.kinds import KINDS

        kind = KINDS.get(self.order.key)
        known = kind is not None and kind.reason_list and self.reason
        return classifiers.label(kind.reason_list, self.reason) if known else ""

    @property
    def names(self) -> list[str]:
        """The names before and after, where the order changes them."""
        from movement.kinds.names import full_name

        return [full_name(self.details[part]) for part in ("before", "after") if part in self.details]

    @property
    def stipend_text(self) -> str:
        """The kind of stipend that the order appoints and its last day, where it does."""
        said = self.details.get("stipend")
        if not said:
            return ""
        until = datetime.date.fromisoformat(said["until"]) if said["until"] else None
        kind = classifiers.label("h_stipend_rate", said["rate"]) if said["rate"] else "—"
        return f"{kind}, {until:%d.%m.%Y}" if until else kind
