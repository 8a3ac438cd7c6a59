"""What a student has got in a subject, and the GPA."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from curriculum.models import CurriculumSubject
from grading.models.sheets import MAIN, GradeSheet
from hemis.base import ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.explain import decimal_text
from students.models import AcademicYear, Student
from students.models.base import StudentPartQuerySet


class SubjectResultQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Whoever sees the student, and the kafedra that teaches the subject."""
        if scope.everything:
            return self
        return self.filter(
            Q(student__in=Student.objects.for_scope(scope))
            | Q(curriculum_subject__kafedra__in=scope.kafedra_ids)
        )


class SubjectResult(models.Model):
    """A student's result in a subject of the plan, computed from closed sheets; it feeds the academic record.

    ``mark`` 0 is an absence without excuse or a refused admission (AV 3069).
    """

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="results", verbose_name=_("student")
    )
    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.PROTECT, related_name="results", verbose_name=_("subject")
    )
    attempt = ClassifierField("h_final_exam_type", verbose_name=_("sheet"), default=MAIN)
    current = models.DecimalField(_("current control"), max_digits=4, decimal_places=1, null=True)
    midterm = models.DecimalField(_("midterm control"), max_digits=4, decimal_places=1, null=True)
    final = models.DecimalField(_("final control"), max_digits=4, decimal_places=1, null=True)
    overall = models.DecimalField(_("overall points"), max_digits=4, decimal_places=1)
    mark = models.PositiveSmallIntegerField(_("mark"))
    letter = models.CharField(_("letter"), max_length=2, blank=True)
    point = models.DecimalField(_("GPA point"), max_digits=3, decimal_places=2)
    passed = models.BooleanField(_("passed"))
    sheet = models.ForeignKey(
        GradeSheet, on_delete=models.PROTECT, related_name="results", verbose_name=_("grade sheet")
    )
    computed_at = models.DateTimeField(_("computed at"), db_default=Now(), editable=False)

    objects = SubjectResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result in a subject")
        verbose_name_plural = _("results in subjects")
        ordering = ["student__person__sort_key", "curriculum_subject"]
        indexes = [models.Index(fields=["curriculum_subject", "passed"], name="result_of_subject")]
        constraints = [
            models.UniqueConstraint(fields=["student", "curriculum_subject"], name="one_result_a_subject"),
            models.CheckConstraint(condition=Q(overall__gte=0, overall__lte=100), name="result_points"),
            models.CheckConstraint(condition=Q(mark__in=[0, 2, 3, 4, 5]), name="result_mark"),
            models.CheckConstraint(
                condition=Q(passed=False, mark__lte=2) | Q(passed=True, mark__gte=3), name="passed_is_three"
            ),
            models.CheckConstraint(condition=Q(point__gte=0, point__lte=5), name="result_point"),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.curriculum_subject}: {decimal_text(self.overall)}"


class StudentGpa(models.Model):
    """GPA = Σ(K·U) / ΣK of an academic year, or of all years where the year is empty (VMQ 824/2020).

    Written by one set operation. ``missing`` subjects of past semesters have no
    result yet: they count as debts and not into the figure. Foreign keys are not the
    database's own here: the guard of the table checks a whole statement at once. The
    one unique index finds the rows of a student.
    """

    student = models.ForeignKey(
        Student, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="gpas",
        verbose_name=_("student"),
    )  # fmt: skip
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+",
        verbose_name=_("academic year"),
    )  # fmt: skip
    gpa = models.DecimalField(_("GPA"), max_digits=3, decimal_places=2)
    credits = models.DecimalField(_("credits counted"), max_digits=6, decimal_places=1)
    weighted = models.DecimalField(_("sum of credits × points"), max_digits=8, decimal_places=2)
    subjects = models.PositiveSmallIntegerField(_("subjects"))
    debts = models.PositiveSmallIntegerField(_("debts"))
    missing = models.PositiveSmallIntegerField(_("without result"))
    threshold = models.DecimalField(_("GPA to be promoted"), max_digits=3, decimal_places=2, null=True)
    may_be_promoted = models.BooleanField(_("may be promoted"))
    rank_in_group = models.PositiveIntegerField(_("place in the group"), null=True)
    rank_in_programme = models.PositiveIntegerField(_("place in the programme and course"), null=True)
    computed_at = models.DateTimeField(_("computed at"), db_default=Now(), editable=False)

    objects = StudentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("GPA")
        verbose_name_plural = _("GPA")
        ordering = ["-gpa", "student__person__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "academic_year"], nulls_distinct=False, name="one_gpa_a_year"
            ),
            models.CheckConstraint(condition=Q(gpa__gte=0, gpa__lte=5), name="gpa_within_scale"),
        ]

    def __str__(self) -> str:
        return f"{self.student}: {formats.number_format(self.gpa)}"
