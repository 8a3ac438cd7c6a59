"""Professional development, competition for posts, experience abroad, guests from abroad."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from staff.models.employees import Employee, OfEmployeeQuerySet
from structure.models import Unit


class Development(BaseModel):
    """A course of professional development (malaka oshirish) with its certificate."""

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="developments", verbose_name=_("employee")
    )
    place = ClassifierField("h_qualification", verbose_name=_("kind of place"))
    institution = models.CharField(_("institution"), max_length=255)
    country = ClassifierField("h_country", verbose_name=_("country"), default="UZ")
    title = models.CharField(_("title of the training"), max_length=1024)
    hours = models.PositiveSmallIntegerField(
        _("hours"), validators=[MinValueValidator(1), MaxValueValidator(2000)]
    )
    begin_date = models.DateField(_("from"))
    end_date = models.DateField(_("to"))
    document_number = models.CharField(_("certificate number"), max_length=64, blank=True)
    document_date = models.DateField(_("certificate date"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    scan = models.FileField(_("certificate"), upload_to="staff/developments/", blank=True)

    objects = OfEmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("professional development")
        verbose_name_plural = _("professional development")
        ordering = ["-end_date", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end_date__gte=F("begin_date")), name="development_period"),
            models.CheckConstraint(condition=Q(hours__gt=0), name="development_hours"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("end_date")), name="development_validity"
            ),
            models.UniqueConstraint(fields=["employee", "begin_date", "title"], name="development_once"),
        ]

    def __str__(self) -> str:
        return self.title


class CompetitionQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Competitions for posts in the units of the scope."""
        if scope.everything:
            return self
        return self.filter(Q(unit__in=scope.unit_ids) | Q(unit__parent__in=scope.faculty_ids))


class Competition(BaseModel):
    """A competition (tanlov) for a post: announced, held by a council, written down in a protocol."""

    ANNOUNCED, HELD, CANCELLED = "announced", "held", "cancelled"
    STATES = [(ANNOUNCED, _("announced")), (HELD, _("held")), (CANCELLED, _("cancelled"))]

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="competitions", verbose_name=_("unit")
    )
    post = ClassifierField("h_teacher_position_type", verbose_name=_("post"))
    rate = models.DecimalField(_("rate"), max_digits=3, decimal_places=2, default=Decimal("1.00"))
    announced_on = models.DateField(_("announced on"))
    announced_in = models.CharField(_("announced in"), max_length=255, blank=True)
    deadline = models.DateField(_("applications until"))
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=ANNOUNCED)
    held_on = models.DateField(_("held on"), null=True, blank=True)
    protocol_number = models.CharField(_("protocol number"), max_length=64, blank=True)
    protocol_date = models.DateField(_("protocol date"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=1024, blank=True)
    scan = models.FileField(_("protocol"), upload_to="staff/competitions/", blank=True)

    objects = CompetitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("competition")
        verbose_name_plural = _("competitions")
        ordering = ["-announced_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(deadline__gte=F("announced_on")), name="competition_deadline"),
            models.CheckConstraint(
                condition=Q(held_on=None) | Q(held_on__gte=F("deadline")), name="competition_held_after"
            ),
            models.CheckConstraint(
                condition=~Q(state="held")
                | Q(held_on__isnull=False, protocol_date__isnull=False) & ~Q(protocol_number=""),
                name="competition_held_has_protocol",
            ),
            models.CheckConstraint(
                condition=Q(rate__in=[Decimal(n) / 4 for n in range(1, 5)]), name="competition_rate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.get_post_display()} · {self.announced_on:%d.%m.%Y}"  # type: ignore[attr-defined]


class CompetitionEntryQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Candidates of the competitions in the scope."""
        if scope.everything:
            return self
        return self.filter(competition__in=Competition.objects.for_scope(scope))


class CompetitionEntry(BaseModel):
    """Somebody who takes part in a competition: an employee, or a person from outside by name."""

    PENDING, ELECTED, REJECTED, WITHDREW = "pending", "elected", "rejected", "withdrew"
    RESULTS = [
        (PENDING, _("not decided yet")),
        (ELECTED, _("elected")),
        (REJECTED, _("not elected")),
        (WITHDREW, _("withdrew")),
    ]

    competition = models.ForeignKey(
        Competition, on_delete=models.PROTECT, related_name="entries", verbose_name=_("competition")
    )
    employee = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="competition_entries",
        verbose_name=_("employee"),
    )
    outsider = models.CharField(_("name of a candidate from outside"), max_length=255, blank=True)
    votes_for = models.PositiveSmallIntegerField(_("votes for"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("votes against"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=RESULTS, default=PENDING)
    order_number = models.CharField(_("order number"), max_length=32, blank=True)
    order_date = models.DateField(_("order date"), null=True, blank=True)
    term_from = models.DateField(_("term from"), null=True, blank=True)
    term_to = models.DateField(_("term to"), null=True, blank=True)

    objects = CompetitionEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidate of a competition")
        verbose_name_plural = _("candidates of competitions")
        ordering = [F("term_to").desc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(employee__isnull=False, outsider="") | Q(employee=None) & ~Q(outsider=""),
                name="entry_employee_or_outsider",
            ),
            models.CheckConstraint(
                condition=Q(result="elected", term_from__isnull=False, term_to__gt=F("term_from"))
                | ~Q(result="elected") & Q(term_from=None, term_to=None),
                name="entry_term_of_the_elected",
            ),
            models.UniqueConstraint(
                fields=["competition"], condition=Q(result="elected"), name="one_elected_in_a_competition"
            ),
            models.UniqueConstraint(fields=["competition", "employee"], name="entry_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Who it is."""
        return str(self.employee) if self.employee_id else self.outsider


class ForeignTraining(BaseModel):
    """What an employee did abroad: taught, trained, researched."""

    ACTIVITIES = [
        ("teaching", _("teaching")),
        ("internship", _("internship")),
        ("research", _("research")),
        ("study", _("study")),
        ("conference", _("conference")),
    ]

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="foreign_trainings", verbose_name=_("employee")
    )
    activity = models.CharField(_("kind of activity"), max_length=16, choices=ACTIVITIES)
    training_type = ClassifierField("h_training_type", verbose_name=_("kind of lessons"), blank=True)
    country = ClassifierField("h_country", verbose_name=_("country"))
    institution = models.CharField(_("institution"), max_length=255)
    speciality = models.CharField(_("speciality"), max_length=255)
    begin_date = models.DateField(_("from"))
    end_date = models.DateField(_("to"))
    contract = models.CharField(_("contract"), max_length=255)
    scan = models.FileField(_("scan"), upload_to="staff/foreign/", blank=True)

    objects = OfEmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity abroad")
        verbose_name_plural = _("activity abroad")
        ordering = ["-begin_date", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__gte=F("begin_date")), name="foreign_training_period"
            ),
            models.CheckConstraint(condition=~Q(country="UZ"), name="foreign_training_abroad"),
            models.CheckConstraint(
                condition=Q(activity="teaching") | Q(training_type=""), name="foreign_training_lessons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} · {self.begin_date:%d.%m.%Y}"


class ForeignSpecialist(BaseModel):
    """A teacher invited from abroad; an employee too, if taken into a post."""

    full_name = models.CharField(_("full name"), max_length=255)
    employee = models.OneToOneField(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="foreign_specialist",
        verbose_name=_("employee, if one has a post here"),
    )
    country = ClassifierField("h_country", verbose_name=_("country"))
    work_place = models.CharField(_("place of work"), max_length=255)
    speciality = models.CharField(_("speciality"), max_length=255)
    subject = models.CharField(_("subject taught"), max_length=255)
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="foreign_specialists",
        verbose_name=_("unit"),
    )
    contract = models.CharField(_("contract"), max_length=255)
    begin_date = models.DateField(_("from"))
    end_date = models.DateField(_("to"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("foreign teacher")
        verbose_name_plural = _("foreign teachers")
        ordering = ["-begin_date", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date=None) | Q(end_date__gte=F("begin_date")),
                name="foreign_specialist_period",
            ),
            models.CheckConstraint(condition=~Q(country="UZ"), name="foreign_specialist_from_abroad"),
        ]

    def __str__(self) -> str:
        return self.full_name
