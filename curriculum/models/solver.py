"""Computed timetables before they become lessons, and when teachers cannot (duty 2.3)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curriculum.models.reference import ClassPair
from curriculum.models.study import Teaching
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from staff.models import Employee
from structure.models import Auditorium, Unit
from students.models import AcademicYear

WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
]


class TeacherHoursQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A faculty sees the teachers of its kafedras, a kafedra and a teacher the own."""
        if scope.everything:
            return self
        units = Q(employee__positions__unit__in=scope.kafedra_ids) | Q(
            employee__positions__unit__parent__in=scope.faculty_ids
        )
        own = Q(employee__person=scope.person_id) if scope.person_id else Q(pk=None)
        return self.filter(pk__in=self.model._default_manager.filter(units | own).values("pk"))


class TeacherHours(BaseModel):
    """Hours of the week at which a teacher cannot teach, or would rather not."""

    CANNOT, RATHER_NOT = "cannot", "rather_not"
    KINDS = [(CANNOT, _("cannot")), (RATHER_NOT, _("would rather not"))]

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="hours_wishes", verbose_name=_("teacher")
    )
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    term = ClassifierField("h_semestr_type", verbose_name=_("half-year"))
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=WEEKDAYS)
    pair = models.PositiveSmallIntegerField(
        _("pair"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text=_("Empty: the whole day."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS, default=RATHER_NOT)
    note = models.CharField(_("reason"), max_length=256, blank=True)

    objects = TeacherHoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish of a teacher")
        verbose_name_plural = _("wishes of teachers")
        ordering = ["employee__person__sort_key", "weekday", "pair"]
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "academic_year", "term", "weekday", "pair"],
                name="teacher_hours_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=5) & (Q(pair=None) | Q(pair__gte=1, pair__lte=12)),
                name="teacher_hours_of_a_week",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} · {self.get_weekday_display()}"


class DraftQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(faculty__in=scope.faculty_ids)


class Draft(BaseModel):
    """What a solver has found for a faculty's half-year: looked at, then applied or put aside."""

    COMPUTING, READY, APPLIED, DROPPED = "computing", "ready", "applied", "dropped"
    STATES = [
        (COMPUTING, _("computing")),
        (READY, _("ready")),
        (APPLIED, _("applied")),
        (DROPPED, _("dropped")),
    ]

    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    term = ClassifierField("h_semestr_type", verbose_name=_("half-year"))
    options = models.JSONField(_("settings"), default=dict, editable=False)
    rounds = models.PositiveSmallIntegerField(
        _("rounds of improvement"), default=6, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=COMPUTING, editable=False)
    # Figures of the best so far, and what found no place and why.
    account = models.JSONField(default=dict, editable=False)
    unplaced = models.JSONField(default=list, editable=False)
    applied = models.JSONField(default=dict, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    job = models.ForeignKey(
        "jobs.Job", on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.faculty} · {self.academic_year} · {self.get_term_display()}"  # type: ignore[attr-defined]


class TimetableDraft(Draft):
    """A week that the solver has filled for a faculty; applying it makes the lessons of the half-year."""

    starts_on = models.DateField(_("from the day"))
    replaces = models.BooleanField(
        _("plan anew what is not fixed"),
        default=False,
        help_text=_("Lessons from that day on that are not fixed give way; fixed ones stay."),
    )

    class Meta(Draft.Meta):
        verbose_name = _("computed timetable")
        verbose_name_plural = _("computed timetables")


class DraftPlaceQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(draft__faculty__in=scope.faculty_ids)


class DraftPlace(models.Model):
    """A place of the computed week: a teaching at a pair of a day, every week or every second one."""

    draft = models.ForeignKey(TimetableDraft, on_delete=models.CASCADE, related_name="places")
    key = models.CharField(max_length=24)
    teaching = models.ForeignKey(Teaching, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=WEEKDAYS)
    pair = models.ForeignKey(ClassPair, on_delete=models.CASCADE, related_name="+")
    # None: every week; 0: weeks one, three …; 1: weeks two, four …
    parity = models.PositiveSmallIntegerField(null=True)
    auditorium = models.ForeignKey(Auditorium, on_delete=models.CASCADE, related_name="+")
    lessons = models.PositiveSmallIntegerField(_("lessons"))

    objects = DraftPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place of a computed timetable")
        verbose_name_plural = _("places of computed timetables")
        ordering = ["draft", "weekday", "pair__number"]
        constraints = [models.UniqueConstraint(fields=["draft", "key"], name="draft_place_once")]

    def __str__(self) -> str:
        return f"{self.teaching}: {self.get_weekday_display()} {self.pair_id}"
