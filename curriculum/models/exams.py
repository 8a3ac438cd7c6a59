"""Computed timetables of controls before they become controls (duty 2.3, B7)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from curriculum.models.plan import CurriculumSubject
from curriculum.models.reference import ClassPair, Subject
from curriculum.models.solver import Draft
from hemis.base import ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from staff.models import Employee
from structure.models import Auditorium, Unit
from students.models import Group


class ExamDraft(Draft):
    """A session of controls that the solver has filled for a faculty; accepting it makes the controls."""

    control = ClassifierField("h_exam_type", verbose_name=_("kind of control"), default="13")
    attempt = ClassifierField("h_final_exam_type", verbose_name=_("sheet"), default="11")
    first_day = models.DateField(_("from the day"))
    last_day = models.DateField(_("to the day"))
    together = models.BooleanField(
        _("groups of a stream sit together"),
        default=True,
        help_text=_("As many of them as the largest auditorium seats."),
    )
    replaces = models.BooleanField(
        _("plan anew what is not fixed"),
        default=False,
        help_text=_("Controls of these days that are neither approved, nor fixed, nor on a sheet give way."),
    )

    class Meta(Draft.Meta):
        verbose_name = _("computed timetable of controls")
        verbose_name_plural = _("computed timetables of controls")
        constraints = [
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="exam_draft_days")
        ]


class ExamPlaceQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(draft__faculty__in=scope.faculty_ids)


class ExamPlace(models.Model):
    """A place of the computed session: a control of some groups at a pair of a day, with room and examiner."""

    draft = models.ForeignKey(ExamDraft, on_delete=models.CASCADE, related_name="places")
    key = models.CharField(max_length=32)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="+")
    kafedra = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    pair = models.ForeignKey(ClassPair, on_delete=models.CASCADE, related_name="+")
    auditorium = models.ForeignKey(Auditorium, on_delete=models.CASCADE, related_name="+")
    examiner = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+")
    second_examiner = models.ForeignKey(Employee, on_delete=models.CASCADE, null=True, related_name="+")
    people = models.PositiveSmallIntegerField(_("students"))

    objects = ExamPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place of a computed timetable of controls")
        verbose_name_plural = _("places of computed timetables of controls")
        ordering = ["draft", "day", "pair__number", "pk"]
        constraints = [models.UniqueConstraint(fields=["draft", "key"], name="exam_place_once")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.day:%d.%m.%Y} {self.pair_id}"


class ExamPart(models.Model):
    """A group that sits a control of the computed session, by the line of its plan."""

    place = models.ForeignKey(ExamPlace, on_delete=models.CASCADE, related_name="parts")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    curriculum_subject = models.ForeignKey(CurriculumSubject, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("group of a computed control")
        verbose_name_plural = _("groups of computed controls")
        ordering = ["place", "group__name"]
        constraints = [models.UniqueConstraint(fields=["place", "group"], name="exam_part_once")]

    def __str__(self) -> str:
        return str(self.group)
