"""Specialities, programmes, groups, candidates, students and their placements."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.people.models import Person
from structure.models import Unit


class FacultyQuerySet(ScopedQuerySet):
    """Rows with a ``faculty``: seen by the university and by that faculty."""

    def for_scope(self, scope):
        return self if scope.everything else self.filter(faculty__in=scope.faculty_ids)


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


class Speciality(BaseModel):
    """A speciality of the national classifier as one faculty teaches it."""

    code = models.CharField(_("code"), max_length=16, validators=[RegexValidator(r"^\d{6,8}$")])
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


class Group(BaseModel):
    """An academic group. Empty language or form means a mixed group: each student has the own."""

    name = models.CharField(_("name"), max_length=64)
    faculty = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="groups", verbose_name=_("faculty")
    )
    speciality = models.ForeignKey(
        Speciality, on_delete=models.PROTECT, related_name="groups", verbose_name=_("speciality")
    )
    entry_year = models.PositiveIntegerField(_("entry year"))
    education_form = ClassifierField("h_education_form", verbose_name=_("education form"), blank=True)
    language = ClassifierField("h_language", verbose_name=_("language"), blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), default=30)
    is_active = models.BooleanField(_("active"), default=True)

    objects = FacultyQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name", "entry_year"], name="group_name_once_a_year")]

    def __str__(self) -> str:
        return self.name


class CandidateQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(group__faculty__in=scope.faculty_ids)


class Candidate(BaseModel):
    """An admitted applicant, imported from the admission list; a student only by an executed order."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="candidacies", verbose_name=_("person")
    )
    entry_year = models.PositiveIntegerField(_("entry year"))
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="candidates", verbose_name=_("programme")
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="candidates", verbose_name=_("group")
    )
    course = ClassifierField("h_course", verbose_name=_("course"), default="11")
    language = ClassifierField("h_language", verbose_name=_("language"))
    payment_form = ClassifierField("h_payment_form", verbose_name=_("payment form"))
    social_category = ClassifierField("h_social_category", verbose_name=_("social category"), default="10")
    student_type = ClassifierField("h_student_type", verbose_name=_("kind of student"), default="11")
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=1)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ["person__sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["person", "entry_year"], name="candidate_once_a_year"),
            models.CheckConstraint(condition=models.Q(score__gte=0, score__lte=189), name="candidate_score"),
        ]

    def __str__(self) -> str:
        return self.person.full_name


class StudentQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty of the current placement sees the student; a student sees oneself."""
        if scope.everything:
            return self
        return self.filter(
            models.Q(current__faculty__in=scope.faculty_ids) | models.Q(person=scope.person_id)
        )

    def with_card(self):
        """All that a list row or a card shows, in one query."""
        return self.select_related(
            "person", "current__faculty", "current__group", "current__programme__speciality"
        )


class Student(BaseModel):
    """A person's study of a programme. Who, where and how one studies stands in the placements."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="studies", verbose_name=_("person")
    )
    number = models.CharField(
        _("student number"), max_length=12, unique=True, validators=[RegexValidator(r"^\d{12}$")]
    )
    entry_year = models.PositiveIntegerField(_("entry year"))
    candidate = models.OneToOneField(
        Candidate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="student",
        verbose_name=_("candidate"),
    )
    social_category = ClassifierField("h_social_category", verbose_name=_("social category"), default="10")
    student_type = ClassifierField("h_student_type", verbose_name=_("kind of student"), default="11")
    entrance_score = models.DecimalField(
        _("entrance score"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    accommodation = ClassifierField("h_accommodation", verbose_name=_("place of living"), blank=True)
    # Kept by a trigger from the placements; a write from anywhere else is refused (law 2).
    current = models.OneToOneField(
        "Placement",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("current placement"),
    )

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = _("student")
        verbose_name_plural = _("students")
        ordering = ["person__sort_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^\d{12}$"), name="student_number_digits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person.full_name} ({self.number})"


class PlacementQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        if scope.everything:
            return self
        return self.filter(
            models.Q(faculty__in=scope.faculty_ids) | models.Q(student__person=scope.person_id)
        )

    def on(self, day):
        """Placements in force on ``day``."""
        return self.filter(valid_from__lte=day).filter(models.Q(valid_to=None) | models.Q(valid_to__gt=day))


class Placement(models.Model):
    """Where and how a student studies, from one executed order until the next.

    Rows are written only while a signed order that names the student is being
    executed, and only ``valid_to`` and ``closed_by`` ever change; the database
    refuses everything else (order clause B8).
    """

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="placements", verbose_name=_("student")
    )
    order = models.ForeignKey(
        "movement.Order", on_delete=models.PROTECT, related_name="placements", verbose_name=_("order")
    )
    closed_by = models.ForeignKey(
        "movement.Order",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="closed_placements",
        verbose_name=_("closed by order"),
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    status = ClassifierField("h_student_status", verbose_name=_("status"))
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="+", verbose_name=_("programme")
    )
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="placements",
        verbose_name=_("group"),
    )
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    course = ClassifierField("h_course", verbose_name=_("course"))
    semester = ClassifierField("h_semester", verbose_name=_("semester"))
    education_form = ClassifierField("h_education_form", verbose_name=_("education form"))
    language = ClassifierField("h_language", verbose_name=_("language"))
    payment_form = ClassifierField("h_payment_form", verbose_name=_("payment form"))

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ["student", "-valid_from", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=models.Q(valid_to=None), name="one_open_placement"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="placement_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id}: {self.valid_from} – {self.valid_to or ''}"
