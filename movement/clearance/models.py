"""The clearance sheet (aylanma varaqa): who must say that a leaving student owes nothing (duty B8.2)."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hemis.access.models import ROLE_CHOICES
from hemis.access.scope import Access, Scope
from hemis.base import BaseModel, ScopedQuerySet, Translated
from hemis.documents.models import Document
from structure.models import Unit
from students.models import Student

ANSWER = "clearance.answer"
EXPULSION, TRANSFER_OUT, GRADUATION, LEAVE = "expulsion", "transfer_out", "graduation", "leave"
OCCASIONS = [
    (EXPULSION, _("Expulsion")),
    (TRANSFER_OUT, _("Transfer to another university")),
    (GRADUATION, _("Graduation")),
    (LEAVE, _("Academic leave")),
]


class ClearanceStation(Translated, BaseModel):
    """A place that a leaving student owes nothing to; ``role`` says who answers for it."""

    code = models.CharField(
        _("code"), max_length=32, unique=True, validators=[RegexValidator(r"^[a-z_]{2,32}$")]
    )
    name = models.CharField(_("name"), max_length=128)
    name_ru = models.CharField(_("name (Russian)"), max_length=128, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=128, blank=True)
    role = models.CharField(_("who answers"), max_length=32, choices=ROLE_CHOICES)
    occasions = ArrayField(
        models.CharField(max_length=16, choices=OCCASIONS), verbose_name=_("asked at"), default=list
    )
    what = models.CharField(_("what is looked at"), max_length=255, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("station of the clearance sheet")
        verbose_name_plural = _("stations of the clearance sheet")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.get_name_display()


class SheetQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty of the student; a person the own ones."""
        if scope.everything:
            return self
        return self.filter(Q(faculty__in=scope.faculty_ids) | Q(student__person=scope.person_id))


class ClearanceSheet(BaseModel):
    """One student's sheet on one occasion; all stations answer in parallel."""

    OPEN, COMPLETE, USED, CANCELLED = "open", "complete", "used", "cancelled"
    STATES = [
        (OPEN, _("going round")),
        (COMPLETE, _("complete")),
        (USED, _("used by an order")),
        (CANCELLED, _("cancelled")),
    ]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="clearance_sheets", verbose_name=_("student")
    )
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    occasion = models.CharField(_("occasion"), max_length=16, choices=OCCASIONS)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=OPEN)
    opened_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    completed_at = models.DateTimeField(_("complete since"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )
    reason = models.CharField(_("reason of cancelling"), max_length=500, blank=True)
    order = models.ForeignKey(
        "movement.Order",
        on_delete=models.PROTECT,
        null=True,
        related_name="clearance_sheets",
        verbose_name=_("order"),
    )
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("document")
    )

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("clearance sheet")
        verbose_name_plural = _("clearance sheets")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(state__in=["open", "complete"]), name="one_sheet_in_force"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["complete", "used"]) | Q(completed_at__isnull=False),
                name="complete_sheet_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="used") | Q(order__isnull=False), name="used_sheet_has_order"
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled")
                | ~Q(reason="") & Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="cancelled_sheet_has_reason",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.student} · {self.get_occasion_display()}"


def _reach(scope: Scope) -> Q:
    return Q() if scope.everything else Q(sheet__faculty__in=scope.faculty_ids)


class AnswerQuerySet(ScopedQuerySet):
    def for_answering(self, access: Access):
        """Answers that the roles in use may give: each role those of its stations, as far as it reaches.

        The one place where a station's role meets the roles of the person.
        """
        found = Q(pk__in=[])
        for one in access.active:
            alone = Access(access.user, [one], [one])
            if alone.can(ANSWER):
                found |= Q(station__role=one.role) & _reach(alone.scope(ANSWER))
        return self.filter(found)


class ClearanceAnswer(BaseModel):
    """What one station says about one student."""

    WAITING, CLEAR, NOT_CLEAR = "waiting", "clear", "not_clear"
    STATES = [(WAITING, _("waiting")), (CLEAR, _("clear")), (NOT_CLEAR, _("not clear"))]

    sheet = models.ForeignKey(
        ClearanceSheet, on_delete=models.CASCADE, related_name="answers", verbose_name=_("clearance sheet")
    )
    station = models.ForeignKey(
        ClearanceStation, on_delete=models.PROTECT, related_name="answers", verbose_name=_("station")
    )
    state = models.CharField(_("the answer"), max_length=16, choices=STATES, default=WAITING)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    sum_owed = models.DecimalField(_("sum owed, soʻm"), max_digits=14, decimal_places=2, default=Decimal(0))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("answered by"),
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer of a station")
        verbose_name_plural = _("answers of stations")
        ordering = ["sheet", "station__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "station"], name="station_answers_once"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="answer_has_author",
            ),
            models.CheckConstraint(condition=~Q(state="not_clear") | ~Q(remark=""), name="not_clear_says_why"),
            models.CheckConstraint(
                condition=Q(sum_owed=0) | Q(state="not_clear", sum_owed__gt=0), name="owed_only_when_not_clear"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.sheet} · {self.station}"
