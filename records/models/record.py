"""The academic record (akademik yozuv): frozen lines, and the acts that recognise and correct."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from curriculum.models import CurriculumSubject
from grading.models import GradeSheet, SheetCorrection
from hemis.base import BaseModel
from hemis.pages.files import random_path
from students.models import AcademicYear, Student
from students.models.base import StudentPartQuerySet

# The national kinds of a rating sheet (`h_rating_grade`).
SUBJECT, COURSE_WORK, STATE_EXAM, PRACTICE, GRADUATION_WORK, OVERALL_SUBJECT = (
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
)
KINDS = [
    (SUBJECT, _("subject")),
    (COURSE_WORK, _("course work")),
    (STATE_EXAM, _("state examination")),
    (PRACTICE, _("practice")),
    (GRADUATION_WORK, _("graduation work")),
    (OVERALL_SUBJECT, _("subject with one control")),
]
# What the mean point and the GPA are of.
SUBJECTS = (SUBJECT, OVERALL_SUBJECT)
# What a state attestation commission marks.
ATTESTED = (STATE_EXAM, GRADUATION_WORK)


def _user(label, **options):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=label,
        editable=False, **options,
    )  # fmt: skip


class RecordLineQuerySet(StudentPartQuerySet):
    def current(self):
        """Lines in force: none of them is superseded."""
        return self.filter(is_current=True)

    def passed(self):
        """What is mastered."""
        return self.current().filter(passed=True)


class RecordLine(models.Model):
    """A subject that a student has mastered, with names, hours and marks as they were on that day.

    A line is only ever added: a correction is a further line by an act, which
    supersedes the older one. The database refuses every other change, keeps one
    line in force for each subject of the plan, and compares each with its source.
    """

    SHEET, ATTESTATION, RECOGNISED = "sheet", "attestation", "recognised"
    ORIGINS = [
        (SHEET, _("grade sheet")),
        (ATTESTATION, _("state attestation")),
        (RECOGNISED, _("recognised from another university")),
    ]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="record_lines", verbose_name=_("student")
    )
    # Empty for a recognised subject that stands for none of the plan.
    curriculum_subject = models.ForeignKey(
        CurriculumSubject,
        on_delete=models.PROTECT,
        null=True,
        related_name="record_lines",
        verbose_name=_("subject of the plan"),
    )
    kind = models.CharField(_("kind"), max_length=2, choices=KINDS)
    origin = models.CharField(_("origin"), max_length=12, choices=ORIGINS)
    subject_code = models.CharField(_("code of the subject"), max_length=64, blank=True)
    subject_name = models.CharField(_("subject"), max_length=256)
    subject_name_ru = models.CharField(_("subject (Russian)"), max_length=256, blank=True)
    subject_name_en = models.CharField(_("subject (English)"), max_length=256, blank=True)
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    semester = models.PositiveSmallIntegerField(_("semester"))
    hours = models.PositiveSmallIntegerField(_("hours"))
    credit = models.DecimalField(_("credits"), max_digits=4, decimal_places=1)
    points = models.DecimalField(_("points"), max_digits=4, decimal_places=1)
    mark = models.PositiveSmallIntegerField(_("mark"))
    letter = models.CharField(_("letter"), max_length=2, blank=True)
    point = models.DecimalField(_("GPA point"), max_digits=3, decimal_places=2)
    passed = models.BooleanField(_("passed"), default=True)
    # Who marked: the examiner, the chair of the commission, the other university.
    examiner = models.CharField(_("examiner"), max_length=256, blank=True)
    held_on = models.DateField(_("day of the control"), null=True)
    sheet = models.ForeignKey(
        GradeSheet, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("grade sheet")
    )
    act = models.ForeignKey(
        "records.RecordAct", on_delete=models.PROTECT, null=True, related_name="lines", verbose_name=_("act")
    )
    attestation = models.ForeignKey(
        "records.AttestationLine",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("result of state attestation"),
    )
    correction = models.ForeignKey(
        SheetCorrection,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("correction of the grade sheet"),
    )
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="superseded_by",
        verbose_name=_("instead of the line"),
    )
    # By what the line came instead of the older one.
    act_number = models.CharField(_("number of the act"), max_length=64, blank=True)
    act_date = models.DateField(_("date of the act"), null=True)
    act_reason = models.CharField(_("reason"), max_length=500, blank=True)
    # Kept by the database: no other line supersedes this one.
    is_current = models.BooleanField(_("in force"), default=True, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    recorded_by = _user(_("recorded by"), null=True)

    objects = RecordLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the academic record")
        verbose_name_plural = _("academic record")
        ordering = ["student__person__sort_key", "semester", "subject_name", "pk"]
        indexes = [
            models.Index(fields=["student", "semester"], name="record_of_student"),
            models.Index(fields=["academic_year", "kind"], name="record_of_year"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "curriculum_subject"],
                condition=Q(is_current=True, curriculum_subject__isnull=False),
                name="one_line_of_a_subject",
            ),
            models.UniqueConstraint(
                fields=["student", "subject_name", "semester"],
                condition=Q(is_current=True, curriculum_subject=None),
                name="one_line_of_a_foreign_subject",
            ),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=100), name="record_points"),
            models.CheckConstraint(condition=Q(point__gte=0, point__lte=5), name="record_point"),
            models.CheckConstraint(condition=Q(mark__in=[0, 2, 3, 4, 5]), name="record_mark"),
            models.CheckConstraint(
                condition=Q(passed=False, mark__lte=2) | Q(passed=True, mark__gte=3), name="record_passed"
            ),
            models.CheckConstraint(
                condition=Q(passed=True) | Q(supersedes__isnull=False), name="record_of_what_is_mastered"
            ),
            models.CheckConstraint(condition=Q(credit__gt=0, hours__gt=0), name="record_volume"),
            models.CheckConstraint(condition=Q(semester__gte=1, semester__lte=12), name="record_semester"),
            models.CheckConstraint(
                condition=Q(supersedes=None)
                | Q(act_date__isnull=False) & ~Q(act_number="") & ~Q(act_reason=""),
                name="record_changes_by_an_act",
            ),
            models.CheckConstraint(
                condition=~Q(origin="sheet") | Q(sheet__isnull=False, curriculum_subject__isnull=False),
                name="record_of_a_sheet_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(origin="attestation")
                | Q(attestation__isnull=False, curriculum_subject__isnull=False),
                name="record_of_a_commission_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(origin="recognised") | Q(act__isnull=False), name="recognised_by_an_act"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_name}: {self.points}"

    @property
    def name(self) -> str:
        """The subject in the language of the page, else in Uzbek."""
        return self.name_in(translation.get_language() or "uz")

    def name_in(self, language: str) -> str:
        """The subject in a language (``uz``, ``ru``, ``en``); Uzbek where it has no such name."""
        return getattr(self, f"subject_name_{language[:2]}", "") or self.subject_name


class RecordAct(BaseModel):
    """An act of the academic record: subjects recognised from another university, or a line corrected.

    Proposed by the dean's office and confirmed by somebody else; confirming writes
    the line. A line of a grade sheet is corrected by an act for the sheet instead.
    """

    RECOGNITION, CORRECTION = "recognition", "correction"
    KINDS = [(RECOGNITION, _("recognition of a subject")), (CORRECTION, _("correction of a line"))]
    PROPOSED, CONFIRMED, REJECTED = "proposed", "confirmed", "rejected"
    STATES = [(PROPOSED, _("proposed")), (CONFIRMED, _("confirmed")), (REJECTED, _("rejected"))]

    kind = models.CharField(_("kind"), max_length=12, choices=KINDS, editable=False)
    academic_year = models.ForeignKey(
        AcademicYear,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("year of the act"),
    )
    serial = models.PositiveIntegerField(_("number"), editable=False)
    student = models.ForeignKey(
        Student,
        on_delete=models.PROTECT,
        related_name="record_acts",
        editable=False,
        verbose_name=_("student"),
    )
    line = models.ForeignKey(
        RecordLine,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="acts",
        verbose_name=_("line of the academic record"),
    )
    curriculum_subject = models.ForeignKey(
        CurriculumSubject,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("subject of the plan"),
        help_text=_("The subject that it stands for; empty when it stands for none."),
    )
    institution = models.CharField(_("university where it was studied"), max_length=256, blank=True)
    subject_name = models.CharField(_("subject"), max_length=256, blank=True)
    subject_name_ru = models.CharField(_("subject (Russian)"), max_length=256, blank=True)
    subject_name_en = models.CharField(_("subject (English)"), max_length=256, blank=True)
    studied_year = models.ForeignKey(
        AcademicYear,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("academic year"),
    )
    semester = models.PositiveSmallIntegerField(_("semester"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(_("hours"), null=True, blank=True)
    credit = models.DecimalField(_("credits"), max_digits=4, decimal_places=1, null=True, blank=True)
    points = models.DecimalField(_("points"), max_digits=4, decimal_places=1)
    basis = models.CharField(
        _("document"),
        max_length=255,
        help_text=_("Transcript, academic certificate or minutes: number and date."),
    )
    decision_number = models.CharField(_("number of the decision"), max_length=64)
    decision_date = models.DateField(_("date of the decision"))
    reason = models.CharField(_("reason"), max_length=500)
    scan = models.FileField(_("scan of the document"), upload_to=random_path, max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=PROPOSED, editable=False)
    proposed_by = _user(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"), db_default=Now(), editable=False)
    decided_by = _user(_("decided by"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("act of the academic record")
        verbose_name_plural = _("acts of the academic record")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "serial"], name="record_act_number_once"),
            models.UniqueConstraint(
                fields=["line"], condition=Q(state="proposed"), name="one_record_act_at_a_time"
            ),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=100), name="record_act_points"),
            models.CheckConstraint(
                condition=Q(kind="correction", line__isnull=False)
                | Q(
                    kind="recognition", line=None, studied_year__isnull=False, semester__gte=1, semester__lte=12,
                    hours__gt=0, credit__gt=0,
                )
                & ~Q(institution="")
                & ~Q(subject_name=""),
                name="record_act_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="record_act_decided_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(decided_by=models.F("proposed_by")),
                name="record_act_by_two_people",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(_("Act № %(number)s") % {"number": self.number})

    @property
    def number(self) -> str:
        """As it stands on paper: year and number within it."""
        return f"{self.academic_year_id}-{self.serial:04d}"
