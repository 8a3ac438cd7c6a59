"""Academic years, specialities, programmes, qualifications and admission quotas."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet, Translated
from hemis.classifiers.fields import ClassifierField
from structure.models import Unit
from students.models.base import FacultyQuerySet

# Bachelor codes are digits (60610100, 5110100), master's and ordinatura ones hold a letter (5A110101).
CODE = RegexValidator(
    r"^\d[\dA-Z]\d{4,6}$", _("A code looks like 60610100, or 5A110101 for a master's speciality.")
)


class AcademicYear(BaseModel):
    """An academic year, named by the calendar year it starts in (2026 = 2026/2027)."""

    year = models.PositiveIntegerField(_("year"), primary_key=True)
    is_current = models.BooleanField(_("current"), default=False)

    class Meta:
        verbose_name = _("academic year")
        verbose_name_plural = _("academic years")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=models.Q(is_current=True), name="one_current_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}/{self.year + 1}"


class Speciality(Translated, BaseModel):
    """A speciality of the national classifier as one faculty teaches it."""

    code = models.CharField(_("code"), max_length=16, validators=[CODE])
    name = models.CharField(_("name"), max_length=256)
    name_ru = models.CharField(_("name (Russian)"), max_length=256, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=256, blank=True)
    education_type = ClassifierField("h_education_type", verbose_name=_("education type"), default="11")
    faculty = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="specialities", verbose_name=_("faculty")
    )
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("kafedra")
    )
    # Local or joint with another university (people.md 4.1): nobody is transferred into or out of a joint one.
    locality = ClassifierField(
        "h_locality_type", verbose_name=_("local or joint"), default="11", db_default="11"
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = FacultyQuerySet.as_manager()

    class Meta:
        verbose_name = _("speciality")
        verbose_name_plural = _("specialities")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["education_type", "faculty", "code"], name="speciality_once_per_faculty"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.get_name_display()}"

    @property
    def on_paper(self) -> str:
        """Code and name as papers state them, whoever makes them."""
        return f"{self.code} {self.name}"


class ProgrammeQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(speciality__faculty__in=scope.faculty_ids)


class Programme(BaseModel):
    """A speciality taught in one form over so many years; what a student studies."""

    speciality = models.ForeignKey(
        Speciality, on_delete=models.PROTECT, related_name="programmes", verbose_name=_("speciality")
    )
    education_form = ClassifierField("h_education_form", verbose_name=_("education form"))
    years = models.DecimalField(_("duration (years)"), max_digits=3, decimal_places=1, default=4)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["speciality__code", "education_form"]
        constraints = [
            models.UniqueConstraint(fields=["speciality", "education_form"], name="programme_form"),
            models.CheckConstraint(condition=models.Q(years__gt=0, years__lte=8), name="programme_years"),
        ]

    def __str__(self) -> str:
        return f"{self.speciality} · {self.get_education_form_display()}"


class SpecialityPartQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(speciality__faculty__in=scope.faculty_ids)


class Qualification(Translated, BaseModel):
    """A qualification that the diploma of a speciality names, in the three languages of the diploma."""

    speciality = models.ForeignKey(
        Speciality, on_delete=models.PROTECT, related_name="qualifications", verbose_name=_("speciality")
    )
    name = models.CharField(_("name (Uzbek)"), max_length=128)
    name_ru = models.CharField(_("name (Russian)"), max_length=128, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=128, blank=True)
    description = models.TextField(_("description (Uzbek)"), max_length=1700, blank=True)
    description_ru = models.TextField(_("description (Russian)"), max_length=1700, blank=True)
    description_en = models.TextField(_("description (English)"), max_length=1700, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = SpecialityPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        ordering = ["speciality__code", "name"]
        constraints = [models.UniqueConstraint(fields=["speciality", "name"], name="qualification_once")]

    def __str__(self) -> str:
        return self.get_name_display()


class AdmissionQuota(BaseModel):
    """How many may be admitted: year × speciality × form × payment form × language → places."""

    entry_year = models.PositiveIntegerField(_("entry year"))
    speciality = models.ForeignKey(
        Speciality, on_delete=models.PROTECT, related_name="quotas", verbose_name=_("speciality")
    )
    education_form = ClassifierField("h_education_form", verbose_name=_("education form"))
    payment_form = ClassifierField("h_payment_form", verbose_name=_("payment form"))
    language = ClassifierField("h_language", verbose_name=_("language"))
    places = models.PositiveIntegerField(_("places"))

    objects = SpecialityPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("admission quota")
        verbose_name_plural = _("admission quotas")
        ordering = ["-entry_year", "speciality__code", "education_form", "payment_form", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry_year", "speciality", "education_form", "payment_form", "language"],
                name="quota_once",
            ),
            models.CheckConstraint(
                condition=models.Q(entry_year__gte=2000, entry_year__lte=2100), name="quota_year"
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.entry_year} · {self.speciality} · {self.get_education_form_display()} · "
            f"{self.get_payment_form_display()} · {self.get_language_display()}"
        )
