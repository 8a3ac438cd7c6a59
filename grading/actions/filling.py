"""Filling a sheet: cell by cell or as a block, by the examiner, in time (law 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from grading import offers, rules
from grading.actions.base import GradingError, is_examiner
from grading.models import GradeSheet, SheetLine
from grading.tasks.queries import task_points
from hemis.access.scope import Access
from hemis.explain import decimal_text


@dataclass
class Outcome:
    """What became of the typed cells, by line."""

    saved: dict[int, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    # Somebody else has written another value meanwhile: theirs.
    conflicts: dict[int, str] = field(default_factory=dict)
    # Lines of the sheet that are still empty.
    left: int = 0

    @property
    def good(self) -> bool:
        return not self.errors and not self.conflicts


def may_fill(sheet: GradeSheet, access: Access) -> str:
    """Why the sheet may not be filled by this person now; "" when it may."""
    if not is_examiner(sheet, access):
        return _("Only the examiner fills the sheet.")
    if sheet.state != GradeSheet.OPEN:
        return _("The sheet is signed; its lines are frozen.")
    if sheet.is_late:
        return _("The term to fill the sheet has passed; the dean's office may unlock it.")
    return ""


@transaction.atomic
def fill(sheet: GradeSheet, cells: Mapping[int, tuple[str | None, str]], *, access: Access) -> Outcome:
    """Write the typed cells: line → (what the page showed before, what was typed). One statement for all.

    Good cells are saved, wrong ones told; a cell that somebody else has changed
    meanwhile is left as it is and told. ``None`` as the former value asks nothing.

    Raises:
        PermissionDenied: without the duty, or another's sheet.
        GradingError: the sheet is signed, or its term has passed.
    """
    access.require("grade_sheet.fill")
    # Whoever cares for the group as a tutor has it in scope too; only the examiner fills.
    sheet = GradeSheet.objects.select_for_update(of=("self",)).select_related("examiner").get(pk=sheet.pk)
    if not is_examiner(sheet, access):
        raise PermissionDenied("grade_sheet.fill")
    reason = may_fill(sheet, access)
    if reason:
        raise GradingError(reason)
    outcome, values = Outcome(), []
    lines = list(sheet.lines.order_by("pk"))
    empty = {line.pk for line in lines if line.status == SheetLine.EMPTY}
    for line in lines:
        if line.pk not in cells:
            continue
        before, typed = cells[line.pk]
        if line.status == SheetLine.NOT_ADMITTED:
            if typed.strip():
                outcome.errors[line.pk] = _("The student is not admitted.")
            continue
        got, error = rules.read_cell(typed, sheet.max_points or Decimal(0))
        if error:
            outcome.errors[line.pk] = error
        elif (
            before is not None
            and before != line.text
            and (got.status, got.points) != (line.status, line.points)
        ):
            outcome.conflicts[line.pk] = line.text
        else:
            outcome.saved[line.pk] = _text(got)
            if (got.status, got.points) != (line.status, line.points):
                values.append((line.pk, got))
    _write(values)
    filled = {pk for pk, got in values if got.status != SheetLine.EMPTY}
    emptied = {pk for pk, got in values if got.status == SheetLine.EMPTY}
    outcome.left = len((empty - filled) | emptied)
    return outcome


def _text(got: rules.Got) -> str:
    return SheetLine(status=got.status, points=got.points).text


def _write(values: list[tuple[int, rules.Got]]) -> None:
    """All changed lines by one UPDATE."""
    if not values:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE grading_sheetline l SET status = v.status, points = v.points "
            "FROM unnest(%s::bigint[], %s::text[], %s::numeric[]) AS v (id, status, points) WHERE l.id = v.id",
            [[pk for pk, _got in values], [got.status for _pk, got in values],
             [got.points for _pk, got in values]],
        )  # fmt: skip


@transaction.atomic
def prefill(sheet: GradeSheet, *, access: Access) -> Outcome:
    """Load what the journal and the tasks know into the empty lines ("yuklash").

    Points of tasks come first; the mean of the journal's marks fills what the
    tasks leave of the maximum. Nothing that is filled already changes.

    Raises:
        GradingError: neither the journal nor the tasks have figures for the empty lines.
    """
    offered = offered_points(sheet)
    empty = sheet.lines.filter(status=SheetLine.EMPTY).values_list("pk", "student")
    cells: dict[int, tuple[str | None, str]] = {
        pk: ("", decimal_text(offered[student])) for pk, student in empty if student in offered
    }
    if not cells:
        raise GradingError(_("Neither the journal nor the tasks have marks for the empty lines."))
    return fill(sheet, cells, access=access)


def offered_points(sheet: GradeSheet) -> dict[int, Decimal]:
    """Points by student from the journal and the tasks; nobody is given more than the maximum."""
    most = sheet.max_points or Decimal(0)
    tasks = task_points(sheet.curriculum_subject_id, sheet.control)
    means = (
        offers.current_means(sheet.curriculum_subject_id)
        if sheet.control in rules.CURRENT_ALL and sheet.attempt == "11"
        else {}
    )
    found: dict[int, Decimal] = {}
    for student in {*tasks, *means}:
        reached, given = tasks.get(student, (Decimal(0), Decimal(0)))
        points = min(most, rules.rounded(Decimal(reached)))
        if student in means:
            points += rules.from_percent(Decimal(means[student]), most - min(most, Decimal(given)))
        found[student] = points
    return found
