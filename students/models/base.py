"""Scopes that the models of students share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from hemis.base import ScopedQuerySet

if TYPE_CHECKING:
    from hemis.access.scope import Scope


class FacultyQuerySet(ScopedQuerySet):
    """Rows with a ``faculty``: seen by the university and by that faculty."""

    def for_scope(self, scope):
        return self if scope.everything else self.filter(faculty__in=scope.faculty_ids)


def cared_for(scope: Scope) -> models.QuerySet:
    """Keys of the groups that the person of the scope cares for as a tutor today (duty T)."""
    from students.models.groups import TutorGroup

    today = timezone.localdate()
    return TutorGroup.objects.on(today).filter(employee__person=scope.person_id).values("group")


class PersonPartQuerySet(ScopedQuerySet):
    """Rows about a ``person``: seen by whoever sees one of the person's studies."""

    def for_scope(self, scope):
        from students.models.studies import Student

        if scope.everything:
            return self
        return self.filter(person__in=Student.objects.for_scope(scope).values("person"))


class StudentPartQuerySet(ScopedQuerySet):
    """Rows about a ``student``: seen by whoever sees the student."""

    def for_scope(self, scope):
        from students.models.studies import Student

        return self if scope.everything else self.filter(student__in=Student.objects.for_scope(scope))
