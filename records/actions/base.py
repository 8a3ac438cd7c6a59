"""What the verbs of records share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from students.models import AcademicYear


class RecordsError(Exception):
    """A reason that the user may read."""


def require(access: Access, permission: str, rows: Any, pk: int) -> None:
    """The row lies in the scope of the permission.

    Raises:
        PermissionDenied: without the duty, or out of scope.
    """
    access.require(permission)
    if not rows.for_scope(access.scope(permission)).filter(pk=pk).exists():
        raise PermissionDenied(permission)


def said(reason: str) -> str:
    """A reason that says something.

    Raises:
        RecordsError: it is empty.
    """
    if not reason.strip():
        raise RecordsError(_("Give the reason."))
    return reason.strip()[:500]


def this_year() -> AcademicYear:
    """The current academic year.

    Raises:
        RecordsError: none is.
    """
    year = AcademicYear.objects.filter(is_current=True).first()
    if year is None:
        raise RecordsError(_("No academic year is the current one."))
    return year
