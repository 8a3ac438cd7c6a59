"""Correction acts: the only way a closed line changes; two people, a reason and a basis (law 5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grading import notices, rules
from grading.actions.base import GradingError, require
from grading.actions.results import recompute
from grading.models import GradeSheet, SheetCorrection, SheetLine
from hemis.access.scope import Access
from hemis.documents.actions import next_number

SERIES = "sheet_correction"


@transaction.atomic
def propose_correction(
    line: SheetLine, *, value: str, reason: str, basis: str, scan: Any = None, access: Access
) -> SheetCorrection:
    """An act that would give the line another value; it waits for somebody else's confirmation.

    ``value`` is what one would type into the cell: points, k or s.

    Raises:
        PermissionDenied: without the duty, or out of scope.
        GradingError: the sheet is not closed, the value is wrong or the same, or an act waits already.
    """
    require(access, "grade_sheet.close", GradeSheet.objects.all(), line.sheet_id)
    line = SheetLine.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=line.pk)
    if line.sheet.state != GradeSheet.CLOSED:
        raise GradingError(_("Only a closed sheet is corrected by an act."))
    got, error = rules.read_cell(value, line.sheet.max_points or Decimal(0))
    if error or got.status == rules.EMPTY:
        raise GradingError(error or _("Points, or k (absent), or s (absent with excuse)."))
    if (got.status, got.points) == (line.status, line.points):
        raise GradingError(_("The line has this value already."))
    if line.corrections.filter(state=SheetCorrection.PROPOSED).exists():
        raise GradingError(_("An act for this line waits for confirmation already."))
    if not reason.strip() or not basis.strip():
        raise GradingError(_("Give the reason and the basis."))
    year = line.sheet.academic_year_id
    act = SheetCorrection.objects.create(
        academic_year_id=year, serial=next_number(SERIES, year), line=line, new_points=got.points,
        new_status=got.status, reason=reason.strip(), basis=basis.strip(), scan=scan or "",
        proposed_by=access.user,
    )  # fmt: skip
    notices.tell_who_confirms(act)
    return act


def _waiting(act: SheetCorrection, access: Access) -> SheetCorrection:
    require(access, "grade_sheet.confirm", SheetCorrection.objects.all(), act.pk)
    act = SheetCorrection.objects.select_for_update(of=("self",)).select_related("line__sheet").get(pk=act.pk)
    if act.state != SheetCorrection.PROPOSED:
        raise GradingError(_("The act is decided already."))
    if act.proposed_by_id == access.user.pk:
        raise GradingError(_("Somebody else confirms what you have proposed."))
    return act


@transaction.atomic
def confirm_correction(act: SheetCorrection, *, access: Access) -> SheetCorrection:
    """Confirm the act: the database writes the line, the result is computed anew.

    Raises:
        PermissionDenied: without the duty.
        GradingError: it is decided already, or was proposed by the same person.
    """
    act = _waiting(act, access)
    act.state, act.decided_by, act.decided_at = SheetCorrection.CONFIRMED, access.user, timezone.now()
    act.save(update_fields=["state", "decided_by", "decided_at"])
    recompute([act.line.sheet.curriculum_subject_id], students=[act.line.student_id])
    notices.tell_students_of_line(act)
    return act


@transaction.atomic
def reject_correction(act: SheetCorrection, *, remark: str, access: Access) -> SheetCorrection:
    """Leave the line as it is, with a remark.

    Raises:
        GradingError: it is decided already, or there is no remark.
    """
    act = _waiting(act, access)
    if not remark.strip():
        raise GradingError(_("Give the reason."))
    act.state, act.decided_by, act.decided_at = SheetCorrection.REJECTED, access.user, timezone.now()
    act.remark = remark.strip()[:500]
    act.save(update_fields=["state", "decided_by", "decided_at", "remark"])
    return act
