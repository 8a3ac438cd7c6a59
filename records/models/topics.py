"""Topics of graduation works and the orders that approve them; the figures of state attestation (duty 2.6)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Scope
from hemis.base import BaseModel, DatedRule, ScopedQuerySet
from hemis.legal import Confirmable
from staff.models import Employee
from structure.models import Unit
from students.models import AcademicYear, Speciality, Student


def user_field(label, **options):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=label,
        editable=False, **options,
    )  # fmt: skip


class AttestationRule(Confirmable, DatedRule):
    """A figure of state attestation and of duplicates of diplomas, with the day from which it holds (law 7)."""

    CODES = [
        ("commission.members", _("members of a commission, at least")),
        ("commission.employers", _("share of employers in a commission, %, at least")),
        ("commission.quorum", _("members present at a session, %, more than")),
        ("topic.supervised", _("topics of one supervisor in a year, at most (0: no limit)")),
        ("repeat.years", _("years within which a failed attestation may be repeated")),
        ("duplicate.fee", _("fee of a duplicate of a diploma, base amounts of reckoning")),
        ("duplicate.days", _("working days within which a duplicate is issued")),
    ]

    code = models.CharField(_("figure"), max_length=32, choices=CODES)
    value = models.DecimalField(
        _("value"), max_digits=6, decimal_places=1, validators=[MinValueValidator(0), MaxValueValidator(1000)]
    )
    basis = models.CharField(_("legal basis"), max_length=512)

    class Meta:
        verbose_name = _("rule of state attestation and diplomas")
        verbose_name_plural = _("rules of state attestation and diplomas")
        ordering = ["code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="attestation_rule_once_a_day"),
            models.CheckConstraint(condition=Q(value__gte=0), name="attestation_rule_value"),
            models.CheckConstraint(condition=~Q(basis=""), name="attestation_rule_has_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}: {self.value.normalize():f}"


def of_kafedra(scope: Scope) -> Q:
    """Rows of a ``kafedra``: seen by itself and by its faculty."""
    return Q(kafedra__in=scope.kafedra_ids) | Q(kafedra__parent__in=scope.faculty_ids)


class TopicQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The kafedra, its faculty, and who supervises the topic."""
        if scope.everything:
            return self
        found = of_kafedra(scope)
        if scope.person_id:
            found |= Q(supervisor__person=scope.person_id)
        return self.filter(found)


class TopicOrder(BaseModel):
    """The order that approves topics, supervisors and reviewers; the rectorate signs it (clause B8)."""

    DRAFT, SIGNED, CANCELLED = "draft", "signed", "cancelled"
    STATES = [(DRAFT, _("draft")), (SIGNED, _("signed")), (CANCELLED, _("cancelled"))]

    academic_year = models.ForeignKey(
        AcademicYear,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("academic year"),
    )
    serial = models.PositiveIntegerField(_("number"), editable=False)
    faculty = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("faculty")
    )
    date = models.DateField(_("date"))
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=DRAFT, editable=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)
    created_by = user_field(_("drawn up by"))
    created_at = models.DateTimeField(_("drawn up at"), db_default=Now(), editable=False)
    signed_by = user_field(_("signed by"))
    signed_at = models.DateTimeField(_("signed at"), null=True, editable=False)

    class TopicOrderQuerySet(ScopedQuerySet):
        def for_scope(self, scope):
            return self if scope.everything else self.filter(faculty__in=scope.faculty_ids)

    objects = TopicOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order on topics")
        verbose_name_plural = _("orders on topics")
        ordering = ["-academic_year", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "serial"], name="topic_order_number_once"),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="topic_order_signed_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(created_by=None) | ~Q(signed_by=F("created_by")),
                name="topic_order_by_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(remark=""), name="cancelled_topic_order_says_why"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(_("Order № %(number)s") % {"number": self.number})

    @property
    def number(self) -> str:
        """As it stands on paper: year and number within it."""
        return f"{self.academic_year_id}-{self.serial:03d}-BMI"


class GraduationTopic(BaseModel):
    """A topic of a graduation work or dissertation: offered → chosen → assigned → approved by an order.

    Approved, it is frozen: another topic is another row, and this one is withdrawn with a reason.
    """

    OFFERED, CHOSEN, ASSIGNED, APPROVED, WITHDRAWN = "offered", "chosen", "assigned", "approved", "withdrawn"
    STATES = [
        (OFFERED, _("offered")),
        (CHOSEN, _("chosen by the student")),
        (ASSIGNED, _("assigned by the kafedra")),
        (APPROVED, _("approved by an order")),
        (WITHDRAWN, _("withdrawn")),
    ]
    TAKEN = (CHOSEN, ASSIGNED, APPROVED)

    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="graduation_topics", verbose_name=_("kafedra")
    )
    speciality = models.ForeignKey(
        Speciality, on_delete=models.PROTECT, related_name="+", verbose_name=_("speciality")
    )
    title = models.CharField(_("topic"), max_length=500)
    title_ru = models.CharField(_("topic (Russian)"), max_length=500, blank=True)
    # The diploma supplement prints it.
    title_en = models.CharField(_("topic (English)"), max_length=500, blank=True)
    supervisor = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="graduation_topics", verbose_name=_("supervisor")
    )
    adviser = models.CharField(_("adviser"), max_length=255, blank=True)
    reviewer = models.CharField(_("reviewer"), max_length=255, blank=True)
    reviewer_place = models.CharField(_("work and post of the reviewer"), max_length=255, blank=True)
    student = models.ForeignKey(
        Student,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="graduation_topics",
        verbose_name=_("student"),
    )
    order = models.ForeignKey(
        TopicOrder,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="topics",
        verbose_name=_("order on topics"),
    )
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=OFFERED, editable=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic of a graduation work")
        verbose_name_plural = _("topics of graduation works")
        ordering = ["-academic_year", "title"]
        indexes = [models.Index(fields=["speciality", "academic_year", "state"], name="topics_of_speciality")]
        constraints = [
            models.UniqueConstraint(
                fields=["academic_year", "speciality", "title"], condition=~Q(state="withdrawn"), name="topic_once"
            ),
            models.UniqueConstraint(
                fields=["student"], condition=Q(state__in=["chosen", "assigned", "approved"]),
                name="one_topic_a_student",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", student=None)
                | Q(state__in=["chosen", "assigned", "approved"], student__isnull=False)
                | Q(state="withdrawn") & ~Q(remark=""),
                name="topic_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(order__isnull=False) & ~Q(reviewer=""),
                name="approved_topic_has_order_and_reviewer",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """The topic in the language of the page, else in Uzbek."""
        return getattr(self, f"title_{(translation.get_language() or 'uz')[:2]}", "") or self.title
