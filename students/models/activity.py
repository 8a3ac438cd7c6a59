"""What students achieve and where they go: achievements, olympiads, sport, exchange."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.pages import files
from structure.models import Unit
from students.models.base import StudentPartQuerySet
from students.models.programmes import AcademicYear
from students.models.studies import Student

LEVELS = [("republic", _("Republican")), ("international", _("International"))]
SPORT_RECORDS = [("rank", _("Sports rank")), ("section", _("Section or club"))]
DIRECTIONS = [("in", _("Incoming")), ("out", _("Outgoing"))]


class Achievement(BaseModel):
    """A prize, a named stipend, a victory (`h_student_success`)."""

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="achievements", verbose_name=_("student")
    )
    kind = ClassifierField("h_student_success", verbose_name=_("achievement"))
    title = models.CharField(_("for what"), max_length=255, blank=True)
    document = models.CharField(_("document, number"), max_length=255)
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    scan = models.FileField(_("scan"), upload_to=files.random_path, blank=True)

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("achievement")
        verbose_name_plural = _("achievements")
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["student", "kind", "document"], name="achievement_once"),
            models.CheckConstraint(
                condition=models.Q(year__gte=1990, year__lte=2100), name="achievement_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.year}"


class Olympiad(BaseModel):
    """A place won at an olympiad."""

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="olympiads", verbose_name=_("student")
    )
    level = models.CharField(_("rank of the olympiad"), max_length=16, choices=LEVELS)
    name = models.CharField(_("olympiad"), max_length=255)
    section = models.CharField(_("subject or section"), max_length=255, blank=True)
    country = ClassifierField("h_country", verbose_name=_("country"), default="UZ")
    venue = models.CharField(_("venue"), max_length=255)
    held_on = models.DateField(_("date"))
    place = models.PositiveSmallIntegerField(_("place won"), validators=[MinValueValidator(1)])
    diploma = models.CharField(_("diploma, series and number"), max_length=64, blank=True)
    scan = models.FileField(_("scan"), upload_to=files.random_path, blank=True)

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("olympiad result")
        verbose_name_plural = _("olympiad results")
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "name", "section", "held_on"], name="olympiad_result_once"
            ),
            models.CheckConstraint(condition=models.Q(place__gte=1), name="olympiad_place"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.held_on:%d.%m.%Y}"


class SportRecord(BaseModel):
    """A sports rank, or membership of a section or club."""

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="sport_records", verbose_name=_("student")
    )
    sport = ClassifierField("h_sport_type", verbose_name=_("kind of sport"), blank=True)
    sport_name = models.CharField(_("kind of sport, if not listed"), max_length=64, blank=True)
    kind = models.CharField(_("kind of record"), max_length=16, choices=SPORT_RECORDS)
    name = models.CharField(_("rank, section or club"), max_length=128)
    document = models.CharField(_("document, number"), max_length=128, blank=True)
    given_on = models.DateField(_("since"))
    scan = models.FileField(_("scan"), upload_to=files.random_path, blank=True)

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("sport record")
        verbose_name_plural = _("sport records")
        ordering = ["-given_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(sport="", sport_name=""), name="sport_record_names_the_sport"
            )
        ]

    def __str__(self) -> str:
        return f"{self.what_sport} · {self.name}"

    @property
    def what_sport(self) -> str:
        """The kind of sport, from the classifier or in words."""
        return self.get_sport_display() or self.sport_name


class ExchangeQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Those of the faculty, and those of students one sees."""
        if scope.everything:
            return self
        return self.filter(
            models.Q(faculty__in=scope.faculty_ids) | models.Q(student__in=Student.objects.for_scope(scope))
        )


class Exchange(BaseModel):
    """A student of ours abroad, or a guest student here."""

    direction = models.CharField(_("direction"), max_length=4, choices=DIRECTIONS)
    student = models.ForeignKey(
        Student,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="exchanges",
        verbose_name=_("student of ours"),
    )
    guest_name = models.CharField(_("guest student's full name"), max_length=255, blank=True)
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    education_type = ClassifierField("h_education_type", verbose_name=_("education type"), default="11")
    country = ClassifierField("h_country", verbose_name=_("country"))
    university = models.CharField(_("university"), max_length=255)
    speciality_name = models.CharField(_("speciality"), max_length=255)
    programme_name = models.CharField(_("exchange programme"), max_length=128, blank=True)
    document = models.CharField(_("document, number and date"), max_length=255)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"))
    scan = models.FileField(_("scan"), upload_to=files.random_path, blank=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("student exchange")
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="exchange_period"
            ),
            models.CheckConstraint(
                condition=models.Q(direction="out", student__isnull=False, guest_name="")
                | models.Q(direction="in", student=None) & ~models.Q(guest_name=""),
                name="exchange_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} · {self.university}"

    @property
    def who(self) -> str:
        """The student of ours, or the guest."""
        return self.student.person.full_name if self.student_id and self.student else self.guest_name
