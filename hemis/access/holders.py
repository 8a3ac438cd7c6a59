"""Who holds a permission now: to whom a notice goes."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from hemis.access import duties
from hemis.access.models import RoleAssignment
from hemis.people.models import User


def holders(
    permission: str, *, faculty_id: int | None = None, roles: frozenset[str] | None = None
) -> QuerySet[User]:
    """Accounts in use whose duties give ``permission`` for the faculty; ``roles`` narrows to some roles.

    Raises:
        KeyError: no duty knows the permission.
    """
    found = Q(pk__in=[])
    for duty in duties.duties_granting(permission):
        wanted = [role for role in duty.roles if roles is None or role in roles]
        if duty.scope == duties.UNIVERSITY:
            found |= Q(role__in=wanted)
        elif duty.scope == duties.FACULTY:
            found |= Q(role__in=wanted, unit=faculty_id)
    held = RoleAssignment.objects.in_force().filter(found)
    return User.objects.filter(is_active=True, pk__in=held.values("user"))
