"""An auditorium at a pair of a day, taken or free: a view of the database (``sql/rooms.sql``)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from curriculum.models import ClassPair
from hemis.base import ScopedQuerySet
from structure.models import Auditorium


class RoomPairQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Rooms are shared by the whole university: the duty is enough."""
        return self


class RoomPair(models.Model):
    """One pair of one working day of one auditorium; ``source`` says what takes it (``structure.occupancy``)."""

    id = models.BigIntegerField(primary_key=True)
    auditorium = models.ForeignKey(
        Auditorium, on_delete=models.DO_NOTHING, related_name="+", verbose_name=_("auditorium")
    )
    day = models.DateField(_("day"))
    pair = models.ForeignKey(ClassPair, on_delete=models.DO_NOTHING, related_name="+", verbose_name=_("pair"))
    number = models.PositiveSmallIntegerField(_("pair"))
    source = models.CharField(_("taken by"), max_length=32)
    taken = models.BooleanField(_("taken"))

    objects = RoomPairQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "reports_roompair"
        verbose_name = _("pair of an auditorium")
        verbose_name_plural = _("pairs of auditoriums")
        ordering = ["day", "number", "auditorium"]

    def __str__(self) -> str:
        return f"{self.auditorium} · {self.day:%d.%m.%Y} · {self.number}"
