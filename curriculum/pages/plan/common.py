"""Who sees and who changes which plan."""

from __future__ import annotations

from curriculum.models import (
    Curriculum,
)
from hemis.base import Request
from structure.models import Unit
from students.models import Speciality


def specialities(access):
    """Specialities whose plans are seen."""
    return Speciality.objects.for_scope(access.scope("curriculum.view"))


def faculties(access):
    """Faculties whose plans are seen."""
    scope = access.scope("curriculum.view")
    found = Unit.objects.faculties()
    return found if scope.everything else found.filter(pk__in=scope.faculty_ids)


def may(request: Request, curriculum: Curriculum, permission: str = "curriculum.edit") -> bool:
    """Whether the reader has the duty, for this plan."""
    if not request.access.can(permission):
        return False
    return Curriculum.objects.for_scope(request.access.scope(permission)).filter(pk=curriculum.pk).exists()


def editable(request: Request, curriculum: Curriculum) -> bool:
    """A draft of one's own."""
    return curriculum.state == Curriculum.DRAFT and may(request, curriculum)
