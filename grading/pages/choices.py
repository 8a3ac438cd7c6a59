"""What the filters of this app offer."""

from __future__ import annotations

from django.db.models import Q

from curriculum.models import Subject
from hemis.access.scope import Access
from structure.models import Unit
from students.models import AcademicYear, Group


def years(access: Access):
    return AcademicYear.objects.all()


def subjects(access: Access):
    """Subjects of every kafedra: the rows of a list are in scope already."""
    return Subject.objects.all()


def faculties(permission: str):
    """Faculties in the scope of a permission."""

    def found(access: Access):
        scope = access.scope(permission)
        rows = Unit.objects.faculties()
        return rows if scope.everything else rows.filter(pk__in=scope.faculty_ids)

    return found


def kafedras(permission: str):
    """Kafedras in the scope of a permission, or of its faculties."""

    def found(access: Access):
        scope = access.scope(permission)
        rows = Unit.objects.kafedras()
        if scope.everything:
            return rows
        return rows.filter(Q(pk__in=scope.kafedra_ids) | Q(parent__in=scope.faculty_ids))

    return found


def groups(permission: str):
    """Groups in the scope of a permission."""
    return lambda access: Group.objects.for_scope(access.scope(permission))
