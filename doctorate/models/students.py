"""Doctoral students and independent researchers, their periods and their supervisors."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doctorate.models.specialities import DSC, PHD, DoctoralSpeciality
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.people.models import Person
from staff.models import Employee
from structure.models import Unit

# Kinds of the national list `h_doctoral_student_type`.
PHD_STUDENT, PHD_RESEARCHER, DSC_STUDENT, DSC_RESEARCHER = "11", "12", "13", "14"
STUDENT_KINDS, RESEARCHER_KINDS = (PHD_STUDENT, DSC_STUDENT), (PHD_RESEARCHER, DSC_RESEARCHER)


class DoctoralStudentQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A kafedra and its faculty see theirs; a person oneself and whom one supervises."""
        if scope.everything:
            return self
        found = Q(kafedra__in=scope.unit_ids) | Q(kafedra__parent__in=scope.faculty_ids)
        if scope.person_id:
            led = Supervision.objects.filter(student=OuterRef("pk"), employee__person=scope.person_id)
            found |= Q(person=scope.person_id) | Q(Exists(led))
        return self.filter(found)


class DoctoralStudent(BaseModel):
    """A person's doctoral studies or independent research of one kind.

    Entered as a candidate; number, status and term come from executed orders alone, and
    the last status from the approval of the defence (B8 in spirit: the database refuses
    any other way).
    """

    CANDIDATE, STUDYING, ON_LEAVE, COMPLETED = "candidate", "studying", "leave", "completed"
    DEFENDED, EXPELLED, WITHDRAWN = "defended", "expelled", "withdrawn"
    STATUSES = [
        (CANDIDATE, _("candidate, no order yet")),
        (STUDYING, _("studies")),
        (ON_LEAVE, _("on leave")),
        (COMPLETED, _("completed without defence")),
        (DEFENDED, _("defended")),
        (EXPELLED, _("expelled")),
        (WITHDRAWN, _("admission cancelled")),
    ]
    OPEN = (CANDIDATE, STUDYING, ON_LEAVE)
    HERE = (STUDYING, ON_LEAVE)
    FINAL = (DEFENDED, EXPELLED, WITHDRAWN)
    # Our statuses in the national list `h_doctorate_student_status`.
    NATIONAL = {STUDYING: "11", COMPLETED: "12", DEFENDED: "13"}
    OTHER = "10"

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="doctorates", verbose_name=_("person")
    )
    number = models.CharField(_("number"), max_length=16, unique=True, null=True, blank=True, editable=False)
    kind = ClassifierField("h_doctoral_student_type", verbose_name=_("kind"))
    speciality = models.ForeignKey(
        DoctoralSpeciality,
        on_delete=models.PROTECT,
        related_name="students",
        verbose_name=_("scientific speciality"),
    )
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="doctoral_students", verbose_name=_("kafedra")
    )
    theme = models.CharField(_("theme of the dissertation"), max_length=500)
    theme_approved_on = models.DateField(_("theme approved on"), null=True, blank=True)
    theme_protocol = models.CharField(_("protocol of the theme"), max_length=64, blank=True)
    payment_form = ClassifierField("h_payment_form", verbose_name=_("payment form"), default="11")
    entry_articles = models.PositiveSmallIntegerField(_("articles at entry"), null=True, blank=True)
    entry_theses = models.PositiveSmallIntegerField(_("conference theses at entry"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    # What follows is written by the periods alone.
    status = models.CharField(_("status"), max_length=12, choices=STATUSES, default=CANDIDATE, editable=False)
    admitted_on = models.DateField(_("admitted on"), null=True, blank=True, editable=False)
    term_to = models.DateField(_("term to"), null=True, blank=True, editable=False)

    objects = DoctoralStudentQuerySet.as_manager()

    class Meta:
        verbose_name = _("doctoral student")
        verbose_name_plural = _("doctoral students")
        ordering = ["person__sort_key", "pk"]
        indexes = [models.Index(fields=["kafedra", "status"], name="doctoral_of_kafedra")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status__in=["candidate", "studying", "leave"]),
                name="one_open_doctorate",
            ),
            models.CheckConstraint(
                condition=Q(status="candidate", admitted_on=None, term_to=None)
                | ~Q(status="candidate") & Q(admitted_on__isnull=False, number__isnull=False),
                name="doctoral_student_admitted",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RESEARCHER_KINDS, term_to=None)
                | Q(kind__in=STUDENT_KINDS) & (Q(status="candidate") | Q(term_to__isnull=False)),
                name="doctoral_student_term",
            ),
        ]

    def __str__(self) -> str:
        return self.person.full_name

    @property
    def level(self) -> str:
        """PhD or DSc, as the kind says."""
        return PHD if self.kind in (PHD_STUDENT, PHD_RESEARCHER) else DSC

    @property
    def is_researcher(self) -> bool:
        """Independent: without a term."""
        return self.kind in RESEARCHER_KINDS

    @property
    def national_status(self) -> str:
        """Code of `h_doctorate_student_status`."""
        return self.NATIONAL.get(self.status, self.OTHER)


class OfDoctoralQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Rows of the doctoral students whom the scope sees."""
        if scope.everything:
            return self
        return self.filter(student__in=DoctoralStudent.objects.for_scope(scope))


class DoctoralPeriod(models.Model):
    """A status and a term from a day until the next period; written by executed orders, never edited.

    The first day belongs to it, the last is the day before ``valid_to``.
    """

    student = models.ForeignKey(
        DoctoralStudent, on_delete=models.PROTECT, related_name="periods", verbose_name=_("doctoral student")
    )
    order = models.ForeignKey(
        "doctorate.DoctoralOrder", on_delete=models.PROTECT, null=True, related_name="periods",
        verbose_name=_("order"),
    )  # fmt: skip
    defence = models.ForeignKey(
        "doctorate.Defence", on_delete=models.PROTECT, null=True, related_name="periods",
        verbose_name=_("defence"),
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=12, choices=DoctoralStudent.STATUSES)
    term_to = models.DateField(_("term to"), null=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True)

    objects = OfDoctoralQuerySet.as_manager()

    class Meta:
        verbose_name = _("period of a doctoral student")
        verbose_name_plural = _("periods of doctoral students")
        ordering = ["student", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["order", "student"], name="doctoral_period_once"),
            models.CheckConstraint(
                condition=Q(order=None, defence__isnull=False, status="defended")
                | Q(order__isnull=False, defence=None) & ~Q(status__in=["defended", "candidate"]),
                name="doctoral_period_basis",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="doctoral_period_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} · {self.valid_from:%d.%m.%Y}"


class SupervisionQuerySet(OfDoctoralQuerySet):
    def in_force(self, day: datetime.date | None = None):
        """Supervisions of a day (default today); both ends are included."""
        day = day or timezone.localdate()
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


class Supervision(BaseModel):
    """Who leads a doctoral student from a day to a day (both included): an employee or somebody from outside."""

    SUPERVISOR, CONSULTANT = "supervisor", "consultant"
    ROLES = [(SUPERVISOR, _("supervisor")), (CONSULTANT, _("second supervisor or consultant"))]

    student = models.ForeignKey(
        DoctoralStudent,
        on_delete=models.PROTECT,
        related_name="supervisions",
        verbose_name=_("doctoral student"),
    )
    role = models.CharField(_("role"), max_length=12, choices=ROLES, default=SUPERVISOR)
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, null=True, blank=True, related_name="supervisions",
        verbose_name=_("employee"),
    )  # fmt: skip
    outsider = models.CharField(_("somebody from outside (name, degree, work)"), max_length=255, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    order_number = models.CharField(_("number of the order or protocol"), max_length=32)
    order_date = models.DateField(_("date of the order or protocol"))

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("supervision")
        verbose_name_plural = _("supervisions")
        ordering = ["-valid_from", "pk"]
        indexes = [models.Index(fields=["employee", "valid_from"], name="supervision_of_employee")]
        constraints = [
            models.CheckConstraint(
                condition=Q(employee__isnull=False, outsider="") | Q(employee=None) & ~Q(outsider=""),
                name="supervision_employee_or_outsider",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="supervision_period"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Who leads."""
        return str(self.employee) if self.employee_id else self.outsider
