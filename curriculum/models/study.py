"""Who is taught what by whom: registrations of students, topics, and the teaching that makes a teacher's load."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from curriculum.models.plan import CurriculumSubject
from curriculum.models.reference import Subject
from hemis.base import BaseModel, ScopedQuerySet, Translated
from hemis.classifiers.fields import ClassifierField
from staff.models import Employee
from structure.models import Unit
from students.models import AcademicYear, Group, Student, Subgroup
from students.models.base import cared_for

AUTUMN, SPRING = "11", "12"


class RegistrationQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty of the plan, the kafedra that teaches, the tutor's groups, and the student."""
        if scope.everything:
            return self
        found = Q(curriculum_subject__curriculum__speciality__faculty__in=scope.faculty_ids) | Q(
            curriculum_subject__kafedra__in=scope.kafedra_ids
        )
        if scope.person_id:
            found |= Q(student__person=scope.person_id)
            found |= Q(student__placements__valid_to=None, student__placements__group__in=cared_for(scope))
        return self.filter(found)

    def active(self):
        return self.filter(is_active=True)


class Registration(BaseModel):
    """A student's subject (talabani fanga biriktirish): without it nobody is in a journal or on a sheet.

    ``semester`` and ``elective_group`` are the subject's own, written by the
    database, which lets a student take one of the alternatives only.
    """

    PLAN, CHOSEN, DIFFERENCE, DEBT = "plan", "chosen", "difference", "debt"
    RELEARNED = "relearned"
    BASES = [
        (PLAN, _("by the curriculum")),
        (CHOSEN, _("chosen by the student")),
        (DIFFERENCE, _("academic difference")),
        (DEBT, _("academic debt")),
        (RELEARNED, _("relearning")),
    ]

    BY_ORDER, BY_OFFICE = "order", "office"
    ENDINGS = [(BY_ORDER, _("an order")), (BY_OFFICE, _("the office"))]

    # No index of its own: the unique one below begins with the student.
    student = models.ForeignKey(
        Student,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="registrations",
        verbose_name=_("student"),
    )
    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.PROTECT, related_name="registrations", verbose_name=_("subject")
    )
    basis = models.CharField(_("basis"), max_length=10, choices=BASES, default=PLAN)
    # Lessons are attended with the own group unless this names another.
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="guests",
        verbose_name=_("attends with the group"),
    )
    # No foreign key of its own: the guards keep it the subject's, and the subject has one.
    semester = models.ForeignKey(
        "curriculum.CurriculumSemester",
        on_delete=models.PROTECT,
        editable=False,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("semester"),
    )
    elective_group = models.CharField(_("elective group"), max_length=8, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    # An order that takes the student elsewhere ends it, and one that brings the student back renews it;
    # what the office has ended stays ended.
    ended_by = models.CharField(
        _("ended by"), max_length=8, choices=ENDINGS, blank=True, default="", db_default="", editable=False
    )
    registered_at = models.DateTimeField(_("registered at"), db_default=Now(), editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration for a subject")
        verbose_name_plural = _("registrations for subjects")
        ordering = ["student", "curriculum_subject"]
        # Few attend with another group: whole half-years are written without an entry for each row.
        indexes = [
            models.Index(fields=["group"], condition=Q(group__isnull=False), name="registration_guests")
        ]
        constraints = [
            models.UniqueConstraint(fields=["student", "curriculum_subject"], name="registration_once"),
            models.UniqueConstraint(
                fields=["student", "semester", "elective_group"],
                condition=Q(is_active=True) & ~Q(elective_group=""),
                name="one_of_the_alternatives",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.curriculum_subject}"


class RegistrationSeatQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        if scope.everything:
            return self
        return self.filter(registration__in=Registration.objects.for_scope(scope))


class RegistrationSeat(BaseModel):
    """With whom a student attends one kind of training of a subject from a day on, where it is not the usual.

    What is usual follows from the registration: the whole group that it attends with, and in what
    is taught in subgroups the subgroup in which the student is there. A row overrules that for
    its kind of training until the next row; one without a group says: as usual again. So
    the days have neither gaps nor overlaps, and the past stays as it was (``hemis_seats``).
    """

    CHOSEN, OFFICE, WITH_GROUP = "chosen", "office", "group"
    WAYS = [
        (CHOSEN, _("by the choice of teachers")),
        (OFFICE, _("moved by the office")),
        (WITH_GROUP, _("came with the group attended")),
    ]

    registration = models.ForeignKey(
        Registration,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="seats",
        verbose_name=_("registration for a subject"),
    )
    training_type = ClassifierField("h_training_type", verbose_name=_("kind of training"))
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("attends with the group")
    )
    subgroup = models.ForeignKey(
        Subgroup, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("subgroup")
    )
    valid_from = models.DateField(_("from"))
    way = models.CharField(_("how it came about"), max_length=8, choices=WAYS)
    reason = models.CharField(_("reason"), max_length=256, blank=True, default="", db_default="")

    objects = RegistrationSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in a subgroup")
        verbose_name_plural = _("places in subgroups")
        ordering = ["registration", "training_type", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "training_type", "valid_from"], name="registration_seat_once"
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=False) | Q(subgroup=None), name="registration_seat_of_group"
            ),
            models.CheckConstraint(
                condition=~Q(way="office") | ~Q(reason=""), name="registration_seat_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration} · {self.get_training_type_display()}"  # type: ignore[attr-defined]


class TopicQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return (
            self
            if scope.everything
            else self.filter(curriculum_subject__in=CurriculumSubject.objects.for_scope(scope))
        )


class Topic(Translated, BaseModel):
    """A topic of a subject's kind of training, in the order in which it is taught (duties 8.2, 9.1)."""

    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.CASCADE, related_name="topics", verbose_name=_("subject")
    )
    training_type = ClassifierField("h_training_type", verbose_name=_("kind of training"))
    position = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    name = models.CharField(_("name"), max_length=500)
    name_ru = models.CharField(_("name (Russian)"), max_length=500, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=500, blank=True)
    hours = models.PositiveSmallIntegerField(
        _("academic hours"), default=2, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["curriculum_subject", "training_type", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["curriculum_subject", "training_type", "position"],
                name="topic_number_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(position__gte=1, hours__gte=1), name="topic_figures"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.get_name_display()}"


class TeachingQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty of the groups, the kafedra that teaches, and the teacher."""
        if scope.everything:
            return self
        found = Q(
            pk__in=TeachingAudience.objects.filter(group__faculty__in=scope.faculty_ids).values("teaching")
        )
        found |= Q(kafedra__in=scope.kafedra_ids)
        if scope.person_id:
            found |= Q(teacher__person=scope.person_id) | Q(assistant__person=scope.person_id)
            found |= Q(pk__in=TeachingAudience.objects.filter(group__in=cared_for(scope)).values("teaching"))
        return self.filter(found)


class Teaching(BaseModel):
    """One teacher's hours of one kind of training for one audience in a half-year.

    Several groups make a stream, which is taught (and counted in the load) once.
    Teachings are formed from the approved curricula; lessons are their parts.
    """

    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="teachings", verbose_name=_("academic year")
    )
    term = ClassifierField("h_semestr_type", verbose_name=_("half-year"))
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="teachings", verbose_name=_("subject")
    )
    training_type = ClassifierField("h_training_type", verbose_name=_("kind of training"))
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="teachings", verbose_name=_("kafedra")
    )
    teacher = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="teachings",
        verbose_name=_("teacher"),
    )
    assistant = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assisted_teachings",
        verbose_name=_("second teacher"),
    )
    hours = models.PositiveSmallIntegerField(_("academic hours"), validators=[MinValueValidator(1)])
    note = models.CharField(_("note"), max_length=256, blank=True)

    objects = TeachingQuerySet.as_manager()

    class Meta:
        verbose_name = _("teaching")
        verbose_name_plural = _("teachings")
        ordering = ["-academic_year", "term", "subject__name", "training_type", "pk"]
        indexes = [models.Index(fields=["academic_year", "term", "kafedra"], name="teaching_of_kafedra")]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=1), name="teaching_hours"),
            models.CheckConstraint(
                condition=Q(assistant=None) | Q(teacher__isnull=False) & ~Q(assistant=models.F("teacher")),
                name="teaching_two_teachers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} · {self.get_training_type_display()}"  # type: ignore[attr-defined]


class TeachingAudienceQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(teaching__in=Teaching.objects.for_scope(scope))


class TeachingAudience(models.Model):
    """A group, or a subgroup of it, that a teaching is for, and the line of its plan that is taught so."""

    teaching = models.ForeignKey(
        Teaching, on_delete=models.CASCADE, related_name="audience", verbose_name=_("teaching")
    )
    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.PROTECT, related_name="audiences", verbose_name=_("subject")
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="teachings", verbose_name=_("group")
    )
    subgroup = models.ForeignKey(
        Subgroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="teachings",
        verbose_name=_("subgroup"),
    )

    objects = TeachingAudienceQuerySet.as_manager()

    class Meta:
        verbose_name = _("audience of a teaching")
        verbose_name_plural = _("audiences of teachings")
        ordering = ["teaching", "group__name", "subgroup__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["teaching", "group", "subgroup"], name="audience_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return str(self.subgroup or self.group)
