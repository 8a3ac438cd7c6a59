"""From open to closed: the teacher signs, the kafedra checks, the dean's office closes (design law 5)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grading import notices, queries, rules
from grading.actions.base import GradingError, is_examiner, locked
from grading.actions.results import recompute
from grading.models import GradeSheet, SheetLine
from grading.rulebook import Rulebook
from hemis.access.scope import Access


def _expect(sheet: GradeSheet, *states: str) -> None:
    if sheet.state not in states:
        raise GradingError(
            _("The sheet is in another state by now: %(state)s.") % {"state": sheet.get_state_display()}
        )


@transaction.atomic
def sign(sheet: GradeSheet, *, access: Access) -> GradeSheet:
    """The examiner signs a filled sheet; from then on its lines are frozen. Tells the kafedra.

    Raises:
        PermissionDenied: another's sheet.
        GradingError: a line is empty, or who taught the subject holds its final control.
    """
    sheet = locked(sheet, access, "grade_sheet.fill")
    if not is_examiner(sheet, access):
        raise PermissionDenied("grade_sheet.fill")
    _expect(sheet, GradeSheet.OPEN)
    empty = sheet.lines.filter(status=SheetLine.EMPTY).count()
    if empty:
        raise GradingError(_("%(count)d lines are empty: give points, k or s to each.") % {"count": empty})
    if not sheet.lines.exists():
        raise GradingError(_("Nobody stands on the sheet."))
    if taught_by_examiner(sheet):
        raise GradingError(_("Who taught the subject does not hold its final control (AV 3069)."))
    sheet.state, sheet.signed_by, sheet.signed_at, sheet.remark = (
        GradeSheet.SIGNED,
        access.user,
        timezone.now(),
        "",
    )
    sheet.save(update_fields=["state", "signed_by", "signed_at", "remark"])
    notices.tell_kafedra(sheet)
    return sheet


def taught_by_examiner(sheet: GradeSheet, examiner: int | None = None) -> bool:
    """Whether the examiner of a final control teaches the subject to the group, where the rules forbid it."""
    who = examiner or sheet.examiner_id
    if sheet.control != rules.FINAL or not who or not Rulebook().number("final.other_examiner"):
        return False
    key = (sheet.curriculum_subject_id, sheet.group_id)
    taught = queries.teachers_of([key[0]], [key[1]]).get(key, [])
    return who in {teacher for _kind, teacher in taught}


@transaction.atomic
def check(sheet: GradeSheet, *, access: Access) -> GradeSheet:
    """The kafedra has looked through the signed sheet.

    Raises:
        GradingError: it is not signed.
    """
    sheet = locked(sheet, access, "grade_sheet.check")
    _expect(sheet, GradeSheet.SIGNED)
    sheet.state, sheet.checked_by, sheet.checked_at = GradeSheet.CHECKED, access.user, timezone.now()
    sheet.save(update_fields=["state", "checked_by", "checked_at"])
    return sheet


@transaction.atomic
def close(sheet: GradeSheet, *, access: Access) -> GradeSheet:
    """The dean's office closes the checked sheet: lines are frozen for good, results are computed, students told.

    Raises:
        GradingError: it is not checked, or a control before it is not closed.
    """
    sheet = locked(sheet, access, "grade_sheet.close")
    _expect(sheet, GradeSheet.CHECKED)
    _controls_before_are_closed(sheet)
    sheet.state, sheet.closed_by, sheet.closed_at = GradeSheet.CLOSED, access.user, timezone.now()
    sheet.save(update_fields=["state", "closed_by", "closed_at"])
    recompute([sheet.curriculum_subject_id], students=list(sheet.lines.values_list("student", flat=True)))
    notices.tell_students(sheet)
    return sheet


def close_many(sheets: Iterable[GradeSheet], *, access: Access) -> tuple[int, list[str]]:
    """Close what may be closed, controls before the final one first: how many, and why the others not."""
    done, refused = 0, []
    for sheet in sorted(sheets, key=lambda one: (one.attempt, one.control == rules.FINAL, one.pk)):
        try:
            close(sheet, access=access)
            done += 1
        except GradingError as error:
            refused.append(f"№ {sheet.number}: {error}")
    return done, refused


def _controls_before_are_closed(sheet: GradeSheet) -> None:
    """A final control closes last: its result adds all the others."""
    maxima = queries.maxima_of([sheet.curriculum_subject_id])[sheet.curriculum_subject_id]
    if sheet.control != rules.deciding(maxima):
        return
    students = list(sheet.lines.values_list("student", flat=True))
    closed = queries.lines_of([sheet.curriculum_subject_id], students, states=[GradeSheet.CLOSED])
    scale = Rulebook(sheet.held_on).scale(sheet.curriculum_subject.curriculum.marking_system_id)
    for student in students:
        got = queries.counted(
            scale, maxima, closed.get((student, sheet.curriculum_subject_id), {}), sheet.attempt
        )
        if any(control not in got for control in maxima if control != sheet.control):
            raise GradingError(_("Close the sheets of the controls before it first."))


@transaction.atomic
def send_back(sheet: GradeSheet, *, remark: str, access: Access) -> GradeSheet:
    """The kafedra or the dean's office returns a signed sheet with a remark; the examiner is told.

    Raises:
        GradingError: it is not signed, or is closed, or there is no remark.
    """
    permission = "grade_sheet.check" if access.can("grade_sheet.check") else "grade_sheet.close"
    sheet = locked(sheet, access, permission)
    _expect(sheet, GradeSheet.SIGNED, GradeSheet.CHECKED)
    if not remark.strip():
        raise GradingError(_("Say what is to be mended."))
    sheet.state, sheet.remark = GradeSheet.OPEN, remark.strip()[:500]
    sheet.signed_by = sheet.signed_at = sheet.checked_by = sheet.checked_at = None
    sheet.due_on = _new_term(sheet)
    sheet.save(
        update_fields=["state", "remark", "due_on", "signed_by", "signed_at", "checked_by", "checked_at"]
    )
    notices.tell_examiner(sheet)
    return sheet


def _new_term(sheet: GradeSheet) -> datetime.date:
    days = datetime.timedelta(days=int(Rulebook().number("sheet.days")))
    return max(sheet.due_on or timezone.localdate(), timezone.localdate() + days)


@transaction.atomic
def unlock(sheet: GradeSheet, *, due_on: datetime.date, reason: str, access: Access) -> GradeSheet:
    """The dean's office gives a new term to an open sheet, with the reason.

    Raises:
        GradingError: the sheet is not open, the day is past, or there is no reason.
    """
    sheet = locked(sheet, access, "grade_sheet.close")
    _expect(sheet, GradeSheet.OPEN)
    if due_on < timezone.localdate():
        raise GradingError(_("The new term is a day to come."))
    if not reason.strip():
        raise GradingError(_("Give the reason."))
    sheet.due_on, sheet.remark = due_on, reason.strip()[:500]
    sheet.save(update_fields=["due_on", "remark"])
    notices.tell_examiner(sheet)
    return sheet


@transaction.atomic
def cancel(sheet: GradeSheet, *, reason: str, access: Access) -> GradeSheet:
    """A sheet opened by mistake, with no mark on it; its number is not used again.

    Raises:
        GradingError: it is not open, has marks, or there is no reason.
    """
    sheet = locked(sheet, access, "grade_sheet.open")
    _expect(sheet, GradeSheet.OPEN)
    if not reason.strip():
        raise GradingError(_("Give the reason."))
    if sheet.lines.exclude(status__in=(SheetLine.EMPTY, SheetLine.NOT_ADMITTED)).exists():
        raise GradingError(_("There are marks on the sheet; it is not cancelled any more."))
    sheet.state, sheet.remark = GradeSheet.CANCELLED, reason.strip()[:500]
    sheet.save(update_fields=["state", "remark"])
    return sheet
