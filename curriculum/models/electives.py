"""What students choose in the window of a semester: their electives, and their teachers (duty 2.3; VMQ 824)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curriculum.models.plan import CurriculumSemester, CurriculumSubject
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from students.models import Group, Student, Subgroup
from students.models.base import cared_for


class ElectiveCampaignQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty of the plan, and the kafedra that teaches something of it."""
        if scope.everything:
            return self
        taught = ElectiveOffer.objects.filter(curriculum_subject__kafedra__in=scope.kafedra_ids)
        return self.filter(
            Q(semester__curriculum__speciality__faculty__in=scope.faculty_ids)
            | Q(pk__in=taught.values("campaign"))
        )


class ElectiveCampaign(BaseModel):
    """The window in which students of a plan choose their electives of one semester, or their teachers."""

    SUBJECTS, TEACHERS = "subjects", "teachers"
    KINDS = [(SUBJECTS, _("electives")), (TEACHERS, _("teachers"))]

    BY_TIME, BY_GPA = "time", "gpa"
    PRIORITIES = [(BY_TIME, _("who chose first")), (BY_GPA, _("the better GPA"))]
    PLANNED, OPEN, OVER, CLOSED = "planned", "open", "over", "closed"
    STATES = {
        PLANNED: _("not begun"),
        OPEN: _("open for choosing"),
        OVER: _("over, to be closed"),
        CLOSED: _("the choice is closed"),
    }

    semester = models.ForeignKey(
        CurriculumSemester,
        on_delete=models.PROTECT,
        related_name="elective_campaigns",
        verbose_name=_("semester"),
    )
    kind = models.CharField(
        _("what is chosen"),
        max_length=8,
        choices=KINDS,
        default=SUBJECTS,
        db_default=SUBJECTS,
        editable=False,
    )
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    priority = models.CharField(_("who has priority"), max_length=4, choices=PRIORITIES, default=BY_TIME)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("closed by"),
    )  # fmt: skip

    objects = ElectiveCampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of electives")
        verbose_name_plural = _("choices of electives")
        ordering = ["-opens_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["semester", "kind"], name="elective_campaign_once"),
            models.CheckConstraint(condition=Q(closes_at__gt=models.F("opens_at")), name="elective_window"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="elective_closed_by",
            ),
        ]

    def __str__(self) -> str:
        text = f"{self.semester.curriculum} · {self.semester}"
        return f"{text} · {self.get_kind_display()}" if self.is_of_teachers else text

    @property
    def is_of_teachers(self) -> bool:
        return self.kind == self.TEACHERS

    @property
    def state(self) -> str:
        """``planned``, ``open``, ``over`` (to be closed by the office) or ``closed``."""
        if self.closed_at:
            return self.CLOSED
        now = timezone.now()
        if now < self.opens_at:
            return self.PLANNED
        return self.OPEN if now < self.closes_at else self.OVER

    def get_state_display(self) -> str:
        return str(self.STATES[self.state])


class _OfCampaign(ScopedQuerySet):
    def for_scope(self, scope):
        if scope.everything:
            return self
        return self.filter(
            Q(campaign__semester__curriculum__speciality__faculty__in=scope.faculty_ids)
            | Q(curriculum_subject__kafedra__in=scope.kafedra_ids)
        )


class ElectiveOffer(BaseModel):
    """An alternative of a campaign: how many may take it, and how many must for it to be taught.

    Where teachers are chosen it is a subject as it is taught with ``group``: who takes
    it attends with that group, and so has its teachers. A kind of training that is taught
    in subgroups is chosen by itself: ``training_type`` says which, ``subgroup`` with whom.

    ``taken`` is counted by the database with every choice; a check holds it to the
    places, so nothing that happens at the same moment can overbook.
    """

    campaign = models.ForeignKey(
        ElectiveCampaign,
        on_delete=models.CASCADE,
        related_name="offers",
        verbose_name=_("choice of electives"),
    )
    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.PROTECT, related_name="elective_offers", verbose_name=_("subject")
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("group")
    )
    training_type = ClassifierField(
        "h_training_type", verbose_name=_("kind of training"), blank=True, default="", db_default=""
    )
    subgroup = models.ForeignKey(
        Subgroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("subgroup"),
    )  # fmt: skip
    places = models.PositiveSmallIntegerField(
        _("places"), validators=[MinValueValidator(1), MaxValueValidator(2000)]
    )
    minimum = models.PositiveSmallIntegerField(
        _("taught from so many students"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(2000)],
    )
    taken = models.PositiveSmallIntegerField(_("taken"), default=0, db_default=0, editable=False)
    is_dropped = models.BooleanField(
        _("not taught: too few chose it"), default=False, db_default=False, editable=False
    )

    objects = _OfCampaign.as_manager()

    class Meta:
        verbose_name = _("offer of an elective")
        verbose_name_plural = _("offers of electives")
        ordering = ["campaign", "curriculum_subject__elective_group", "curriculum_subject__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "curriculum_subject", "group", "training_type", "subgroup"],
                name="elective_offer_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(taken__lte=models.F("places")), name="elective_places"),
            models.CheckConstraint(
                condition=Q(minimum__gte=1) & Q(minimum__lte=models.F("places")), name="elective_minimum"
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(
            str(one) for one in (self.curriculum_subject, self.kind_text, self.part_text) if one
        )

    @property
    def kind_text(self) -> str:
        """The kind of training that is chosen by itself; empty where all of the subject is."""
        return str(self.get_training_type_display())  # type: ignore[attr-defined]

    @property
    def part_text(self) -> str:
        """With whom one attends: the group, or the subgroup."""
        return str(self.subgroup or self.group or "")

    @property
    def choice_group(self) -> str:
        """What one of is chosen: the elective group, or the subject (a kind of its training) whose teachers are.

        The same as the database writes into a choice.
        """
        if self.group_id:
            kind = f".{self.training_type}" if self.training_type else ""
            return f"T{self.curriculum_subject_id:x}{kind}"
        return self.curriculum_subject.elective_group

    @property
    def left(self) -> int:
        return self.places - self.taken


class ElectiveChoiceQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty of the plan, the tutor's groups, and the student."""
        if scope.everything:
            return self
        found = Q(offer__campaign__semester__curriculum__speciality__faculty__in=scope.faculty_ids) | Q(
            offer__curriculum_subject__kafedra__in=scope.kafedra_ids
        )
        if scope.person_id:
            found |= Q(student__person=scope.person_id)
            found |= Q(student__current__group__in=cared_for(scope))
        return self.filter(found)


class ElectiveChoice(BaseModel):
    """What a student chose in one elective group; ``campaign`` and ``elective_group`` are the offer's own."""

    PLACED, WAITING = "placed", "waiting"
    STATES = [(PLACED, _("has a place")), (WAITING, _("waits"))]
    OWN, LIST, OFFICE, MOVED, HOME = "own", "list", "office", "moved", "home"
    WAYS = [
        (OWN, _("own choice")),
        (LIST, _("from the waiting list")),
        (OFFICE, _("given by the office")),
        (MOVED, _("moved by the office")),
        (HOME, _("stays with the own group")),
    ]

    offer = models.ForeignKey(
        ElectiveOffer, on_delete=models.PROTECT, related_name="choices", verbose_name=_("elective")
    )
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="elective_choices", verbose_name=_("student")
    )
    campaign = models.ForeignKey(
        ElectiveCampaign,
        on_delete=models.CASCADE,
        null=True,
        editable=False,
        related_name="choices",
        verbose_name=_("choice of electives"),
    )
    elective_group = models.CharField(_("elective group"), max_length=32, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=STATES, default=WAITING)
    way = models.CharField(_("how it came about"), max_length=8, choices=WAYS, default=OWN)
    # What the student has chosen, wherever the place is in the end; nothing where nobody chose.
    wish = models.ForeignKey(
        ElectiveOffer, on_delete=models.PROTECT, null=True, editable=False, related_name="wishes",
        verbose_name=_("own choice"),
    )  # fmt: skip
    # Why the office has moved or placed the student; the account tells it.
    reason = models.CharField(_("reason"), max_length=256, blank=True, default="", db_default="")
    chosen_at = models.DateTimeField(_("chosen at"), db_default=Now())
    gpa = models.DecimalField(_("GPA"), max_digits=4, decimal_places=2, null=True, blank=True, editable=False)

    objects = ElectiveChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("chosen elective")
        verbose_name_plural = _("chosen electives")
        ordering = ["campaign", "elective_group", "chosen_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "campaign", "elective_group"], name="elective_chosen_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.offer}"
