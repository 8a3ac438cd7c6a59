"""Units of the university and the periods of their names, codes and places in the tree."""

from __future__ import annotations

import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet, Translated
from hemis.classifiers.fields import ClassifierField


class UnitQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A faculty sees itself and its kafedras, a kafedra sees itself."""
        if scope.everything:
            return self
        return self.filter(Q(pk__in=scope.unit_ids) | Q(parent__in=scope.faculty_ids))

    def faculties(self):
        return self.filter(kind=Unit.FACULTY)

    def kafedras(self):
        return self.filter(kind=Unit.KAFEDRA)


class Unit(Translated, BaseModel):
    """Faculty, kafedra or another division (`h_structure_type`).

    Name, code and parent are those of today; how they were before stands in the
    periods. The database keeps both in step (``sql/units.sql``): a name or code
    may be corrected in place, but a unit moves and closes only with a basis, by
    the verbs of ``structure.actions``.
    """

    FACULTY, KAFEDRA = "11", "12"

    code = models.CharField(
        _("code"), max_length=64, unique=True, validators=[RegexValidator(r"^[0-9\-]{2,64}$")]
    )
    name = models.CharField(_("name"), max_length=256)
    name_ru = models.CharField(_("name (Russian)"), max_length=256, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=256, blank=True)
    kind = ClassifierField("h_structure_type", verbose_name=_("kind of unit"))
    locality = ClassifierField("h_locality_type", verbose_name=_("kind of faculty"), blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    opened_on = models.DateField(
        _("opened on"), null=True, blank=True, help_text=_("Empty: as long as the records reach.")
    )
    closed_on = models.DateField(
        _("closed on"), null=True, blank=True, help_text=_("The first day on which the unit is no more.")
    )
    closed_order_number = models.CharField(_("number of the order of closing"), max_length=32, blank=True)
    closed_order_date = models.DateField(_("date of the order of closing"), null=True, blank=True)
    closed_note = models.CharField(_("why it was closed"), max_length=255, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor"),
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="12") | Q(parent__isnull=False), name="kafedra_has_faculty"
            ),
            models.CheckConstraint(condition=~Q(kind="11") | Q(parent=None), name="faculty_stands_alone"),
            models.CheckConstraint(
                condition=Q(is_active=True, closed_on=None) | Q(is_active=False, closed_on__isnull=False),
                name="unit_is_active_until_closed",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gt=F("opened_on")),
                name="unit_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return self.get_name_display()

    @property
    def faculty_id(self) -> int | None:
        """The faculty this unit is or belongs to, through however many units between."""
        if self.kind == self.FACULTY:
            return self.pk
        if self.kind == self.KAFEDRA or self.parent is None:
            return self.parent_id
        return self.parent.faculty_id


class UnitPeriodQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        if scope.everything:
            return self
        return self.filter(unit__in=Unit.objects.for_scope(scope))

    def on(self, day: datetime.date):
        """The period of each unit that holds on ``day``."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day)).filter(
            Q(valid_to=None) | Q(valid_to__gte=day)
        )


class UnitPeriod(Translated, BaseModel):
    """How a unit was called and to what it belonged, from a day to a day (both included).

    The first begins with the unit (empty: beyond the records), each next on the
    day after the last, the last is open until the unit closes.
    """

    OPENED, RENAMED, MOVED = "opened", "renamed", "moved"
    CHANGES = [(OPENED, _("opened")), (RENAMED, _("renamed")), (MOVED, _("moved"))]

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="periods", verbose_name=_("unit"))
    code = models.CharField(_("code"), max_length=64)
    name = models.CharField(_("name"), max_length=256)
    name_ru = models.CharField(_("name (Russian)"), max_length=256, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=256, blank=True)
    parent = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("belongs to"),
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)
    change = models.CharField(_("what happened"), max_length=16, choices=CHANGES, default=OPENED)
    order_number = models.CharField(_("order number"), max_length=32, blank=True)
    order_date = models.DateField(_("order date"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=255, blank=True)

    objects = UnitPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("period of a unit")
        verbose_name_plural = _("periods of units")
        ordering = [F("valid_from").desc(nulls_last=True)]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gte=F("valid_from")),
                name="unit_period_order",
            ),
            models.CheckConstraint(
                condition=Q(change="opened")
                | Q(valid_from__isnull=False, order_date__isnull=False) & ~Q(order_number=""),
                name="unit_change_has_its_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.get_name_display()}"
