"""Orders on doctoral students: the only way their status and term change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from doctorate.models.students import DoctoralStudent, OfDoctoralQuerySet
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.documents.models import Document


class DoctoralOrder(BaseModel):
    """Draft → submitted → signed → executed; an executed one is undone by a cancelling order alone.

    Number and date come with the signature; the scan may follow.
    """

    ADMISSION, EXTENSION, LEAVE, RETURN = "admission", "extension", "leave", "return"
    EXPULSION, COMPLETION, CANCELLATION = "expulsion", "completion", "cancellation"
    KINDS = [
        (ADMISSION, _("admission")),
        (EXTENSION, _("extension of the term")),
        (LEAVE, _("leave")),
        (RETURN, _("return from leave")),
        (EXPULSION, _("expulsion")),
        (COMPLETION, _("completion")),
        (CANCELLATION, _("cancellation of an order")),
    ]
    DRAFT, SUBMITTED, SIGNED, EXECUTED, CANCELLED = "draft", "submitted", "signed", "executed", "cancelled"
    STATES = [
        (DRAFT, _("draft")),
        (SUBMITTED, _("waits for the signature")),
        (SIGNED, _("signed, not in force yet")),
        (EXECUTED, _("executed")),
        (CANCELLED, _("cancelled")),
    ]

    kind = models.CharField(_("kind of order"), max_length=12, choices=KINDS)
    number = models.CharField(_("number"), max_length=32, blank=True, editable=False)
    date = models.DateField(_("date"), null=True, blank=True, editable=False)
    effective_date = models.DateField(_("in force from"))
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("For an extension and a leave: the last day.")
    )
    leave_reason = ClassifierField("h_academic_reason", verbose_name=_("ground of the leave"), blank=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    basis = models.CharField(_("basis"), max_length=500)
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=DRAFT, editable=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)
    scan = models.FileField(_("scan"), upload_to="doctorate/orders/", blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False,
        verbose_name=_("document"),
    )  # fmt: skip
    cancels = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="cancelled_by", editable=False,
        verbose_name=_("cancels"),
    )  # fmt: skip
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("formed by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("formed at"), auto_now_add=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("signed by"),
    )  # fmt: skip
    signed_at = models.DateTimeField(_("signed at"), null=True, editable=False)
    executed_at = models.DateTimeField(_("executed at"), null=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("order on doctoral students")
        verbose_name_plural = _("orders on doctoral students")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "number", ExtractYear("date"), condition=~Q(number=""), name="doctoral_order_number"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"], number="", date=None, signed_by=None)
                | Q(
                    state__in=["signed", "executed", "cancelled"], date__isnull=False, signed_by__isnull=False
                )
                & ~Q(number=""),
                name="doctoral_order_signed",
            ),
            models.CheckConstraint(
                condition=Q(kind="cancellation", cancels__isnull=False)
                | ~Q(kind="cancellation") & Q(cancels=None),
                name="doctoral_order_cancels",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["extension", "leave"]) | Q(until__isnull=False),
                name="doctoral_order_until",
            ),
            models.CheckConstraint(
                condition=~Q(kind="leave") | ~Q(leave_reason=""), name="doctoral_order_leave_reason"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["expulsion", "cancellation"]) | ~Q(reason=""),
                name="doctoral_order_reason",
            ),
        ]

    def __str__(self) -> str:
        if not self.number:
            return f"{self.get_kind_display()} · {self.effective_date:%d.%m.%Y}"
        return f"№ {self.number} · {self.date:%d.%m.%Y} · {self.get_kind_display()}"


class DoctoralOrderLine(models.Model):
    """Whom an order names, and, once it is executed, what it changed and how the term was found."""

    order = models.ForeignKey(
        DoctoralOrder, on_delete=models.CASCADE, related_name="lines", verbose_name=_("order")
    )
    student = models.ForeignKey(
        DoctoralStudent,
        on_delete=models.PROTECT,
        related_name="order_lines",
        verbose_name=_("doctoral student"),
    )
    status_before = models.CharField(
        _("status before"), max_length=12, choices=DoctoralStudent.STATUSES, blank=True
    )
    status_after = models.CharField(
        _("status after"), max_length=12, choices=DoctoralStudent.STATUSES, blank=True
    )
    term_before = models.DateField(_("term before"), null=True)
    term_after = models.DateField(_("term after"), null=True)
    steps = models.JSONField(_("how the term was found"), default=list)

    objects = OfDoctoralQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of an order on doctoral students")
        verbose_name_plural = _("lines of orders on doctoral students")
        ordering = ["order", "student__person__sort_key"]
        constraints = [models.UniqueConstraint(fields=["order", "student"], name="doctoral_order_line_once")]

    def __str__(self) -> str:
        return f"{self.order} · {self.student}"
