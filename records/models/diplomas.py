"""Diplomas of graduates, the rule of honours, and where a printer puts the ink (duties 1.3, 2.7)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curriculum.models.reference import SharedQuerySet
from hemis.base import BaseModel, DatedRule
from hemis.classifiers.fields import ClassifierField
from hemis.documents.models import Document
from hemis.explain import readable_steps
from hemis.legal import Confirmable
from records.models.blanks import BLANK_KINDS, CATEGORIES, ORDINARY, Blank
from structure.models import Unit
from students.models import Group, Student
from students.models.base import FacultyQuerySet


def _user(label):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=label,
    )  # fmt: skip


class DiplomaQuerySet(FacultyQuerySet):
    def for_scope(self, scope):
        """The faculty that formed it, and the graduate oneself."""
        if scope.everything:
            return self
        return self.filter(Q(faculty__in=scope.faculty_ids) | Q(student__person=scope.person_id))

    def live(self):
        """Those that are neither cancelled nor replaced by a duplicate."""
        return self.exclude(state__in=[Diploma.CANCELLED, Diploma.REPLACED])


class Diploma(BaseModel):
    """One diploma with its supplement: formed by the faculty, approved by HR, printed, handed over.

    ``facts`` is what both papers say, in Uzbek and English, as it was when the diploma was
    formed; from its approval on the database lets nobody change it (sql/diplomas.sql).
    """

    FORMED, APPROVED, PRINTED, HANDED, REPLACED, CANCELLED = (
        "formed", "approved", "printed", "handed", "replaced", "cancelled",
    )  # fmt: skip
    STATES = [
        (FORMED, _("formed")),
        (APPROVED, _("approved")),
        (PRINTED, _("printed")),
        (HANDED, _("handed over")),
        (REPLACED, _("replaced by a duplicate")),
        (CANCELLED, _("cancelled")),
    ]
    GROUNDS = [
        ("lost", _("lost")),
        ("damaged", _("damaged")),
        ("name", _("change of name")),
        ("error", _("mistake in the diploma")),
    ]
    RECIPIENTS = [
        ("graduate", _("the graduate")),
        ("proxy", _("by power of attorney")),
        ("post", _("sent by post")),
    ]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="diplomas", verbose_name=_("student")
    )
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("group")
    )
    education_type = ClassifierField("h_education_type", verbose_name=_("education type"))
    category = models.CharField(_("category"), max_length=16, choices=CATEGORIES, default=ORDINARY)
    # Why ordinary or with honours: the steps of the rule, as they were found.
    reasons = models.JSONField(_("explanation"), default=list)
    facts = models.JSONField(_("content"))
    decided_on = models.DateField(_("decision of the commission"), null=True)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=FORMED)
    remark = models.CharField(_("remark"), max_length=500, blank=True)

    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="duplicates", verbose_name=_("duplicate of")
    )
    ground = models.CharField(_("ground of the duplicate"), max_length=16, choices=GROUNDS, blank=True)
    basis = models.CharField(_("basis"), max_length=255, blank=True)
    # Of a duplicate: when it was asked for, until when it is issued, what it costs by the rules of that day.
    applied_on = models.DateField(_("applied on"), null=True)
    due_on = models.DateField(_("to be issued until"), null=True)
    fee = models.DecimalField(_("fee, soʻm"), max_digits=14, decimal_places=2, null=True)
    fee_steps = models.JSONField(_("how the fee is found"), default=list)
    fee_paid = models.CharField(
        _("payment of the fee"),
        max_length=255,
        blank=True,
        help_text=_("Receipt or payment order: number, date."),
    )

    # The number in the book of issue, without gaps within a year.
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    serial = models.PositiveIntegerField(_("registration number"), null=True)
    registered_on = models.DateField(_("registered on"), null=True)

    blank = models.OneToOneField(
        Blank, on_delete=models.PROTECT, null=True, related_name="diploma", verbose_name=_("blank")
    )
    supplement_blank = models.OneToOneField(
        Blank, on_delete=models.PROTECT, null=True, related_name="supplement_of",
        verbose_name=_("blank of the supplement"),
    )  # fmt: skip
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("document")
    )
    supplement = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("supplement")
    )

    formed_at = models.DateTimeField(_("formed at"), auto_now_add=True)
    formed_by = _user(_("formed by"))
    approved_at = models.DateTimeField(_("approved at"), null=True)
    approved_by = _user(_("approved by"))
    printed_at = models.DateTimeField(_("printed at"), null=True)
    printed_by = _user(_("printed by"))
    handed_on = models.DateField(_("handed over on"), null=True)
    handed_by = _user(_("handed over by"))
    recipient_kind = models.CharField(_("received by"), max_length=16, choices=RECIPIENTS, blank=True)
    recipient = models.CharField(_("name of who received it"), max_length=255, blank=True)
    recipient_document = models.CharField(
        _("document"), max_length=255, blank=True,
        help_text=_("Passport or ID card; the power of attorney: number and date; the receipt of the post."),
    )  # fmt: skip

    objects = DiplomaQuerySet.as_manager()

    class Meta:
        verbose_name = _("diploma")
        verbose_name_plural = _("diplomas")
        ordering = ["-year", "-serial", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=~Q(state__in=["cancelled", "replaced"]) & Q(duplicate_of=None),
                name="one_live_diploma",
            ),
            models.UniqueConstraint(
                fields=["duplicate_of"], condition=~Q(state__in=["cancelled", "replaced"]), name="one_live_duplicate"
            ),
            models.UniqueConstraint(fields=["year", "serial"], name="diploma_register_number"),
            models.CheckConstraint(
                condition=Q(state__in=["formed", "cancelled"])
                | Q(year__isnull=False, serial__isnull=False, registered_on__isnull=False, approved_at__isnull=False,
                    approved_by__isnull=False),
                name="approved_diploma_is_registered",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("formed_by")), name="diploma_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state="handed")
                | Q(handed_on__isnull=False, handed_by__isnull=False)
                & ~Q(recipient_kind="") & ~Q(recipient="") & ~Q(recipient_document=""),
                name="handed_diploma_says_to_whom",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of=None) | ~Q(ground="") & ~Q(basis=""), name="duplicate_has_ground"
            ),
            models.CheckConstraint(
                condition=Q(applied_on=None, due_on=None, fee=None)
                | Q(duplicate_of__isnull=False, applied_on__isnull=False, fee__gte=0,
                    due_on__gte=models.F("applied_on")),
                name="duplicate_has_term_and_fee",
            ),
            models.CheckConstraint(
                condition=~Q(state="handed") | Q(fee=None) | Q(fee=0) | ~Q(fee_paid=""),
                name="duplicate_handed_is_paid",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(remark=""), name="cancelled_diploma_says_why"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.student.person.full_name} · {self.number}" if self.serial else str(self.student.person)

    @property
    def number(self) -> str:
        """The registration number as papers write it; empty before the approval."""
        return f"{self.serial}/{self.year}" if self.serial else ""

    @property
    def why(self) -> list[dict[str, str]]:
        """Why ordinary or with honours, in the language in use."""
        return readable_steps(self.reasons)

    @property
    def is_duplicate(self) -> bool:
        return self.duplicate_of_id is not None


class HonoursRule(Confirmable, DatedRule):
    """When a diploma is with honours; the newest row that has begun holds (law 7).

    ``is_on`` false: no diploma is with honours, and its page says why.
    """

    valid_from = models.DateField(_("holds from"), unique=True)
    is_on = models.BooleanField(_("diplomas with honours are given"), default=False)
    fives_percent = models.DecimalField(
        _("marks “5”, at least, %"), max_digits=4, decimal_places=1, default=75,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    lowest_mark = models.PositiveSmallIntegerField(
        _("no mark below"), default=4, validators=[MinValueValidator(3), MaxValueValidator(5)]
    )
    attestation_mark = models.PositiveSmallIntegerField(
        _("marks of the state attestation, at least"), default=5,
        validators=[MinValueValidator(3), MaxValueValidator(5)],
    )  # fmt: skip
    retakes_exclude = models.BooleanField(_("a mark got by a retake excludes"), default=False)
    basis = models.CharField(_("legal basis"), max_length=255)

    class Meta:
        verbose_name = _("rule of honours")
        verbose_name_plural = _("rules of honours")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fives_percent__range=(0, 100), lowest_mark__range=(3, 5), attestation_mark__range=(3, 5)),
                name="honours_rule_figures",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.valid_from:%d.%m.%Y}: {self.basis}"


class PrintProfile(BaseModel):
    """How far a printer is off: by how much everything it prints onto a blank is shifted (mm)."""

    name = models.CharField(_("printer"), max_length=64, help_text=_("Room and model, as people call it."))
    kind = models.CharField(_("kind of blank"), max_length=16, choices=BLANK_KINDS)
    right = models.DecimalField(
        _("to the right, mm"), max_digits=4, decimal_places=1, default=0,
        help_text=_("Minus: to the left. Print the test sheet and measure its crosses against the blank."),
        validators=[MinValueValidator(-30), MaxValueValidator(30)],
    )  # fmt: skip
    down = models.DecimalField(
        _("downwards, mm"), max_digits=4, decimal_places=1, default=0, help_text=_("Minus: upwards."),
        validators=[MinValueValidator(-30), MaxValueValidator(30)],
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("printer of blanks")
        verbose_name_plural = _("printers of blanks")
        ordering = ["name", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["name", "kind"], name="print_profile_once"),
            models.CheckConstraint(
                condition=Q(right__range=(-30, 30), down__range=(-30, 30)), name="print_profile_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.get_kind_display()}"
