"""Stipends: appointed by order, listed month by month, paid to accounts (duty 7.1; VMQ 59/2020)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finance.models.base import DatedQuerySet, StudentRowQuerySet, days, same
from hemis.base import BaseModel
from hemis.classifiers.fields import ClassifierField
from hemis.legal import Confirmable
from structure.models import Unit
from students.models import Student
from students.models.base import FacultyQuerySet, StudentPartQuerySet

ACCOUNT = RegexValidator(r"^(\d{16}|\d{20})$", _("A card has 16 digits, an account 20."))


class StipendCondition(Confirmable, BaseModel):
    """From which share of marks “3” on a student on a grant gets no stipend in the next semester."""

    threes = models.DecimalField(
        _("share of marks “3” without stipend, %"), max_digits=5, decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    valid_from = models.DateField(_("holds from"), unique=True)
    source = models.CharField(_("legal source"), max_length=512)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("condition of stipends")
        verbose_name_plural = _("conditions of stipends")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(threes__gt=0, threes__lte=100), name="stipend_threes"),
            models.CheckConstraint(condition=~Q(source=""), name="stipend_condition_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.threes:g} % · {self.valid_from:%d.%m.%Y}"


class StipendAppointment(BaseModel):
    """A stipend of a kind appointed to a student from a day to a day by an order of kind 18.

    A trigger lets it in only while that order is carried out, and changes nothing of
    it but its early end; two stipends of one student never meet.
    """

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="stipends", verbose_name=_("student")
    )
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    rate = ClassifierField("h_stipend_rate", verbose_name=_("kind of stipend"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"))
    order = models.ForeignKey(
        "movement.Order", on_delete=models.PROTECT, related_name="stipends", verbose_name=_("order")
    )
    why = models.JSONField(_("why"), default=list)
    # The day after which nothing is paid any more, when it ends before its time.
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "movement.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="ended_stipends",
        verbose_name=_("ended by order"),
    )  # fmt: skip

    objects = StudentRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("stipend")
        verbose_name_plural = _("stipends")
        ordering = ["-valid_from", "student__person__sort_key"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=models.F("valid_from")), name="stipend_period"),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None) | Q(ended_on__isnull=False, ended_by__isnull=False),
                name="stipend_end_by_order",
            ),
            ExclusionConstraint(
                name="stipends_do_not_meet",
                expressions=[
                    (same(models.F("student_id")), RangeOperators.OVERLAPS),
                    (days(), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_on=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.get_rate_display()}"


class StipendList(BaseModel):
    """The stipends of a faculty for a month: counted, then approved and frozen, then paid out."""

    DRAFT, APPROVED = "draft", "approved"
    STATES = [(DRAFT, _("draft")), (APPROVED, _("approved"))]

    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=DRAFT)
    total = models.DecimalField(_("sum, soʻm"), max_digits=14, decimal_places=2, default=0)
    made_at = models.DateTimeField(_("formed at"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("formed by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name=_("approved by"),
    )  # fmt: skip
    document = models.OneToOneField(
        "documents.Document",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("document"),
    )

    objects = FacultyQuerySet.as_manager()

    class Meta:
        verbose_name = _("stipend list")
        verbose_name_plural = _("stipend lists")
        ordering = ["-month", "faculty__name"]
        constraints = [
            models.UniqueConstraint(fields=["faculty", "month"], name="stipend_list_once_a_month"),
            models.CheckConstraint(
                condition=Q(state="draft", approved_at=None)
                | Q(state="approved", approved_at__isnull=False, document__isnull=False),
                name="stipend_list_state",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="stipend_list_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m.%Y} · {self.faculty}"


class StipendLine(models.Model):
    """What one student gets in a month, and why; nothing where the month is not paid."""

    sheet = models.ForeignKey(
        StipendList, on_delete=models.CASCADE, related_name="lines", verbose_name=_("list")
    )
    month = models.DateField(_("month"))
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="stipend_lines", verbose_name=_("student")
    )
    appointment = models.ForeignKey(
        StipendAppointment, on_delete=models.PROTECT, related_name="lines", verbose_name=_("stipend")
    )
    rate = ClassifierField("h_stipend_rate", verbose_name=_("kind of stipend"))
    amount = models.DecimalField(_("amount, soʻm"), max_digits=14, decimal_places=2)
    account = models.CharField(_("card or account"), max_length=20, blank=True)
    steps = models.JSONField(_("steps"), default=list)

    objects = StudentRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a stipend list")
        verbose_name_plural = _("lines of stipend lists")
        ordering = ["-month", "student__person__sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["student", "month"], name="stipend_once_a_month"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="stipend_line_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.month:%m.%Y}"


class PayoutAccount(BaseModel):
    """Where a student's stipend is paid: a card or an account of a bank."""

    student = models.OneToOneField(
        Student, on_delete=models.PROTECT, related_name="payout_account", verbose_name=_("student")
    )
    number = models.CharField(_("card or account"), max_length=20, validators=[ACCOUNT])
    bank = models.CharField(_("bank"), max_length=255, blank=True)

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("account for stipends")
        verbose_name_plural = _("accounts for stipends")
        ordering = ["student__person__sort_key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^(\d{16}|\d{20})$"), name="payout_account_digits"
            ),
            models.UniqueConstraint(fields=["number"], name="payout_account_once"),
        ]

    def __str__(self) -> str:
        return f"{self.student}: {self.number}"
