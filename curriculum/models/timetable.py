"""The timetable: lessons, controls and who is busy when (duties 2.3, B7)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from curriculum.models.plan import CurriculumSubject
from curriculum.models.reference import ClassPair, Subject
from curriculum.models.study import Teaching, TeachingAudience
from hemis.base import BaseModel, ScopedQuerySet, SharedQuerySet
from hemis.classifiers.fields import ClassifierField
from staff.models import Employee
from structure.models import Auditorium, Unit
from students.models import Division, Group, Subgroup
from students.models.base import cared_for


class Holiday(BaseModel):
    """A day without lessons; ``works_on`` is the day off that is worked instead (Labour Code art. 210)."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=256)
    works_on = models.DateField(_("worked instead on"), null=True, blank=True, unique=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(works_on=None) | ~Q(works_on=F("day")), name="holiday_is_moved"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y} {self.name}"


PLANNED, CANCELLED = "planned", "cancelled"
STATES = [(PLANNED, _("planned")), (CANCELLED, _("cancelled"))]


class Event(BaseModel):
    """A pair of a day in a room, kept apart from every other by the slots its triggers write."""

    PLANNED, CANCELLED = PLANNED, CANCELLED

    day = models.DateField(_("day"))
    pair = models.ForeignKey(
        ClassPair, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("class pair")
    )
    # The pair's own hours, written by the database: they say who is busy when.
    starts_at = models.TimeField(_("begins"), editable=False, null=True)
    ends_at = models.TimeField(_("ends"), editable=False, null=True)
    auditorium = models.ForeignKey(
        Auditorium,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("auditorium"),
    )
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=PLANNED, editable=False)
    reason = models.CharField(_("reason of the change"), max_length=256, blank=True)

    class Meta:
        abstract = True


class LessonQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty of the groups, the kafedra, the tutor's groups, and who gives the lesson."""
        if scope.everything:
            return self
        groups = Q(group__faculty__in=scope.faculty_ids)
        found = Q(teaching__kafedra__in=scope.kafedra_ids)
        if scope.person_id:
            groups |= Q(group__in=cared_for(scope))
            found |= Q(teacher__person=scope.person_id) | Q(assistant__person=scope.person_id)
        # Asked of each lesson or of all at once, as the database finds cheaper: one lesson is opened all day.
        heard = TeachingAudience.objects.filter(groups, teaching=OuterRef("teaching"))
        return self.filter(found | Q(Exists(heard)))

    def planned(self):
        return self.filter(state=PLANNED)


class Lesson(Event):
    """One class: two academic hours of a teaching on a day.

    ``teacher`` gives it: the teaching's own or a substitute. A cancelled lesson
    stays, with its reason; a moved one remembers where it was first.
    """

    teaching = models.ForeignKey(
        Teaching, on_delete=models.PROTECT, related_name="lessons", verbose_name=_("teaching")
    )
    teacher = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="lessons", verbose_name=_("teacher")
    )
    assistant = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assisted_lessons",
        verbose_name=_("second teacher"),
    )
    is_locked = models.BooleanField(
        _("fixed"), default=False, help_text=_("Automatic timetabling leaves it where it is.")
    )
    first_day = models.DateField(_("was planned for"), null=True, editable=False)
    link = models.URLField(_("link of an online class"), blank=True)

    objects = LessonQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["day", "starts_at", "pk"]
        indexes = [
            models.Index(fields=["teacher", "day"], name="lesson_of_teacher"),
            models.Index(fields=["teaching", "day"], name="lesson_of_teaching"),
            models.Index(fields=["day", "teaching"], name="lesson_of_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(assistant=None) | ~Q(assistant=F("teacher")), name="lesson_two_teachers"
            ),
            models.CheckConstraint(condition=Q(state=PLANNED) | ~Q(reason=""), name="lesson_cancelled_why"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y} {self.starts_at:%H:%M} {self.teaching}"


class ControlEventQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty of the groups, the kafedra, the tutor's groups, and who examines."""
        if scope.everything:
            return self
        groups = Q(group__faculty__in=scope.faculty_ids)
        found = Q(kafedra__in=scope.kafedra_ids)
        if scope.person_id:
            groups |= Q(group__in=cared_for(scope))
            found |= Q(examiner__person=scope.person_id) | Q(second_examiner__person=scope.person_id)
        return self.filter(found | Q(pk__in=ControlAudience.objects.filter(groups).values("event")))

    def planned(self):
        return self.filter(state=PLANNED)


class ControlEvent(Event):
    """A control of the timetable of controls: subject × control × attempt × day, with its examiner."""

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="control_events", verbose_name=_("subject")
    )
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="control_events", verbose_name=_("kafedra")
    )
    control = ClassifierField("h_exam_type", verbose_name=_("kind of control"))
    attempt = ClassifierField("h_final_exam_type", verbose_name=_("sheet"), default="11")
    examiner = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="control_events", verbose_name=_("examiner")
    )
    second_examiner = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assisted_control_events",
        verbose_name=_("second examiner"),
    )
    note = models.CharField(_("note"), max_length=256, blank=True)
    is_locked = models.BooleanField(
        _("fixed"), default=False, help_text=_("Automatic timetabling leaves it where it is.")
    )
    # The timetable of controls is approved (reg. 3069, p. 3.4); what is changed afterwards is approved anew.
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
    )

    objects = ControlEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("control")
        verbose_name_plural = _("controls")
        ordering = ["day", "starts_at", "pk"]
        indexes = [models.Index(fields=["examiner", "day"], name="control_of_examiner")]
        constraints = [
            models.CheckConstraint(
                condition=Q(second_examiner=None) | ~Q(second_examiner=F("examiner")),
                name="control_two_examiners",
            ),
            models.CheckConstraint(condition=Q(state=PLANNED) | ~Q(reason=""), name="control_cancelled_why"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y} {self.starts_at:%H:%M} {self.subject}"


class ControlAudience(models.Model):
    """A group, or a subgroup, that sits a control. One control of a subject and attempt a group."""

    event = models.ForeignKey(
        ControlEvent, on_delete=models.CASCADE, related_name="audience", verbose_name=_("control")
    )
    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.PROTECT, related_name="+", verbose_name=_("subject")
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="control_events", verbose_name=_("group")
    )
    subgroup = models.ForeignKey(
        Subgroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("subgroup"),
    )

    class Meta:
        verbose_name = _("audience of a control")
        verbose_name_plural = _("audiences of controls")
        ordering = ["event", "group__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "group", "subgroup"], name="control_audience_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return str(self.subgroup or self.group)


class Slot(models.Model):
    """Hours of a day that somebody is busy; ``source`` is "lesson" or "control", ``source_id`` the row there."""

    day = models.DateField()
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    source = models.CharField(max_length=16)
    source_id = models.BigIntegerField()

    class Meta:
        abstract = True


class TeacherSlot(Slot):
    """A teacher's busy hours: written only by the triggers of lessons and controls, never overlapping."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("busy hours of a teacher")
        verbose_name_plural = _("busy hours of teachers")
        indexes = [
            models.Index(fields=["source", "source_id"], name="teacher_slot_source"),
            models.Index(fields=["employee", "day"], name="teacher_slot_day"),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id}: {self.day} {self.starts_at}–{self.ends_at}"


class AudienceSlot(Slot):
    """The busy hours of a group or of a part of it.

    Subgroups of one division may study side by side, and so may alternatives of one
    elective (``elective`` names it, ``alternative`` is the line of the plan): each
    student attends one. A part beside the whole group, or beside a part of another
    division or elective, may not.
    """

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, null=True, related_name="+")
    subgroup = models.ForeignKey(Subgroup, on_delete=models.PROTECT, null=True, related_name="+")
    elective = models.CharField(max_length=32, null=True)  # noqa: DJ001 - no elective is not an elective without a name
    alternative = models.ForeignKey(CurriculumSubject, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("busy hours of a group")
        verbose_name_plural = _("busy hours of groups")
        indexes = [
            models.Index(fields=["source", "source_id"], name="audience_slot_source"),
            models.Index(fields=["group", "day"], name="audience_slot_day"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id}/{self.subgroup_id or ''}: {self.day} {self.starts_at}–{self.ends_at}"
