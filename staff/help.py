"""The help on employees, and whom employees ask: the head and the dean's office of the own unit."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from hemis.access.duties import ROLES
from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.help.topics import Askable, Topic, register_askable, register_topic
from hemis.people.models import User
from staff.models import Position
from structure.models import Unit

register_topic(
    Topic(
        "employees",
        _("Employees, posts and accounts"),
        (
            _("A post begins and ends by an order with its dates; the account and the role follow from it."),
            _("Degrees, ranks, training and competitions are dated records with their documents."),
            _("A new account is opened by a one-time link, which is handed over."),
        ),
        permissions=("employee.edit",),
        pages=(("staff_employees_list", _("Employees")),),
    )
)


def _units(access: Access) -> QuerySet[Unit]:
    """Where the person holds a post or a role today, and the faculties above."""
    if access.user is None or access.user.person_id is None:
        return Unit.objects.none()
    posts = Position.objects.in_force().filter(employee__person=access.user.person_id).values("unit")
    own = Unit.objects.filter(
        Q(pk__in=posts) | Q(pk__in=[one.unit_id for one in access.active if one.unit_id])
    )
    return Unit.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=own.values("parent")))


def _holders(role: str):
    def people(access: Access) -> QuerySet[User]:
        held = RoleAssignment.objects.in_force().filter(role=role, unit__in=_units(access).values("pk"))
        users = User.objects.filter(is_active=True, pk__in=held.values("user"))
        return users.exclude(pk=access.user.pk) if access.user else users

    return people


# The nearest last: each is put before those that are declared already.
register_askable(Askable(ROLES["dean"].title, _holders("dean")))
register_askable(Askable(ROLES["head"].title, _holders("head")))
