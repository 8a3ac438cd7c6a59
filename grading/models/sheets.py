"""The grade sheet (qaydnoma), its lines, and the acts that correct a closed one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curriculum.models import ControlEvent, CurriculumSubject
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.pages.files import random_path
from staff.models import Employee
from students.models import AcademicYear, Group, Student, Subgroup
from students.models.base import cared_for

MAIN, SECOND, THIRD = "11", "12", "13"
ATTEMPTS = (MAIN, SECOND, THIRD)


def _user(label, **options):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=label,
        editable=False, **options,
    )  # fmt: skip


class GradeSheetQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty of the group, the kafedra of the subject, the tutor's groups, and the examiner."""
        if scope.everything:
            return self
        found = Q(group__faculty__in=scope.faculty_ids) | Q(curriculum_subject__kafedra__in=scope.kafedra_ids)
        if scope.person_id:
            found |= Q(examiner__person=scope.person_id) | Q(group__in=cared_for(scope))
        return self.filter(found)

    def valid(self):
        """All but the cancelled ones."""
        return self.exclude(state=GradeSheet.CANCELLED)

    def late(self, day=None):
        """Not signed though the term to fill has passed."""
        return self.filter(state=GradeSheet.OPEN, due_on__lt=day or timezone.localdate())


class GradeSheet(BaseModel):
    """Subject × group × control × attempt: open → signed → checked → closed.

    The database keeps the order of the states, lets nobody sign a sheet with an
    empty line, and freezes a closed one. It is never deleted, so that numbers
    have no gaps: what was opened by mistake is cancelled with a reason.
    """

    OPEN, SIGNED, CHECKED, CLOSED, CANCELLED = "open", "signed", "checked", "closed", "cancelled"
    STATES = [
        (OPEN, _("being filled")),
        (SIGNED, _("signed by the teacher")),
        (CHECKED, _("checked by the kafedra")),
        (CLOSED, _("closed")),
        (CANCELLED, _("cancelled")),
    ]
    ANNOUNCED = (SIGNED, CHECKED, CLOSED)

    academic_year = models.ForeignKey(
        AcademicYear,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("academic year"),
    )
    serial = models.PositiveIntegerField(_("number"), editable=False)
    curriculum_subject = models.ForeignKey(
        CurriculumSubject,
        on_delete=models.PROTECT,
        related_name="sheets",
        editable=False,
        verbose_name=_("subject"),
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="sheets", editable=False, verbose_name=_("group")
    )
    subgroup = models.ForeignKey(
        Subgroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("subgroup"),
    )
    control = ClassifierField("h_exam_type", verbose_name=_("kind of control"), editable=False)
    attempt = ClassifierField("h_final_exam_type", verbose_name=_("sheet"), default=MAIN, editable=False)
    # A sheet for one student by a personal schedule; it stands beside that of the group.
    schedule = models.ForeignKey(
        "grading.PersonalSchedule",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sheets",
        editable=False,
        verbose_name=_("personal schedule"),
    )
    # The maximum of the curriculum, written by the database.
    max_points = models.DecimalField(_("maximum"), max_digits=4, decimal_places=1, null=True, editable=False)
    examiner = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sheets",
        verbose_name=_("examiner"),
    )
    event = models.ForeignKey(
        ControlEvent,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sheets",
        editable=False,
        verbose_name=_("control in the timetable"),
    )
    held_on = models.DateField(_("day of the control"), null=True, blank=True)
    due_on = models.DateField(_("to be filled by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=OPEN, editable=False)
    # Why it came back, was unlocked or cancelled.
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)
    opened_by = _user(_("opened by"), null=True)
    opened_at = models.DateTimeField(_("opened at"), db_default=Now(), editable=False)
    signed_by = _user(_("signed by"), null=True)
    signed_at = models.DateTimeField(_("signed at"), null=True, editable=False)
    checked_by = _user(_("checked by"), null=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, editable=False)
    closed_by = _user(_("closed by"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)

    objects = GradeSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("grade sheet")
        verbose_name_plural = _("grade sheets")
        ordering = ["-academic_year", "-serial"]
        indexes = [
            models.Index(fields=["curriculum_subject", "state"], name="sheet_of_subject"),
            models.Index(fields=["examiner", "state"], name="sheet_of_examiner"),
            models.Index(fields=["group", "state"], name="sheet_of_group"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "serial"], name="sheet_number_once"),
            models.UniqueConstraint(
                fields=["curriculum_subject", "group", "subgroup", "control", "attempt"],
                condition=Q(schedule=None) & ~Q(state="cancelled"),
                nulls_distinct=False,
                name="one_sheet_of_a_control",
            ),
            models.UniqueConstraint(
                fields=["schedule", "curriculum_subject", "control", "attempt"],
                condition=Q(schedule__isnull=False) & ~Q(state="cancelled"),
                name="one_sheet_of_a_schedule",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "checked", "closed"])
                | Q(signed_by__isnull=False, signed_at__isnull=False, examiner__isnull=False),
                name="signed_sheet_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="closed_sheet_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(held_on=None) | Q(due_on=None) | Q(due_on__gte=F("held_on")), name="sheet_days"
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(remark=""), name="cancelled_sheet_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number} · {self.curriculum_subject.subject.get_name_display()} · {self.group}"

    @property
    def number(self) -> str:
        """As it stands on paper: year and number within it."""
        return f"{self.academic_year_id}-{self.serial:05d}"

    @property
    def is_late(self) -> bool:
        return self.state == self.OPEN and self.due_on is not None and self.due_on < timezone.localdate()


class SheetLineQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(sheet__in=GradeSheet.objects.for_scope(scope))


class SheetLine(models.Model):
    """A student on a sheet: what was got, or why nothing was. A failing figure is kept as it is."""

    EMPTY, GRADED, ABSENT, EXCUSED, NOT_ADMITTED = "", "graded", "absent", "excused", "not_admitted"
    STATUSES = [
        (EMPTY, _("not filled yet")),
        (GRADED, _("graded")),
        (ABSENT, _("absent")),
        (EXCUSED, _("absent with excuse")),
        (NOT_ADMITTED, _("not admitted")),
    ]

    sheet = models.ForeignKey(
        GradeSheet, on_delete=models.PROTECT, related_name="lines", verbose_name=_("grade sheet")
    )
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="sheet_lines", verbose_name=_("student")
    )
    points = models.DecimalField(_("points"), max_digits=4, decimal_places=1, null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=STATUSES, blank=True, default=EMPTY)
    # Why not admitted, or which figure was carried over from the former sheet.
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = SheetLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a grade sheet")
        verbose_name_plural = _("lines of grade sheets")
        ordering = ["sheet", "student__person__sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "student"], name="student_once_a_sheet"),
            models.CheckConstraint(
                condition=Q(status="graded", points__isnull=False) | ~Q(status="graded") & Q(points=None),
                name="points_are_of_the_graded",
            ),
            models.CheckConstraint(condition=Q(points=None) | Q(points__gte=0), name="points_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.sheet}"

    @property
    def text(self) -> str:
        """What the cell of the sheet holds: points, or the letter of an absence."""
        if self.status == self.GRADED and self.points is not None:
            return f"{self.points.normalize():f}"
        return {self.ABSENT: "k", self.EXCUSED: "s"}.get(self.status, "")


class SheetCorrection(BaseModel):
    """The act that changes one line of a closed sheet: proposed by the dean's office, confirmed by another.

    ``old_*`` is written by the database from the line as it stands; confirming
    writes the new value into the line. Acts are never changed or deleted, so that
    every value a line ever had stays visible.
    """

    PROPOSED, CONFIRMED, REJECTED = "proposed", "confirmed", "rejected"
    STATES = [(PROPOSED, _("proposed")), (CONFIRMED, _("confirmed")), (REJECTED, _("rejected"))]

    academic_year = models.ForeignKey(
        AcademicYear,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("academic year"),
    )
    serial = models.PositiveIntegerField(_("number"), editable=False)
    line = models.ForeignKey(
        SheetLine,
        on_delete=models.PROTECT,
        related_name="corrections",
        verbose_name=_("line of a grade sheet"),
    )
    old_points = models.DecimalField(
        _("points before"), max_digits=4, decimal_places=1, null=True, editable=False
    )
    old_status = models.CharField(
        _("status before"), max_length=12, choices=SheetLine.STATUSES, blank=True, editable=False
    )
    new_points = models.DecimalField(_("points"), max_digits=4, decimal_places=1, null=True, blank=True)
    new_status = models.CharField(_("status"), max_length=12, choices=SheetLine.STATUSES[1:])
    reason = models.CharField(_("reason"), max_length=500)
    basis = models.CharField(_("basis"), max_length=255)
    scan = models.FileField(_("scan of the basis"), upload_to=random_path, max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=PROPOSED, editable=False)
    proposed_by = _user(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"), db_default=Now(), editable=False)
    decided_by = _user(_("decided by"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)

    class CorrectionQuerySet(ScopedQuerySet):
        def for_scope(self, scope):
            if scope.everything:
                return self
            return self.filter(line__sheet__in=GradeSheet.objects.for_scope(scope))

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction act")
        verbose_name_plural = _("correction acts")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "serial"], name="correction_number_once"),
            models.UniqueConstraint(
                fields=["line"], condition=Q(state="proposed"), name="one_correction_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(new_status="graded", new_points__isnull=False)
                | ~Q(new_status="graded") & Q(new_points=None),
                name="corrected_points_are_of_the_graded",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None)
                | ~Q(state="proposed") & Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="correction_needs_two",
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(basis=""), name="correction_says_why"),
        ]

    def __str__(self) -> str:
        return f"№ {self.academic_year_id}-{self.serial:04d}"
