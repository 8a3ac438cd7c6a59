"""What the filters of registers offer: rows inside the scope of a permission."""

from __future__ import annotations

from structure.models import Unit
from students.models import Group, Speciality


def faculties(permission: str):
    """Faculties inside the scope of ``permission``."""

    def choose(access):
        scope = access.scope(permission)
        found = Unit.objects.faculties()
        return found if scope.everything else found.filter(pk__in=scope.faculty_ids)

    return choose


def groups_of(permission: str):
    """Open groups inside the scope."""
    return lambda access: Group.objects.filter(is_active=True).for_scope(access.scope(permission))


def specialities(permission: str):
    """Specialities in use inside the scope."""
    return lambda access: Speciality.objects.filter(is_active=True).for_scope(access.scope(permission))
