"""Filters of the staff's lists."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.pages.filters import DayFilter, Filter, RelatedFilter
from staff import queries
from staff.models import Position
from structure.models import Unit


def units(permission: str):
    """Units of the scope of a permission, for a filter."""

    def found(access):
        return Unit.objects.filter(is_active=True).for_scope(access.scope(permission))

    return found


class UnitFilter(RelatedFilter):
    """Units by a path; a faculty stands for its kafedras too."""

    def apply(self, rows, data):
        values = [value for value in self.chosen(data) if value.isdigit()]
        if not self.chosen(data):
            return rows
        return rows.filter(Q(**{f"{self.lookup}__in": values}) | Q(**{f"{self.lookup}__parent__in": values}))


class HoldsPostIn(RelatedFilter):
    """Employees who hold a post in a unit today; a faculty stands for its kafedras too."""

    def apply(self, rows, data):
        values = [value for value in self.chosen(data) if value.isdigit()]
        if not self.chosen(data):
            return rows
        held = Position.objects.in_force().filter(employee=OuterRef("pk"))
        return rows.filter(Exists(held.filter(Q(unit__in=values) | Q(unit__parent__in=values))))


class HeldFilter(Filter):
    """Posts held today unless something else is asked for; a day of the calendar decides by itself."""

    NOW, ENDED, COMING, ALL = "now", "ended", "coming", "all"

    def __init__(self) -> None:
        super().__init__("held", "valid_from", _("Held"), self._choices)

    def _choices(self, access):
        return [
            (self.NOW, _("today")), (self.ENDED, _("ended")), (self.COMING, _("not begun")), (self.ALL, _("all")),
        ]  # fmt: skip

    def apply(self, rows, data):
        if on_day.day(data):
            return rows
        wanted = set(self.chosen(data)) & {self.NOW, self.ENDED, self.COMING, self.ALL} or {self.NOW}
        if self.ALL in wanted:
            return rows
        today = timezone.localdate()
        found = Q()
        if self.NOW in wanted:
            found |= Q(valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gte=today))
        if self.ENDED in wanted:
            found |= Q(valid_to__lt=today)
        if self.COMING in wanted:
            found |= Q(valid_from__gt=today)
        return rows.filter(found)


on_day = DayFilter("on", lambda rows, day: rows.in_force(day), label=_("On the day"))  # type: ignore[attr-defined]


class StateFilter(Filter):
    """How urgent a term is."""

    def __init__(self) -> None:
        super().__init__(
            "state",
            "state",
            _("State"),
            lambda access: [(code, str(text)) for code, text in queries.STATES.items()],
        )

    def apply(self, rows, data):
        known = [value for value in self.chosen(data) if value in queries.STATES]
        return rows.filter(state__in=known) if known else rows
