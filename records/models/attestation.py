"""State attestation: commissions, their sessions and results (duties 2.6, 2.7, 8.3)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from curriculum.models import CurriculumSubject
from hemis.base import BaseModel, ScopedQuerySet
from hemis.explain import readable_steps
from records.models.record import ATTESTED, KINDS
from records.models.topics import GraduationTopic, of_kafedra, user_field
from staff.models import Employee
from structure.models import Unit
from students.models import AcademicYear, Group, Speciality, Student


class CommissionQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The kafedra, its faculty, and the secretary."""
        if scope.everything:
            return self
        found = of_kafedra(scope)
        if scope.person_id:
            found |= Q(pk__in=CommissionMember.secretaries(scope.person_id))
        return self.filter(found)


class Commission(BaseModel):
    """A state attestation commission (DAK) of a kafedra's speciality for a year; approved, it is frozen."""

    EXAM, DEFENCE = "exam", "defence"
    KINDS = [(EXAM, _("state examination")), (DEFENCE, _("defence of graduation works"))]
    DRAFT, APPROVED, ENDED = "draft", "approved", "ended"
    STATES = [(DRAFT, _("draft")), (APPROVED, _("approved by an order")), (ENDED, _("ended"))]

    name = models.CharField(_("name"), max_length=256)
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS, default=DEFENCE)
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="commissions", verbose_name=_("kafedra")
    )
    speciality = models.ForeignKey(
        Speciality, on_delete=models.PROTECT, related_name="+", verbose_name=_("speciality")
    )
    order_number = models.CharField(_("number of the rector's order"), max_length=64, blank=True)
    order_date = models.DateField(_("date of the order"), null=True, blank=True)
    valid_from = models.DateField(_("works from"))
    valid_to = models.DateField(_("works until"))
    state = models.CharField(_("state"), max_length=8, choices=STATES, default=DRAFT, editable=False)

    objects = CommissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("state attestation commission")
        verbose_name_plural = _("state attestation commissions")
        ordering = ["-academic_year", "name"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "name"], name="commission_once_a_year"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="commission_period"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(order_date__isnull=False) & ~Q(order_number=""),
                name="approved_commission_has_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CommissionMember(BaseModel):
    """A member of a commission: an employee, or somebody who employs graduates."""

    CHAIR, DEPUTY, MEMBER, SECRETARY = "chair", "deputy", "member", "secretary"
    ROLES = [
        (CHAIR, _("chair")),
        (DEPUTY, _("deputy chair")),
        (MEMBER, _("member")),
        (SECRETARY, _("secretary")),
    ]

    commission = models.ForeignKey(
        Commission, on_delete=models.CASCADE, related_name="members", verbose_name=_("commission")
    )
    role = models.CharField(_("role"), max_length=9, choices=ROLES, default=MEMBER)
    employee = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("employee"),
    )
    full_name = models.CharField(_("full name"), max_length=255, blank=True)
    work_place = models.CharField(_("place of work"), max_length=255)
    post = models.CharField(_("post"), max_length=255)
    is_employer = models.BooleanField(_("represents employers"), default=False)

    class MemberQuerySet(ScopedQuerySet):
        def for_scope(self, scope):
            if scope.everything:
                return self
            return self.filter(commission__in=Commission.objects.for_scope(scope))

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a commission")
        verbose_name_plural = _("members of commissions")
        ordering = ["commission", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["commission", "role"], condition=Q(role__in=["chair", "secretary"]),
                name="one_chair_one_secretary",
            ),
            models.UniqueConstraint(fields=["commission", "employee"], name="commission_member_once"),
            models.CheckConstraint(condition=~Q(full_name=""), name="member_has_a_name"),
            models.CheckConstraint(
                condition=Q(employee=None) | Q(is_employer=False), name="employer_is_from_outside"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.full_name} ({self.get_role_display()})"

    @classmethod
    def secretaries(cls, person: int) -> QuerySet[CommissionMember, Any]:
        """Keys of the commissions whose secretary the person is."""
        return cls.objects.filter(role=cls.SECRETARY, employee__person=person).values("commission")


class AttestationSession(BaseModel):
    """A session of a commission on a subject of the plan of a group, with its protocol; closed, it is frozen."""

    OPEN, CLOSED, CANCELLED = "open", "closed", "cancelled"
    STATES = [(OPEN, _("being filled")), (CLOSED, _("closed")), (CANCELLED, _("cancelled"))]

    academic_year = models.ForeignKey(
        AcademicYear,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("academic year"),
    )
    serial = models.PositiveIntegerField(_("number of the protocol"), editable=False)
    commission = models.ForeignKey(
        Commission,
        on_delete=models.PROTECT,
        related_name="sessions",
        editable=False,
        verbose_name=_("commission"),
    )
    curriculum_subject = models.ForeignKey(
        CurriculumSubject,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("subject"),
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("group")
    )
    held_on = models.DateField(_("day"))
    starts_at = models.TimeField(_("begins"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=255, blank=True)
    present = models.ManyToManyField(
        CommissionMember, blank=True, related_name="sessions", verbose_name=_("members present")
    )
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=OPEN, editable=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)
    opened_by = user_field(_("opened by"))
    closed_by = user_field(_("closed by"))
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)

    class SessionQuerySet(ScopedQuerySet):
        def for_scope(self, scope):
            if scope.everything:
                return self
            return self.filter(commission__in=Commission.objects.for_scope(scope))

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session of state attestation")
        verbose_name_plural = _("sessions of state attestation")
        ordering = ["-academic_year", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "serial"], name="protocol_number_once"),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="closed_protocol_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(remark=""), name="cancelled_session_says_why"
            ),
        ]

    def __str__(self) -> str:
        return str(_("Protocol № %(number)s") % {"number": self.number})

    @property
    def number(self) -> str:
        """As it stands on paper: year and number within it."""
        return f"{self.academic_year_id}-{self.serial:04d}"


class AttestationLine(models.Model):
    """A student before a commission: admitted or why not, and the result."""

    EMPTY, GRADED, ABSENT, EXCUSED, NOT_ADMITTED = "", "graded", "absent", "excused", "not_admitted"
    STATUSES = [
        (EMPTY, _("not filled yet")),
        (GRADED, _("graded")),
        (ABSENT, _("did not come")),
        (EXCUSED, _("did not come, with an excuse")),
        (NOT_ADMITTED, _("not admitted")),
    ]

    session = models.ForeignKey(
        AttestationSession, on_delete=models.PROTECT, related_name="lines", verbose_name=_("session")
    )
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="attestation_lines", verbose_name=_("student")
    )
    topic = models.ForeignKey(
        GraduationTopic, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("topic")
    )
    # Which time it is: 1, then repeats.
    attempt = models.PositiveSmallIntegerField(_("time"), default=1)
    # Why admitted or not, step by step, as it was judged.
    steps = models.JSONField(_("conditions"), default=list)
    status = models.CharField(_("status"), max_length=12, choices=STATUSES, blank=True, default=EMPTY)
    points = models.DecimalField(_("points"), max_digits=4, decimal_places=1, null=True, blank=True)
    mark = models.PositiveSmallIntegerField(_("mark"), null=True)
    letter = models.CharField(_("letter"), max_length=2, blank=True)
    point = models.DecimalField(_("GPA point"), max_digits=3, decimal_places=2, null=True)
    passed = models.BooleanField(_("passed"), default=False)
    note = models.CharField(_("questions and opinion"), max_length=500, blank=True)

    class LineQuerySet(ScopedQuerySet):
        def for_scope(self, scope):
            if scope.everything:
                return self
            return self.filter(session__in=AttestationSession.objects.for_scope(scope))

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of state attestation")
        verbose_name_plural = _("results of state attestation")
        ordering = ["session", "student__person__sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "student"], name="student_once_a_session"),
            models.CheckConstraint(
                condition=Q(status="graded", points__isnull=False, mark__isnull=False, point__isnull=False)
                | ~Q(status="graded") & Q(points=None, passed=False),
                name="attestation_points_are_of_the_graded",
            ),
            models.CheckConstraint(
                condition=Q(points=None) | Q(points__gte=0, points__lte=100), name="attestation_points"
            ),
            models.CheckConstraint(condition=Q(passed=False) | Q(mark__gte=3), name="attestation_passed"),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="attestation_attempt"),
        ]

    def __str__(self) -> str:
        return f"{self.student}: {self.text}"

    @property
    def conditions(self) -> list[dict[str, str]]:
        """Why admitted or not, in the language of the page."""
        return readable_steps(self.steps)

    @property
    def is_failed(self) -> bool:
        """Whether it counts as a time that the attestation was not passed."""
        return self.status == self.ABSENT or self.status == self.GRADED and not self.passed

    @property
    def outcome(self) -> str:
        """The status; of a graded line, whether it is passed."""
        if self.status == self.GRADED:
            return str(_("passed") if self.passed else _("not passed"))
        return self.get_status_display()

    @property
    def colour(self) -> str:
        """Of the badge that says the outcome."""
        if self.is_failed or self.status == self.NOT_ADMITTED:
            return "red"
        return {self.GRADED: "green", self.EXCUSED: "azure"}.get(self.status, "secondary")

    @property
    def text(self) -> str:
        """What stands in the cell: points, or the letter of an absence."""
        if self.status == self.GRADED and self.points is not None:
            return f"{self.points.normalize():f}"
        return {self.ABSENT: "k", self.EXCUSED: "s"}.get(self.status, "")


ATTESTED_KINDS = [one for one in KINDS if one[0] in ATTESTED]
# Which commission marks which kind of subject.
COMMISSION_OF = {"13": Commission.EXAM, "15": Commission.DEFENCE}
