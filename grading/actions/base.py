"""What the verbs of grading share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from grading.models import GradeSheet
from hemis.access.scope import Access


class GradingError(Exception):
    """A reason that the user may read."""


def require(access: Access, permission: str, rows: Any, pk: int) -> None:
    """The row lies in the scope of the permission.

    Raises:
        PermissionDenied: without the duty, or out of scope.
    """
    access.require(permission)
    if not rows.for_scope(access.scope(permission)).filter(pk=pk).exists():
        raise PermissionDenied(permission)


def locked(sheet: GradeSheet, access: Access, permission: str) -> GradeSheet:
    """The sheet as it stands, locked until the transaction ends.

    Raises:
        PermissionDenied: without the duty, or out of scope.
    """
    require(access, permission, GradeSheet.objects.all(), sheet.pk)
    return (
        GradeSheet.objects.select_for_update(of=("self",))
        .select_related("curriculum_subject__subject", "curriculum_subject__curriculum", "examiner", "group")
        .get(pk=sheet.pk)
    )


def is_examiner(sheet: GradeSheet, access: Access) -> bool:
    """Whether the person is who holds the control; to care for the group as a tutor is not enough."""
    return bool(
        sheet.examiner and access.user and sheet.examiner.person_id == access.user.person_id
    )  # fmt: skip
