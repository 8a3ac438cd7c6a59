"""Results of subjects from closed sheets: read as a set, computed by the rule, written by one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from curriculum.models import CurriculumSubject
from grading import offers, queries, rules
from grading.models import GradeSheet, SheetLine, SubjectResult
from grading.rulebook import Rulebook

COLUMNS = [
    "attempt", "current", "midterm", "final", "overall", "mark", "letter", "point", "passed", "sheet",
    "computed_at",
]  # fmt: skip


@transaction.atomic
def recompute(subjects: Collection[int], *, students: Collection[int] | None = None) -> int:
    """Write the results that closed sheets give; how many. Six queries, whatever the number of students,
    and one of the academic record, which hears of them.

    A student's last attempt counts, with what the attempts before it leave to be inherited.
    """
    lines = SheetLine.objects.filter(sheet__curriculum_subject__in=subjects, sheet__state=GradeSheet.CLOSED)
    if students is not None:
        lines = lines.filter(student__in=students)
    found: dict[tuple[int, int], list[tuple]] = defaultdict(list)
    for row in lines.order_by("pk").values_list(
        "student", "sheet__curriculum_subject", "sheet__attempt", "sheet__control", "status", "points", "sheet",
        "sheet__held_on",
    ):  # fmt: skip
        found[row[0], row[1]].append(row[2:])
    known = CurriculumSubject.objects.filter(pk__in=subjects).select_related("curriculum").in_bulk()
    maxima = queries.maxima_of(subjects)
    books: dict[Any, Rulebook] = {}
    rows = []
    for (student, subject), got in found.items():
        made = _result(known[subject], maxima[subject], got, books)
        if made:
            made.student_id = student
            rows.append(made)
    SubjectResult.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["student", "curriculum_subject"], update_fields=COLUMNS,
        batch_size=5000,
    )  # fmt: skip
    if rows:
        offers.tell_results(subjects, students)
    return len(rows)


def _result(subject: CurriculumSubject, maxima: dict, got: list[tuple], books: dict) -> SubjectResult | None:
    last = rules.deciding(maxima)
    attempts: dict[str, dict[str, rules.Got]] = defaultdict(dict)
    sheets: dict[str, tuple] = {}
    for attempt, control, status, points, sheet, day in got:
        before = attempts[attempt].get(control)
        if before is not None and before.status != rules.EXCUSED:
            continue
        attempts[attempt][control] = rules.Got(status, points)
        if control == last and status != rules.EXCUSED:
            sheets[attempt] = (sheet, day)
    if not sheets:
        return None
    attempt = max(sheets)
    sheet, day = sheets[attempt]
    book = books.setdefault(day, Rulebook(day))
    scale = book.scale(subject.curriculum.marking_system_id)
    outcome = rules.result(scale, maxima, queries.counted(scale, maxima, attempts, attempt))
    if outcome is None:
        return None
    one = outcome.value
    return SubjectResult(
        curriculum_subject=subject, attempt=attempt, current=one.current, midterm=one.midterm, final=one.final,
        overall=one.overall, mark=one.mark, letter=one.letter, point=one.point, passed=one.passed,
        sheet_id=sheet, computed_at=timezone.now(),
    )  # fmt: skip
