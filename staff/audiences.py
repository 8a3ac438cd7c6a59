"""Whom one may write to among the employees: everybody by name, and those of a unit (menu Xabarlar)."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from hemis.access import duties
from hemis.access.scope import Access
from hemis.mailbox.audiences import BROADCAST, RowsAudience, register_audience, register_people
from staff.models import Position
from structure.models import Unit


def colleagues(access: Access) -> Q:
    """Employees find each other by name, whatever their units."""
    return Q(person__employee__isnull=False) if access.roles & set(duties.STAFF_ROLES) else Q(pk__in=[])


class StaffOfUnit(RowsAudience):
    """Who holds a post today in a unit or in a unit beneath it."""

    code, title = "unit", _("Employees of a unit")
    search = ("name", "name_ru", "code")

    def rows(self, access: Access) -> QuerySet:
        return Unit.objects.for_scope(access.scope(BROADCAST)).filter(is_active=True).order_by("kind", "code")

    def accounts(self, keys):
        keys = [int(key) for key in keys]
        held = Position.objects.in_force().filter(Q(unit__in=keys) | Q(unit__parent__in=keys))
        return Q(person__employee__in=held.values("employee"))


register_people(colleagues)
register_audience(StaffOfUnit())
