"""Candidates, students and their placements."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.people.models import Person
from structure.models import Unit
from students.models.base import cared_for
from students.models.groups import Group
from students.models.programmes import AcademicYear, Programme

MARITAL_STATUSES = [
    ("single", _("not married")),
    ("married", _("married")),
    ("divorced", _("divorced")),
    ("widowed", _("widowed")),
]


class CandidateQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(programme__speciality__faculty__in=scope.faculty_ids)


class Candidate(BaseModel):
    """An admitted applicant, imported from the admission list; a student only by an executed order."""

    # Found by ``candidate_once_a_year``, which begins with the person.
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="candidacies", db_index=False, verbose_name=_("person")
    )
    entry_year = models.PositiveIntegerField(_("entry year"))
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="candidates", verbose_name=_("programme")
    )
    # Empty until the dean's office distributes; an admission order names only who has one.
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="candidates",
        verbose_name=_("group"),
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
        """The faculty of the current placement, the tutor of the group today, and the student oneself."""
        if scope.everything:
            return self
        found = models.Q(current__faculty__in=scope.faculty_ids)
        if scope.person_id:
            found |= models.Q(person=scope.person_id) | models.Q(current__group__in=cared_for(scope))
        return self.filter(found)

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
    is_targeted = models.BooleanField(
        _("targeted admission"),
        default=False,
        db_default=False,
        help_text=_("Admitted by the order of an employer (maqsadli qabul), for one programme alone."),
    )
    accommodation = ClassifierField("h_accommodation", verbose_name=_("place of living"), blank=True)
    # Where the student lives while studying; the permanent address is the person's.
    current_region = ClassifierField("h_soato", verbose_name=_("region of living"), blank=True)
    current_district = ClassifierField("h_soato", verbose_name=_("district of living"), blank=True)
    current_address = models.CharField(_("address of living"), max_length=255, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    living_status = ClassifierField(
        "h_student_living_status", verbose_name=_("status of the place of living"), blank=True
    )
    roommate_type = ClassifierField(
        "h_student_roommate_type", verbose_name=_("lives together with"), blank=True
    )
    roommate_count = models.PositiveSmallIntegerField(_("how many live together"), null=True, blank=True)
    landlord = models.CharField(_("owner of the dwelling, phone"), max_length=255, blank=True)
    marital_status = models.CharField(
        _("marital status"), max_length=16, choices=MARITAL_STATUSES, blank=True
    )
    children = models.PositiveSmallIntegerField(_("children"), null=True, blank=True)
    uzasbo_number = models.CharField(
        _("number in UzASBO"),
        max_length=20,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"^\d{3,20}$", _("Digits only, from 3 to 20."))],
        help_text=_("As the accounting system of the budget knows the student; stipends go by it."),
    )
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
            ),
            models.UniqueConstraint(
                fields=["uzasbo_number"],
                condition=~models.Q(uzasbo_number=""),
                name="student_uzasbo_number",
                violation_error_message=_("Another student has this number in UzASBO."),
            ),
            # The first four figures of a district's SOATO code are its region's.
            models.CheckConstraint(
                condition=models.Q(current_district="")
                | models.Q(current_district__startswith=models.F("current_region"))
                & ~models.Q(current_region=""),
                name="student_district_of_region",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="student_place_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.full_name} ({self.number})"


class PlacementQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        if scope.everything:
            return self
        found = models.Q(faculty__in=scope.faculty_ids)
        if scope.person_id:
            found |= models.Q(student__person=scope.person_id) | models.Q(group__in=cared_for(scope))
        return self.filter(found)

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
        db_index=False,
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
        # Whole courses are opened at once, and nobody has closed those yet.
        indexes = [
            models.Index(
                fields=["closed_by"], condition=models.Q(closed_by__isnull=False), name="placement_closed_by"
            )
        ]
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
        end = f"{self.valid_to:%d.%m.%Y}" if self.valid_to else ""
        return (
            f"{self.get_course_display()} · {self.get_status_display()} · {self.valid_from:%d.%m.%Y} – {end}"
        )
