"""Lessons given, and of their students only those who were not there (duty 9.2, "Journal and marks")."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from attendance.models.excuses import Excuse
from curriculum.models import Lesson, Registration, Topic
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from students.models import AcademicYear, Group, Student

PAIR_HOURS = 2


class OfLessonQuerySet(ScopedQuerySet):
    """Rows of a lesson are seen with it."""

    def for_scope(self, scope):
        return self if scope.everything else self.filter(lesson__in=Lesson.objects.for_scope(scope))


class LessonRecord(BaseModel):
    """A lesson was given: its topic, its academic hours, and when and by whom that was recorded.

    The database takes it for a planned lesson that has begun, and from then on the
    lesson is neither moved nor cancelled, and its audience stays.
    """

    lesson = models.OneToOneField(
        Lesson, on_delete=models.PROTECT, related_name="record", verbose_name=_("lesson")
    )
    topic = models.ForeignKey(
        Topic,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        verbose_name=_("topic of the calendar plan"),
    )
    topic_text = models.CharField(_("what was taught"), max_length=500, blank=True)
    hours = models.PositiveSmallIntegerField(
        _("academic hours"),
        default=PAIR_HOURS,
        validators=[MinValueValidator(1), MaxValueValidator(PAIR_HOURS)],
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    objects = OfLessonQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson given")
        verbose_name_plural = _("lessons given")
        ordering = ["lesson"]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=PAIR_HOURS), name="record_hours"),
            models.CheckConstraint(
                condition=Q(topic__isnull=False) | ~Q(topic_text=""), name="record_has_topic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson}: {self.topic_name}"

    @property
    def topic_name(self) -> str:
        """The topic of the plan, or what the teacher wrote."""
        return self.topic.name if self.topic else self.topic_text


class OfStudentQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Of students in scope today, and of the faculty's groups at the time of the lesson."""
        if scope.everything:
            return self
        return self.filter(
            Q(student__in=Student.objects.for_scope(scope)) | Q(group__faculty__in=scope.faculty_ids)
        )


class OfRecord(BaseModel):
    """A student's row in the journal of a lesson.

    The student's registration and group of that day, the half-year and the day are
    written by the database from the lesson, so that totals need no long way.
    """

    record = models.ForeignKey(
        LessonRecord, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("lesson given")
    )
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("student")
    )
    registration = models.ForeignKey(
        Registration,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="%(class)ss",
        verbose_name=_("registration for the subject"),
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("group")
    )
    academic_year = models.ForeignKey(
        AcademicYear,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("academic year"),
    )
    term = ClassifierField("h_semestr_type", verbose_name=_("half-year"), blank=True, editable=False)
    day = models.DateField(_("day"), null=True, editable=False)

    objects = OfStudentQuerySet.as_manager()

    class Meta:
        abstract = True


class Absence(OfRecord):
    """A student was not at a lesson, or came late. Who has no row was there.

    Hours without reason become hours with reason by an accepted excuse whose days
    cover the lesson, and only so; the database does it both ways.
    """

    EXCUSED, UNEXCUSED, LATE = "11", "12", "13"
    KINDS = [
        (EXCUSED, _("with reason")),
        (UNEXCUSED, _("without reason")),
        (LATE, _("late")),
    ]

    hours = models.PositiveSmallIntegerField(_("academic hours missed"), default=PAIR_HOURS)
    kind = models.CharField(_("kind of absence"), max_length=2, choices=KINDS, default=UNEXCUSED)
    excuse = models.ForeignKey(
        Excuse,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="absences",
        verbose_name=_("excuse"),
    )

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-day", "pk"]
        indexes = [
            models.Index(
                fields=["student", "academic_year", "term"],
                include=["kind", "hours"],
                name="absence_of_student",
            ),
            models.Index(
                fields=["academic_year", "term", "group"], include=["kind", "hours"], name="absence_of_group"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["record", "student"], name="absence_once"),
            models.CheckConstraint(
                condition=Q(kind="13", hours=0)
                | Q(kind__in=["11", "12"], hours__gte=1, hours__lte=PAIR_HOURS),
                name="absence_hours",
            ),
            models.CheckConstraint(
                condition=Q(kind="11", excuse__isnull=False) | (~Q(kind="11") & Q(excuse=None)),
                name="excused_by_an_excuse",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.student}: {self.day:%d.%m.%Y} {self.get_kind_display()}"
            if self.day
            else str(self.student)
        )


class CurrentMark(OfRecord):
    """A current mark of a lesson, within the range of the marking system of the student's plan."""

    value = models.PositiveSmallIntegerField(_("current mark"))

    class Meta:
        verbose_name = _("current mark")
        verbose_name_plural = _("current marks")
        ordering = ["-day", "pk"]
        indexes = [models.Index(fields=["student", "academic_year", "term"], name="mark_of_student")]
        constraints = [
            models.UniqueConstraint(fields=["record", "student"], name="current_mark_once"),
            models.CheckConstraint(condition=Q(value__lte=100), name="current_mark_range"),
        ]

    def __str__(self) -> str:
        return f"{self.student}: {self.value}"


class SavedChange(models.Model):
    """The key of a change that has arrived: a browser that sends it again after a lost answer changes nothing."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    saved_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("saved change of the journal")
        verbose_name_plural = _("saved changes of the journal")

    def __str__(self) -> str:
        return str(self.key)
