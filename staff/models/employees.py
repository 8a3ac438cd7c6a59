"""Employees with their education, degrees and awards."""

from __future__ import annotations

import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.people.models import Person

WORKING, ON_LEAVE, TRAVELLING, DISMISSED = "11", "12", "13", "14"


class EmployeeQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A faculty or kafedra sees those who hold a post in it or will; everyone sees oneself."""
        if scope.everything:
            return self
        from staff.models.posts import Position

        today = timezone.localdate()
        here = Position.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today)).filter(
            Q(unit__in=scope.unit_ids) | Q(unit__parent__in=scope.faculty_ids)
        )
        return self.filter(Exists(here.filter(employee=OuterRef("pk"))) | Q(person=scope.person_id))

    def with_status(self, day: datetime.date | None = None):
        """``status`` (`h_teacher_status`) on a day (default today): follows from posts and absences."""
        from staff.models.posts import Absence, Position

        day = day or timezone.localdate()
        own = Q(employee=OuterRef("pk"))
        away = Absence.objects.in_force(day).filter(own)
        return self.annotate(
            status=Case(
                When(~Exists(Position.objects.in_force(day).filter(own)), then=Value(DISMISSED)),
                When(Exists(away), then=Subquery(away.values("kind")[:1])),
                default=Value(WORKING),
                output_field=models.CharField(),
            )
        )


class Employee(BaseModel):
    """A person's role of working here.

    Degree and rank are what the diplomas say: a trigger keeps them, so the card
    and the diplomas cannot disagree. The status follows from posts and absences.
    """

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, related_name="employee", verbose_name=_("person")
    )
    number = models.CharField(_("employee number"), max_length=20, unique=True)
    academic_degree = ClassifierField(
        "h_academic_degree", verbose_name=_("academic degree"), default="10", editable=False
    )
    academic_rank = ClassifierField(
        "h_academic_rank", verbose_name=_("academic rank"), default="10", editable=False
    )
    specialty = models.CharField(_("specialisation"), max_length=255, blank=True)
    entry_year = models.PositiveSmallIntegerField(
        _("year of entry"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1940), MaxValueValidator(2100)],
    )
    languages = models.CharField(_("foreign languages"), max_length=255, blank=True)
    # When the account was closed because the last post had ended; a new post opens it again.
    account_closed_on = models.DateField(_("account closed on"), null=True, blank=True, editable=False)

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        ordering = ["person__sort_key"]

    def __str__(self) -> str:
        return self.person.full_name


class OfEmployeeQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Rows of the employees whom the scope sees."""
        if scope.everything:
            return self
        return self.filter(employee__in=Employee.objects.for_scope(scope))


class Education(BaseModel):
    """What an employee has studied, with the diploma."""

    LEVELS = [
        ("secondary", _("secondary special")),
        ("bachelor", _("bachelor")),
        ("specialist", _("specialist")),
        ("master", _("master")),
        ("postgraduate", _("residency, postgraduate")),
        ("retraining", _("retraining")),
    ]

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="educations", verbose_name=_("employee")
    )
    level = models.CharField(_("level"), max_length=16, choices=LEVELS)
    institution = models.CharField(_("institution"), max_length=255)
    country = ClassifierField("h_country", verbose_name=_("country"), default="UZ")
    speciality = models.CharField(_("speciality"), max_length=255)
    start_year = models.PositiveSmallIntegerField(_("entered"), null=True, blank=True)
    end_year = models.PositiveSmallIntegerField(_("finished"))
    diploma_number = models.CharField(_("diploma number"), max_length=40, blank=True)
    diploma_date = models.DateField(_("diploma date"), null=True, blank=True)
    scan = models.FileField(_("scan"), upload_to="staff/educations/", blank=True)

    objects = OfEmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("education")
        verbose_name_plural = _("education")
        ordering = ["-end_year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start_year=None) | Q(start_year__lte=F("end_year")), name="education_years"
            )
        ]

    def __str__(self) -> str:
        return f"{self.institution} · {self.end_year}"


class Degree(BaseModel):
    """An academic degree or rank with its diploma.

    Without a date it counts as held always: what an import brings, until the diploma is entered.
    """

    DEGREE, RANK = "degree", "rank"
    KINDS = [(DEGREE, _("academic degree")), (RANK, _("academic rank"))]

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="degrees", verbose_name=_("employee")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS)
    degree = ClassifierField("h_academic_degree", verbose_name=_("academic degree"), blank=True)
    rank = ClassifierField("h_academic_rank", verbose_name=_("academic rank"), blank=True)
    diploma_number = models.CharField(_("diploma number"), max_length=40, blank=True)
    diploma_date = models.DateField(_("diploma date"), null=True, blank=True)
    council = models.CharField(_("council"), max_length=255, blank=True)
    council_number = models.CharField(_("number of the decision"), max_length=40, blank=True)
    council_date = models.DateField(_("date of the decision"), null=True, blank=True)
    science_branch = ClassifierField("h_science_branch", verbose_name=_("science branch"), blank=True)
    speciality = models.CharField(_("speciality"), max_length=255, blank=True)
    country = ClassifierField("h_country", verbose_name=_("country"), default="UZ")
    university = models.CharField(_("university"), max_length=255, blank=True)
    scan = models.FileField(_("scan"), upload_to="staff/degrees/", blank=True)

    objects = OfEmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("academic degree or rank")
        verbose_name_plural = _("academic degrees and ranks")
        ordering = [F("diploma_date").desc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="degree", rank="") & ~Q(degree__in=["", "10"])
                | Q(kind="rank", degree="") & ~Q(rank__in=["", "10"]),
                name="degree_or_rank",
            ),
            models.UniqueConstraint(
                fields=["employee", "degree", "rank"],
                condition=Q(diploma_number=""),
                name="degree_without_diploma_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "diploma_number"],
                condition=~Q(diploma_number=""),
                name="degree_diploma_number",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The degree or rank in words."""
        return self.get_degree_display() or self.get_rank_display()  # type: ignore[attr-defined]


class Award(BaseModel):
    """An award or success of an employee."""

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="awards", verbose_name=_("employee")
    )
    kind = ClassifierField("h_teacher_success", verbose_name=_("kind"), default="10")
    title = models.CharField(_("award"), max_length=255)
    awarded_by = models.CharField(_("awarded by"), max_length=255, blank=True)
    awarded_on = models.DateField(_("awarded on"))
    document_number = models.CharField(_("document number"), max_length=64, blank=True)
    scan = models.FileField(_("scan"), upload_to="staff/awards/", blank=True)

    objects = OfEmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["-awarded_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["employee", "title", "awarded_on"], name="award_once")]

    def __str__(self) -> str:
        return self.title
