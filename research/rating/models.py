"""The scientific rating: criteria by year, what it counted, and who asked for it to be looked at again (duty 3.6).

A rating is counted once, as it stands on a day, and then frozen: the database
refuses any change of it. A correction is a new edition, the old one stays.
"""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.pages.files import random_path
from research.models.approval import Approval
from staff.models import Employee
from structure.models import Unit
from students.models import AcademicYear


def _author(verbose_name, **more) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=verbose_name, **more,
    )  # fmt: skip


class CriteriaSetQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Academic affairs and the rectorate see all; everybody else what has been approved."""
        return self if scope.everything else self.exclude(state=CriteriaSet.DRAFT)


class CriteriaSet(BaseModel):
    """The criteria of an academic year: an edition is drafted, approved, and locked by the first rating frozen by it.

    What is approved does not change; another wording is another edition, which holds
    from its approval on. Ratings keep the edition by which they were counted.
    """

    DRAFT, APPROVED, LOCKED = "draft", "approved", "locked"
    STATES = [(DRAFT, _("draft")), (APPROVED, _("approved")), (LOCKED, _("approved and locked"))]
    IN_FORCE = (APPROVED, LOCKED)

    academic_year = models.ForeignKey(
        AcademicYear,
        on_delete=models.PROTECT,
        related_name="rating_criteria",
        verbose_name=_("academic year"),
    )
    edition = models.PositiveSmallIntegerField(_("edition"), default=1, editable=False)
    basis = models.CharField(
        _("basis"), max_length=255, help_text=_("The decision of the council: number and date.")
    )
    note = models.TextField(_("what is new in this edition"), blank=True)
    appeal_days = models.PositiveSmallIntegerField(
        _("days for appeals"), default=10, validators=[MinValueValidator(1)],
        help_text=_("So long after the rating is frozen a teacher may ask for it to be looked at again."),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=DRAFT, editable=False)
    created_by = _author(_("formed by"))
    approved_by = _author(_("approved by"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True, editable=False)

    objects = CriteriaSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("criteria of the rating")
        verbose_name_plural = _("criteria of the rating")
        ordering = ["-academic_year_id", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "edition"], name="criteria_edition_once"),
            models.UniqueConstraint(
                fields=["academic_year"], condition=Q(state="draft"), name="criteria_one_draft_a_year"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "approved", "locked"]), name="criteria_state"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="criteria_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(created_by=None) | ~Q(approved_by=F("created_by")),
                name="criteria_author_does_not_approve",
            ),
            models.CheckConstraint(condition=Q(appeal_days__gte=1), name="criteria_appeal_days"),
        ]

    def __str__(self) -> str:
        return _("%(year)s, edition %(edition)s") % {"year": self.academic_year, "edition": self.edition}


class CriterionQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Whoever sees the set sees its criteria."""
        return self.filter(criteria__in=CriteriaSet.objects.for_scope(scope))


class Criterion(BaseModel):
    """One line of the criteria: what is counted, from which register, how many marks a unit, at most how many.

    ``kind``, ``in_database`` and ``has_certificate`` narrow what the register gives;
    empty, they let everything through. ``shared`` divides a work by the shares of its
    authors; otherwise each author has the whole of it.
    """

    criteria = models.ForeignKey(
        CriteriaSet, on_delete=models.CASCADE, related_name="lines", verbose_name=_("criteria")
    )
    code = models.SlugField(
        _("code"), max_length=32, help_text=_("The same in every year, so that years can be compared.")
    )
    title = models.CharField(_("title"), max_length=255)
    source = models.CharField(_("source"), max_length=32)
    kind = models.CharField(_("kind in the register"), max_length=16, blank=True)
    in_database = models.BooleanField(_("in an international database"), null=True, blank=True)
    has_certificate = models.BooleanField(_("with a certificate"), null=True, blank=True)
    unit = models.CharField(
        _("unit of counting"), max_length=64, help_text=_("What is counted: a work, an hour, a point …")
    )
    weight = models.DecimalField(
        _("marks a unit"), max_digits=8, decimal_places=3, validators=[MinValueValidator(0)]
    )
    cap = models.DecimalField(
        _("at most, marks"), max_digits=8, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)], help_text=_("Empty: without a limit."),
    )  # fmt: skip
    shared = models.BooleanField(_("divided among the authors"), default=False)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=1)

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["criteria_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["criteria", "code"], name="criterion_code_once"),
            # The same thing is not counted twice (a double import doubled the marks elsewhere).
            models.UniqueConstraint(
                fields=["criteria", "source", "kind", "in_database", "has_certificate"], nulls_distinct=False,
                condition=~Q(source="evidence"), name="criterion_counts_once",
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="criterion_weight"),
            models.CheckConstraint(condition=Q(cap=None) | Q(cap__gt=0), name="criterion_cap"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class EvidenceQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The own kafedra's and faculty's teachers, and one's own."""
        if scope.everything:
            return self
        seen = Q(kafedra__in=scope.unit_ids) | Q(kafedra__parent__in=scope.faculty_ids)
        return self.filter(seen | Q(employee__person=scope.person_id) if scope.person_id else seen)


class Evidence(Approval):
    """What no register knows: a figure that a teacher enters with evidence and the head of the kafedra approves."""

    word, owner_path, card = "evidence", "employee", "research_evidence_detail"

    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    # The criterion by its code: another edition of the criteria keeps what was entered.
    code = models.SlugField(_("criterion"), max_length=32)
    employee = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        related_name="rating_evidence",
        editable=False,
        verbose_name=_("teacher"),
    )
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("kafedra")
    )
    title = models.CharField(_("what it is"), max_length=500)
    quantity = models.DecimalField(
        _("how much"), max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    scan = models.FileField(_("evidence"), upload_to=random_path)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure with evidence")
        verbose_name_plural = _("figures with evidence")
        ordering = ["-academic_year_id", "employee__person__sort_key", "pk"]
        indexes = [models.Index(fields=["academic_year", "state"], name="evidence_year_state")]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="evidence_quantity"),
            models.CheckConstraint(condition=~Q(scan=""), name="evidence_has_file"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="evidence_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(remark=""), name="evidence_returned_why"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RatingQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """That there is a rating, everybody may know whom the rating concerns; its lines have their own scope."""
        return self


class Rating(BaseModel):
    """The rating of an academic year as it stood on a day; a correction is the next edition."""

    COUNTING, COUNTED, FROZEN = "counting", "counted", "frozen"
    STATES = [(COUNTING, _("being counted")), (COUNTED, _("preliminary")), (FROZEN, _("frozen"))]

    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="ratings", verbose_name=_("academic year")
    )
    edition = models.PositiveSmallIntegerField(_("edition"), default=1, editable=False)
    criteria = models.ForeignKey(
        CriteriaSet,
        on_delete=models.PROTECT,
        related_name="ratings",
        editable=False,
        verbose_name=_("criteria"),
    )
    as_of = models.DateField(
        _("as of"),
        help_text=_("What was approved by the end of this day counts; posts are those of this day."),
    )
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=COUNTING, editable=False)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="corrected_by",
        verbose_name=_("corrects"),
    )  # fmt: skip
    reason = models.CharField(_("reason of the correction"), max_length=1000, blank=True, editable=False)
    created_by = _author(_("formed by"))
    counted_at = models.DateTimeField(_("counted at"), null=True, blank=True, editable=False)
    frozen_by = _author(_("frozen by"))
    frozen_at = models.DateTimeField(_("frozen at"), null=True, blank=True, editable=False)
    appeals_until = models.DateField(_("appeals until"), null=True, blank=True, editable=False)

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["-academic_year_id", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "edition"], name="rating_edition_once"),
            models.UniqueConstraint(
                fields=["academic_year"], condition=~Q(state="frozen"), name="rating_one_preliminary_a_year"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["counting", "counted", "frozen"]), name="rating_state"
            ),
            models.CheckConstraint(
                condition=Q(state="counting") | Q(counted_at__isnull=False), name="rating_counted_at"
            ),
            models.CheckConstraint(
                condition=~Q(state="frozen")
                | Q(frozen_by__isnull=False, frozen_at__isnull=False, appeals_until__isnull=False),
                name="rating_frozen_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(edition=1, corrects=None, reason="")
                | Q(edition__gt=1, corrects__isnull=False) & ~Q(reason=""),
                name="rating_correction_says_why",
            ),
        ]

    def __str__(self) -> str:
        return _("Rating %(year)s, edition %(edition)s") % {
            "year": self.academic_year,
            "edition": self.edition,
        }


class LineQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The own kafedra's and faculty's teachers, and one's own line."""
        if scope.everything:
            return self
        seen = Q(kafedra__in=scope.kafedra_ids) | Q(faculty__in=scope.faculty_ids)
        return self.filter(seen | Q(employee__person=scope.person_id) if scope.person_id else seen)


class RatingLine(models.Model):
    """A teacher in a rating: where he taught on the day, his marks and his places. Each teacher stands once."""

    rating = models.ForeignKey(
        Rating, on_delete=models.CASCADE, related_name="lines", verbose_name=_("rating")
    )
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="rating_lines", verbose_name=_("teacher")
    )
    kafedra = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("kafedra"))
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    rate = models.DecimalField(_("rate"), max_digits=4, decimal_places=2)
    total = models.DecimalField(_("marks"), max_digits=10, decimal_places=2, default=0)
    place = models.PositiveIntegerField(_("place in the university"), null=True)
    faculty_place = models.PositiveIntegerField(_("place in the faculty"), null=True)
    kafedra_place = models.PositiveIntegerField(_("place in the kafedra"), null=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("teacher's rating")
        verbose_name_plural = _("rating of teachers")
        ordering = ["-rating_id", "place", "employee__person__sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["rating", "employee"], name="rating_teacher_once"),
            models.CheckConstraint(condition=Q(total__gte=0), name="rating_marks"),
        ]

    def __str__(self) -> str:
        return f"{self.employee}"


class RatingPart(models.Model):
    """What one criterion gave a teacher: units, their marks, and the score after the limit."""

    line = models.ForeignKey(
        RatingLine, on_delete=models.CASCADE, related_name="parts", verbose_name=_("teacher")
    )
    criterion = models.ForeignKey(
        Criterion, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("criterion")
    )
    quantity = models.DecimalField(_("units"), max_digits=12, decimal_places=4)
    marks = models.DecimalField(_("marks"), max_digits=12, decimal_places=2)
    score = models.DecimalField(_("score"), max_digits=10, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("part of a rating")
        verbose_name_plural = _("parts of a rating")
        ordering = ["line_id", "criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["line", "criterion"], name="rating_part_once"),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=F("marks")), name="rating_score_within"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.score}"


class RatingItem(models.Model):
    """One thing that was counted: a publication, a training, a figure, with its words as they stood.

    Foreign keys are not the database's own here: each is checked for a whole statement
    at once by the guard of the table, since a rating brings a hundred thousand rows.
    """

    line = models.ForeignKey(
        RatingLine,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="items",
        verbose_name=_("teacher"),
    )
    criterion = models.ForeignKey(
        Criterion, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+",
        verbose_name=_("criterion"),
    )  # fmt: skip
    source_id = models.BigIntegerField(_("row of the register"))
    label = models.CharField(_("what was counted"), max_length=600)
    quantity = models.DecimalField(_("units"), max_digits=10, decimal_places=4)
    marks = models.DecimalField(_("marks"), max_digits=10, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("counted item")
        verbose_name_plural = _("counted items")
        ordering = ["criterion_id", "pk"]

    def __str__(self) -> str:
        return self.label


class UnitLineQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The own faculty with its kafedras, and the own kafedra."""
        if scope.everything:
            return self
        return self.filter(Q(unit__in=scope.unit_ids) | Q(unit__parent__in=scope.faculty_ids))


class UnitLine(models.Model):
    """A kafedra or faculty in a rating: the sum of its teachers' marks, and the mean of a full rate."""

    rating = models.ForeignKey(
        Rating, on_delete=models.CASCADE, related_name="units", verbose_name=_("rating")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    teachers = models.PositiveIntegerField(_("teachers"))
    rates = models.DecimalField(_("rates"), max_digits=10, decimal_places=2)
    total = models.DecimalField(_("marks in all"), max_digits=12, decimal_places=2)
    mean = models.DecimalField(_("marks a rate"), max_digits=12, decimal_places=2)
    place = models.PositiveIntegerField(_("place"), null=True)

    objects = UnitLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit's rating")
        verbose_name_plural = _("rating of units")
        ordering = ["-rating_id", "place", "unit__name"]
        constraints = [models.UniqueConstraint(fields=["rating", "unit"], name="rating_unit_once")]

    def __str__(self) -> str:
        return f"{self.unit}"


class AppealQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The own kafedra's and faculty's teachers, and one's own."""
        return self if scope.everything else self.filter(line__in=RatingLine.objects.for_scope(scope))


class RatingAppeal(BaseModel):
    """A teacher asks for the own line of a frozen rating to be looked at again; answered with a decision."""

    ASKED, UPHELD, REJECTED = "asked", "upheld", "rejected"
    STATES = [(ASKED, _("waits for a decision")), (UPHELD, _("upheld")), (REJECTED, _("rejected"))]

    line = models.ForeignKey(
        RatingLine, on_delete=models.PROTECT, related_name="appeals", verbose_name=_("teacher's rating")
    )
    text = models.TextField(_("what is wrong"), max_length=4000)
    evidence = models.FileField(_("evidence"), upload_to=random_path, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=ASKED, editable=False)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    decision = models.TextField(_("decision"), max_length=4000, blank=True, editable=False)
    decided_by = _author(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    # The edition in which what was upheld is put right.
    result = models.ForeignKey(
        Rating, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="upheld_appeals",
        verbose_name=_("corrected in"),
    )  # fmt: skip

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal against the rating")
        verbose_name_plural = _("appeals against the rating")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["line"], name="rating_appeal_once"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None)
                | Q(state__in=["upheld", "rejected"], decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decision=""),
                name="rating_appeal_decision",
            ),
            models.CheckConstraint(condition=Q(result=None) | Q(state="upheld"), name="rating_appeal_result"),
        ]

    def __str__(self) -> str:
        return f"{self.line} · {self.line.rating}"
