"""Blanks of strict accountability: received by act, assigned, printed, handed over, spoiled, destroyed, lost.

The database makes the blanks out of the receipt's ranges and moves them from state to
state by rows of ``BlankMove`` alone (sql/blanks.sql), so that what was received is always
the sum of what lies in every state, whatever the sequence of acts.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from structure.models import Unit

DIPLOMA, SUPPLEMENT, ACADEMIC = "diploma", "supplement", "academic"
BLANK_KINDS = [
    (DIPLOMA, _("diploma")),
    (SUPPLEMENT, _("supplement to the diploma")),
    (ACADEMIC, _("academic certificate")),
]
ORDINARY, HONOURS = "ordinary", "honours"
CATEGORIES = [(ORDINARY, _("ordinary")), (HONOURS, _("with honours"))]


class HeldQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The university sees every blank, a faculty those that it holds."""
        return self if scope.everything else self.filter(holder__in=scope.faculty_ids)


class ActQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Seen by the holder and by who held the blanks before."""
        if scope.everything:
            return self
        return self.filter(Q(holder__in=scope.faculty_ids) | Q(giver__in=scope.faculty_ids))


class BlankAct(BaseModel):
    """An act by which blanks come, go to a holder, are spoiled, destroyed, lost, found or sent back.

    Drawn up and carried out at once; never changed or deleted, so that numbers have no gaps.
    """

    RECEIVED, GIVEN, SPOILED, DESTROYED, LOST, FOUND, RETURNED = (
        "received", "given", "spoiled", "destroyed", "lost", "found", "returned",
    )  # fmt: skip
    KINDS = [
        (RECEIVED, _("receipt")),
        (GIVEN, _("giving to another holder")),
        (SPOILED, _("spoiled blanks")),
        (DESTROYED, _("destruction of spoiled blanks")),
        (LOST, _("lost blanks")),
        (FOUND, _("lost blanks that were found")),
        (RETURNED, _("sending back to the supplier")),
    ]
    # Acts that three people of a commission sign (VMQ 283/2000).
    BY_COMMISSION = (SPOILED, DESTROYED, LOST)

    kind = models.CharField(_("kind of act"), max_length=16, choices=KINDS)
    year = models.PositiveSmallIntegerField(_("year"), editable=False)
    serial = models.PositiveIntegerField(_("number"), editable=False)
    date = models.DateField(_("date"), default=timezone.localdate)
    holder = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("holder"),
        help_text=_("The faculty that holds the blanks; empty: the store of the university."),
    )  # fmt: skip
    # Who held them before; of an act that moves nothing to another, the holder itself.
    giver = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("given by"),
    )
    basis = models.CharField(_("basis"), max_length=255, help_text=_("The document: kind, number and date."))
    reason = models.CharField(_("what happened"), max_length=500, blank=True)
    commission = models.TextField(
        _("commission"), blank=True, help_text=_("Chair and members, one a line: name and post.")
    )
    created_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False,
        verbose_name=_("entered by"),
    )  # fmt: skip

    objects = ActQuerySet.as_manager()

    class Meta:
        verbose_name = _("act on blanks")
        verbose_name_plural = _("acts on blanks")
        ordering = ["-year", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="blank_act_number"),
            models.CheckConstraint(condition=~Q(basis=""), name="blank_act_basis"),
            models.CheckConstraint(
                condition=~Q(kind__in=["spoiled", "destroyed", "lost"]) | ~Q(commission="") & ~Q(reason=""),
                name="blank_act_commission",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number} · {self.get_kind_display()}"

    @property
    def number(self) -> str:
        return f"{self.serial}/{self.year}"


class OfActQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Seen by those who see the act."""
        return self if scope.everything else self.filter(act__in=BlankAct.objects.for_scope(scope))


class BlankRange(BaseModel):
    """A line of a receipt: blanks of one kind and series, from the first number to the last."""

    act = models.ForeignKey(
        BlankAct, on_delete=models.PROTECT, related_name="ranges", verbose_name=_("act on blanks")
    )
    kind = models.CharField(_("kind of blank"), max_length=16, choices=BLANK_KINDS)
    education_type = ClassifierField("h_education_type", verbose_name=_("education type"), default="11")
    category = models.CharField(_("category"), max_length=16, choices=CATEGORIES, default=ORDINARY)
    series = models.CharField(
        _("series"), max_length=4,
        validators=[RegexValidator(r"^[A-Z]{1,4}$", _("A series is one to four large Latin letters."))],
    )  # fmt: skip
    first = models.PositiveIntegerField(_("first number"), validators=[MinValueValidator(1)])
    last = models.PositiveIntegerField(_("last number"), validators=[MinValueValidator(1)])
    digits = models.PositiveSmallIntegerField(_("digits of the number"), default=7)

    objects = OfActQuerySet.as_manager()

    class Meta:
        verbose_name = _("range of blanks")
        verbose_name_plural = _("ranges of blanks")
        ordering = ["act", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__gte=1, last__gte=F("first")) & Q(last__lt=F("first") + 20_000),
                name="blank_range_order",
                violation_error_message=_("The last number is not before the first; one line holds 20 000."),
            ),
            models.CheckConstraint(condition=Q(series__regex=r"^[A-Z]{1,4}$"), name="blank_range_series"),
            models.CheckConstraint(condition=Q(digits__range=(4, 9)), name="blank_range_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.first:0{self.digits}d} – {self.last:0{self.digits}d}"

    @property
    def count(self) -> int:
        return self.last - self.first + 1


class Blank(models.Model):
    """One numbered blank. Made by the database out of a range; its state is that of its last move."""

    STOCK, ASSIGNED, PRINTED, HANDED = "stock", "assigned", "printed", "handed"
    SPOILED, DESTROYED, LOST, RETURNED = "spoiled", "destroyed", "lost", "returned"
    STATES = [
        (STOCK, _("in store")),
        (ASSIGNED, _("assigned")),
        (PRINTED, _("printed")),
        (HANDED, _("handed over")),
        (SPOILED, _("spoiled")),
        (DESTROYED, _("destroyed")),
        (LOST, _("lost")),
        (RETURNED, _("sent back")),
    ]
    # What the university still holds in its hands.
    HELD = (STOCK, ASSIGNED, PRINTED, SPOILED)

    range = models.ForeignKey(
        BlankRange, on_delete=models.PROTECT, related_name="blanks", verbose_name=_("range of blanks")
    )
    kind = models.CharField(_("kind of blank"), max_length=16, choices=BLANK_KINDS)
    education_type = ClassifierField("h_education_type", verbose_name=_("education type"))
    category = models.CharField(_("category"), max_length=16, choices=CATEGORIES)
    series = models.CharField(_("series"), max_length=4)
    number = models.PositiveIntegerField(_("number"))
    code = models.CharField(_("series and number"), max_length=16)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=STOCK)
    holder = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("holder")
    )

    objects = HeldQuerySet.as_manager()

    class Meta:
        verbose_name = _("blank")
        verbose_name_plural = _("blanks")
        ordering = ["kind", "series", "number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "series", "number"], name="blank_once"),
        ]
        indexes = [models.Index(fields=["kind", "category", "state", "holder"], name="blank_free")]

    def __str__(self) -> str:
        return self.code


class MoveQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Seen by those who see the blank."""
        return self if scope.everything else self.filter(blank__holder__in=scope.faculty_ids)


class BlankMove(models.Model):
    """One step of one blank: which act or paper moved it, from where to where. Never changed."""

    VERBS = [
        *BlankAct.KINDS,
        ("assigned", _("assigned to a paper")),
        ("released", _("taken back from a paper")),
        ("printed", _("printed")),
        ("handed", _("handed over")),
    ]

    blank = models.ForeignKey(Blank, on_delete=models.PROTECT, related_name="moves", verbose_name=_("blank"))
    verb = models.CharField(_("what was done"), max_length=16, choices=VERBS)
    act = models.ForeignKey(
        BlankAct, on_delete=models.PROTECT, null=True, related_name="moves", verbose_name=_("act on blanks")
    )
    diploma = models.ForeignKey(
        "records.Diploma", on_delete=models.PROTECT, null=True, related_name="moves",
        verbose_name=_("diploma"),
    )  # fmt: skip
    certificate = models.ForeignKey(
        "records.Certificate", on_delete=models.PROTECT, null=True, related_name="moves",
        verbose_name=_("certificate"),
    )  # fmt: skip
    # From where to where is written by the database.
    from_state = models.CharField(_("from"), max_length=16, choices=Blank.STATES, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=16, choices=Blank.STATES, blank=True, default="")
    from_holder = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )
    holder = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("holder")
    )
    day = models.DateField(_("day"), default=timezone.localdate)
    at = models.DateTimeField(_("entered at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name=_("entered by"),
    )  # fmt: skip

    objects = MoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("move of a blank")
        verbose_name_plural = _("moves of blanks")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["blank", "-id"], name="blank_last_move")]
        constraints = [
            models.CheckConstraint(
                condition=Q(verb__in=["assigned", "released", "printed", "handed"])
                & Q(act=None)
                & (Q(diploma__isnull=False, certificate=None) | Q(diploma=None, certificate__isnull=False))
                | ~Q(verb__in=["assigned", "released", "printed", "handed"])
                & Q(act__isnull=False, certificate=None),
                name="blank_move_document",
            )
        ]

    def __str__(self) -> str:
        return f"{self.blank} · {self.get_verb_display()}"
