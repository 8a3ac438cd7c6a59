"""The curriculum: semesters, weeks, blocks, subjects with hours and controls."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curriculum.models.reference import MarkingSystem, RatingSheetKind, Subject
from hemis.base import BaseModel, DatedRule, ScopedQuerySet, Translated
from hemis.classifiers.fields import ClassifierField
from staff.models import Employee
from structure.models import Unit
from students.models import AcademicYear, Group, Speciality

COMPULSORY, ELECTIVE = "11", "12"


class CurriculumQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The university sees all curricula, a faculty those of its specialities.

        What a course of relearning has instead of one is seen as that course.
        """
        plans = self.filter(is_relearning=False)
        return plans if scope.everything else plans.filter(speciality__faculty__in=scope.faculty_ids)


class Curriculum(Translated, BaseModel):
    """The plan by which those who enter in ``start_year`` study a speciality in one form.

    An approved plan is frozen, in the database too: what has to change becomes
    the next version, copied from it.
    """

    DRAFT, APPROVED, RETIRED = "draft", "approved", "retired"
    STATES = [(DRAFT, _("draft")), (APPROVED, _("approved")), (RETIRED, _("retired"))]

    name = models.CharField(_("name"), max_length=256)
    name_ru = models.CharField(_("name (Russian)"), max_length=256, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=256, blank=True)
    speciality = models.ForeignKey(
        Speciality, on_delete=models.PROTECT, related_name="curricula", verbose_name=_("speciality")
    )
    education_form = ClassifierField("h_education_form", verbose_name=_("education form"), default="11")
    marking_system = models.ForeignKey(
        MarkingSystem, on_delete=models.PROTECT, related_name="+", verbose_name=_("marking system")
    )
    start_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="curricula", verbose_name=_("year of entry")
    )
    semester_count = models.PositiveSmallIntegerField(
        _("number of semesters"), default=8, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    hours_per_credit = models.PositiveSmallIntegerField(
        _("hours in a credit"), default=30, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    release = models.PositiveSmallIntegerField(_("version of the plan"), default=1, editable=False)
    copied_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="copies",
        verbose_name=_("copied from"),
    )
    # The plan of one subject by which a course of relearning is taught; no group that is enrolled studies by it.
    is_relearning = models.BooleanField(
        _("course of relearning"), default=False, db_default=False, editable=False
    )
    state = models.CharField(_("state"), max_length=8, choices=STATES, default=DRAFT, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    note = models.TextField(_("note"), blank=True)

    objects = CurriculumQuerySet.as_manager()

    class Meta:
        verbose_name = _("curriculum")
        verbose_name_plural = _("curricula")
        ordering = ["-start_year", "speciality__code", "education_form", "-release"]
        constraints = [
            models.UniqueConstraint(
                fields=["speciality", "education_form", "start_year", "release"],
                condition=Q(is_relearning=False),
                name="curriculum_release_once",
            ),
            models.UniqueConstraint(
                fields=["speciality", "education_form", "start_year"],
                condition=Q(state="approved", is_relearning=False),
                name="one_approved_curriculum",
            ),
            models.CheckConstraint(
                condition=Q(semester_count__gte=1, semester_count__lte=12), name="curriculum_semesters"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="approved_curriculum_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} ({self.start_year_id}/{self.start_year_id + 1})"

    @property
    def faculty_id(self) -> int:
        return self.speciality.faculty_id


class _PartQuerySet(ScopedQuerySet):
    """Parts of a curriculum are seen with it."""

    def for_scope(self, scope):
        if scope.everything:
            return self
        return self.filter(curriculum__speciality__faculty__in=scope.faculty_ids)


class CurriculumSemester(BaseModel):
    """A semester of a plan: its course, academic year and days."""

    curriculum = models.ForeignKey(
        Curriculum, on_delete=models.CASCADE, related_name="semesters", verbose_name=_("curriculum")
    )
    number = models.PositiveSmallIntegerField(
        _("semester"), validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    course = ClassifierField("h_course", verbose_name=_("course"))
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    starts_on = models.DateField(_("begins"))
    ends_on = models.DateField(_("ends"))

    objects = _PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("semester")
        verbose_name_plural = _("semesters")
        ordering = ["curriculum", "number"]
        constraints = [
            models.UniqueConstraint(fields=["curriculum", "number"], name="semester_number_once"),
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="semester_period"),
        ]

    def __str__(self) -> str:
        return _("semester %(number)d") % {"number": self.number}

    @property
    def is_autumn(self) -> bool:
        return self.number % 2 == 1


class CurriculumWeek(BaseModel):
    """A week of the year's graph and what it is for (`h_education_week_type`)."""

    THEORY, HOLIDAY = "11", "16"

    curriculum = models.ForeignKey(
        Curriculum, on_delete=models.CASCADE, related_name="weeks", verbose_name=_("curriculum")
    )
    number = models.PositiveSmallIntegerField(_("week"))
    starts_on = models.DateField(_("begins"))
    ends_on = models.DateField(_("ends"))
    semester = models.ForeignKey(
        CurriculumSemester,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="weeks",
        verbose_name=_("semester"),
    )
    kind = ClassifierField("h_education_week_type", verbose_name=_("kind of week"))

    objects = _PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("week of the graph")
        verbose_name_plural = _("weeks of the graph")
        ordering = ["curriculum", "number"]
        constraints = [
            models.UniqueConstraint(fields=["curriculum", "number"], name="week_number_once"),
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="week_period"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.starts_on:%d.%m}–{self.ends_on:%d.%m.%Y}"


class CurriculumBlock(BaseModel):
    """A block of subjects of a plan (`h_subject_block`)."""

    curriculum = models.ForeignKey(
        Curriculum, on_delete=models.CASCADE, related_name="blocks", verbose_name=_("curriculum")
    )
    code = models.CharField(_("code"), max_length=16)
    block = ClassifierField("h_subject_block", verbose_name=_("block of subjects"))

    objects = _PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("block of a curriculum")
        verbose_name_plural = _("blocks of curricula")
        ordering = ["curriculum", "code"]
        constraints = [models.UniqueConstraint(fields=["curriculum", "code"], name="block_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.get_block_display()}"  # type: ignore[attr-defined]


class CurriculumSubjectQuerySet(_PartQuerySet):
    def for_scope(self, scope):
        """The faculty of the plan, the kafedra that teaches, and the responsible teacher."""
        if scope.everything:
            return self
        return self.filter(
            Q(curriculum__speciality__faculty__in=scope.faculty_ids)
            | Q(kafedra__in=scope.kafedra_ids)
            | (Q(teacher__person=scope.person_id) if scope.person_id else Q(pk=None))
        )


class CurriculumSubject(BaseModel):
    """A subject in a semester of a plan."""

    curriculum = models.ForeignKey(
        Curriculum, on_delete=models.CASCADE, related_name="subjects", verbose_name=_("curriculum")
    )
    semester = models.ForeignKey(
        CurriculumSemester, on_delete=models.CASCADE, related_name="subjects", verbose_name=_("semester")
    )
    block = models.ForeignKey(
        CurriculumBlock,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subjects",
        verbose_name=_("block of subjects"),
    )
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="+", verbose_name=_("subject")
    )
    kind = ClassifierField("h_subject_type", verbose_name=_("kind of subject"), default=COMPULSORY)
    # Subjects of one semester with the same label are alternatives; a student takes one of them.
    elective_group = models.CharField(_("elective group"), max_length=8, blank=True)
    places = models.PositiveSmallIntegerField(_("places"), null=True, blank=True)
    sheet_kind = models.ForeignKey(
        RatingSheetKind, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind of rating sheet")
    )
    final_form = ClassifierField("h_exam_finish", verbose_name=_("final control"), default="11")
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="curriculum_subjects", verbose_name=_("kafedra")
    )
    teacher = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible teacher"),
    )
    credit = models.DecimalField(
        _("credits"), max_digits=4, decimal_places=1, validators=[MinValueValidator(Decimal("0.5"))]
    )
    in_semester = models.BooleanField(
        _("counts to the semester"),
        default=True,
        help_text=_("Otherwise it is additional: practice, attestation."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = CurriculumSubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject of a curriculum")
        verbose_name_plural = _("subjects of curricula")
        ordering = ["semester__number", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["semester", "subject"], name="subject_once_a_semester"),
            models.CheckConstraint(condition=Q(credit__gt=0), name="subject_credit"),
            models.CheckConstraint(
                condition=Q(elective_group="") | Q(kind="12"), name="only_electives_have_a_group"
            ),
        ]

    def __str__(self) -> str:
        return str(self.subject)

    @property
    def total_hours(self) -> int:
        """Academic hours of all kinds of training (prefetched ``hours``)."""
        return sum(one.hours for one in self.hours.all())


class _SubjectPartQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        if scope.everything:
            return self
        return self.filter(curriculum_subject__curriculum__speciality__faculty__in=scope.faculty_ids)


class SubjectHours(models.Model):
    """Academic hours of one kind of training (`h_training_type`)."""

    SELF_STUDY = "17"

    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.CASCADE, related_name="hours", verbose_name=_("subject")
    )
    training_type = ClassifierField("h_training_type", verbose_name=_("kind of training"))
    hours = models.PositiveSmallIntegerField(_("hours"), validators=[MinValueValidator(1)])

    objects = _SubjectPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours of a subject")
        verbose_name_plural = _("hours of subjects")
        ordering = ["curriculum_subject", "training_type"]
        constraints = [
            models.UniqueConstraint(fields=["curriculum_subject", "training_type"], name="hours_once"),
            models.CheckConstraint(condition=Q(hours__gt=0), name="hours_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_training_type_display()}: {self.hours}"  # type: ignore[attr-defined]


class SubjectControl(models.Model):
    """A control of a subject (`h_exam_type`) and the most it may bring."""

    CURRENT, MIDTERM, FINAL, OVERALL = "11", "12", "13", "14"

    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.CASCADE, related_name="controls", verbose_name=_("subject")
    )
    control = ClassifierField("h_exam_type", verbose_name=_("kind of control"))
    max_points = models.PositiveSmallIntegerField(
        _("maximum"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    objects = _SubjectPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("control of a subject")
        verbose_name_plural = _("controls of subjects")
        ordering = ["curriculum_subject", "control"]
        constraints = [
            models.UniqueConstraint(fields=["curriculum_subject", "control"], name="control_once"),
            models.CheckConstraint(
                condition=Q(max_points__gte=1, max_points__lte=100), name="control_maximum"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_control_display()}: {self.max_points}"  # type: ignore[attr-defined]


class GroupCurriculum(BaseModel):
    """The plan a group studies by: of the group's speciality and year of entry, and approved when it is given."""

    group = models.OneToOneField(
        Group, on_delete=models.CASCADE, related_name="plan", verbose_name=_("group")
    )
    curriculum = models.ForeignKey(
        Curriculum, on_delete=models.PROTECT, related_name="groups", verbose_name=_("curriculum")
    )

    objects = _PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("curriculum of a group")
        verbose_name_plural = _("curricula of groups")
        ordering = ["group__name"]

    def __str__(self) -> str:
        return f"{self.group}: {self.curriculum}"


class CurriculumNorm(DatedRule):
    """A figure that the law sets for curricula, from a date on (law 7)."""

    CODES = [
        ("credits_semester", _("credits of a semester")),
        ("credits_year", _("credits of a year")),
        ("credits_total", _("credits of the whole plan")),
        ("hours_per_credit", _("hours in a credit")),
        ("contact_share", _("share of classroom hours, %")),
        ("weeks_year", _("weeks of a year")),
        ("hours_week", _("classroom hours of a week")),
    ]

    code = models.CharField(_("figure"), max_length=32, choices=CODES)
    education_type = ClassifierField("h_education_type", verbose_name=_("education type"))
    low = models.DecimalField(_("at least"), max_digits=6, decimal_places=1)
    high = models.DecimalField(_("at most"), max_digits=6, decimal_places=1)
    basis = models.CharField(_("legal basis"), max_length=512)

    class Meta:
        verbose_name = _("norm of curricula")
        verbose_name_plural = _("norms of curricula")
        ordering = ["education_type", "code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "education_type", "valid_from"], name="norm_once_a_day"),
            models.CheckConstraint(condition=Q(high__gte=models.F("low")), name="norm_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}: {self.low}–{self.high}"
