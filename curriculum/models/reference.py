"""What curricula are made of: subjects, marking systems, kinds of rating sheet, class pairs."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Func, Q, Value
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, DatedRule, SharedQuerySet, Translated
from hemis.classifiers.fields import ClassifierField
from structure.models import Unit
from students.models import AcademicYear

MINUTES_A_DAY = 24 * 60


class SubjectGroup(Translated, BaseModel):
    """A group of subjects; groups form a tree."""

    code = models.CharField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=256)
    name_ru = models.CharField(_("name (Russian)"), max_length=256, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=256, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject group")
        verbose_name_plural = _("subject groups")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=models.F("pk")), name="subject_group_not_own_parent")
        ]

    def __str__(self) -> str:
        return self.get_name_display()


class Subject(Translated, BaseModel):
    """A subject of the university's base; a curriculum offers those of its own education type."""

    code = models.CharField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=256)
    name_ru = models.CharField(_("name (Russian)"), max_length=256, blank=True)
    # The diploma supplement prints it.
    name_en = models.CharField(_("name (English)"), max_length=256, blank=True)
    group = models.ForeignKey(
        SubjectGroup, on_delete=models.PROTECT, related_name="subjects", verbose_name=_("subject group")
    )
    education_type = ClassifierField("h_education_type", verbose_name=_("education type"), default="11")
    kafedra = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subjects",
        verbose_name=_("kafedra"),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return f"{self.get_name_display()} [{self.code}]"


class MarkingSystem(Translated, BaseModel):
    """A way of marking: five marks, a hundred points, credits."""

    FIVE, HUNDRED, CREDIT = "five", "hundred", "credit"
    SCALES = [
        (FIVE, _("five marks")),
        (HUNDRED, _("a hundred points")),
        (CREDIT, _("credit-module, a hundred points")),
    ]

    code = models.CharField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=256)
    name_ru = models.CharField(_("name (Russian)"), max_length=256, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=256, blank=True)
    scale = models.CharField(_("scale"), max_length=8, choices=SCALES)
    is_active = models.BooleanField(_("active"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("marking system")
        verbose_name_plural = _("marking systems")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.get_name_display()

    @property
    def highest(self) -> int:
        """The best result of a subject: 5 marks or 100 points."""
        return 5 if self.scale == self.FIVE else 100


class MarkingRule(DatedRule):
    """What a marking system asks, from a date on (law 7)."""

    system = models.ForeignKey(
        MarkingSystem, on_delete=models.CASCADE, related_name="rules", verbose_name=_("marking system")
    )
    pass_percent = models.DecimalField(
        _("passed from, % of the maximum"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    attempts = models.PositiveSmallIntegerField(
        _("sheets a subject may have"), default=3, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    gpa_threshold = models.DecimalField(
        _("GPA to be promoted"), max_digits=3, decimal_places=2, null=True, blank=True
    )
    basis = models.CharField(_("legal basis"), max_length=512)

    class Meta:
        verbose_name = _("rule of a marking system")
        verbose_name_plural = _("rules of marking systems")
        ordering = ["system", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["system", "valid_from"], name="marking_rule_once_a_day"),
            models.CheckConstraint(
                condition=Q(pass_percent__gte=0, pass_percent__lte=100), name="marking_rule_percent"
            ),
            models.CheckConstraint(
                condition=Q(attempts__gte=1, attempts__lte=3), name="marking_rule_attempts"
            ),
            # VMQ 824/2020, p. 42: the university sets it between 2.4 and 3.0.
            models.CheckConstraint(
                condition=Q(gpa_threshold=None)
                | Q(gpa_threshold__gte=Decimal("2.4"), gpa_threshold__lte=Decimal("3.0")),
                name="marking_rule_gpa",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} · {self.valid_from:%d.%m.%Y}"


class GradeType(Translated, DatedRule):
    """A mark of a system: it is given from ``lowest`` up to the next mark, so that no result falls between two."""

    system = models.ForeignKey(
        MarkingSystem, on_delete=models.CASCADE, related_name="grades", verbose_name=_("marking system")
    )
    lowest = models.DecimalField(_("from"), max_digits=5, decimal_places=2, validators=[MinValueValidator(0)])
    mark = models.PositiveSmallIntegerField(
        _("mark"), validators=[MinValueValidator(2), MaxValueValidator(5)]
    )
    letter = models.CharField(_("letter"), max_length=2, blank=True)
    point = models.DecimalField(_("GPA point"), max_digits=3, decimal_places=2, null=True, blank=True)
    name = models.CharField(_("name"), max_length=64)
    name_ru = models.CharField(_("name (Russian)"), max_length=64, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("grade type")
        verbose_name_plural = _("grade types")
        ordering = ["system", "-valid_from", "-lowest"]
        constraints = [
            models.UniqueConstraint(fields=["system", "valid_from", "lowest"], name="grade_type_border_once"),
            models.CheckConstraint(condition=Q(lowest__gte=0, lowest__lte=100), name="grade_type_border"),
            models.CheckConstraint(condition=Q(mark__gte=2, mark__lte=5), name="grade_type_mark"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} ({self.letter})" if self.letter else str(self.mark)


class RatingSheetKind(Translated, BaseModel):
    """A kind of rating sheet (qaydnoma): of a subject, a course work, an internship …"""

    # State examinations and graduation works: marked by a commission, not by a sheet of a teacher.
    ATTESTED = ("13", "15")

    code = models.CharField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=256)
    name_ru = models.CharField(_("name (Russian)"), max_length=256, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=256, blank=True)
    short_name = models.CharField(_("short name"), max_length=16)
    has_parts = models.BooleanField(
        _("made of current, midterm and final controls"),
        default=False,
        help_text=_("Otherwise the sheet has one overall mark."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of rating sheet")
        verbose_name_plural = _("kinds of rating sheet")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.get_name_display()


def _minute(field: str) -> Func:
    """Minutes from the beginning of the year's own stretch of a number line: one year never meets another."""
    minutes = Func(
        models.F(field),
        function="EXTRACT",
        template="(EXTRACT(EPOCH FROM %(expressions)s)::integer / 60)",
        output_field=models.IntegerField(),
    )
    return models.F("academic_year") * Value(MINUTES_A_DAY) + minutes  # type: ignore[return-value]


class ClassPair(BaseModel):
    """A pair (juftlik): two academic hours at a time of the day, set anew each academic year."""

    HOURS = 2

    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="class_pairs", verbose_name=_("academic year")
    )
    number = models.PositiveSmallIntegerField(
        _("pair"), validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    starts = models.TimeField(_("begins"))
    ends = models.TimeField(_("ends"))
    is_active = models.BooleanField(_("active"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("class pair")
        verbose_name_plural = _("class pairs")
        ordering = ["-academic_year", "number"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "number"], name="class_pair_number_once"),
            models.CheckConstraint(condition=Q(ends__gt=models.F("starts")), name="class_pair_period"),
            ExclusionConstraint(
                name="class_pairs_do_not_meet",
                expressions=[
                    (
                        Func(
                            _minute("starts"),
                            _minute("ends"),
                            function="int4range",
                            output_field=models.IntegerField(),
                        ),
                        "&&",
                    )
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.starts:%H:%M}–{self.ends:%H:%M})"
