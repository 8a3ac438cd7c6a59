"""GPA of everybody against one bare SQL, and a sheet of thirty opened and saved."""

from __future__ import annotations

import statistics
import time
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grading import actions
from grading.models import GradeSheet, SheetLine, StudentGpa, SubjectResult
from hemis.people.models import User
from hemis.stopwatch import ask_deferred, seconds
from reports.bench.parts import PAGE_GOAL, QUERIES_GOAL, Out, part

GPA_GOAL = 2.0

ROUNDS, TRIES = 15, 3
# The same figures for the same students, without places, thresholds and debts, into a table of the same key.
BARE = """
DROP TABLE IF EXISTS bare_gpa;
CREATE TEMPORARY TABLE bare_gpa (
    student_id bigint, year integer, gpa numeric(3, 2), credits numeric, UNIQUE (student_id, year)
);
INSERT INTO bare_gpa
SELECT g.student_id, m.academic_year_id, round(sum(cs.credit * r.point) / sum(cs.credit), 2), sum(cs.credit)
  FROM curriculum_registration g
  JOIN curriculum_curriculumsubject cs ON cs.id = g.curriculum_subject_id
  JOIN curriculum_curriculumsemester m ON m.id = cs.semester_id
  JOIN grading_subjectresult r ON r.student_id = g.student_id AND r.curriculum_subject_id = cs.id
 WHERE g.is_active
 GROUP BY GROUPING SETS ((g.student_id, m.academic_year_id), (g.student_id));
"""
# A large university, made for measuring, has no finished half-year: what its closed sheets hold stands for results.
FILL = """
INSERT INTO grading_subjectresult
       (student_id, curriculum_subject_id, sheet_id, attempt, overall, mark, letter, point, passed, computed_at)
SELECT l.student_id, s.curriculum_subject_id, s.id, s.attempt, 60 + m.mark * 8, m.mark, '', m.mark, true, now()
  FROM grading_gradesheet s JOIN grading_sheetline l ON l.sheet_id = s.id
 CROSS JOIN LATERAL (SELECT 3 + (l.student_id + s.id) % 3 AS mark) m
 WHERE s.state = 'closed' AND NOT EXISTS (SELECT FROM grading_subjectresult)
ON CONFLICT DO NOTHING
"""


class _Rollback(Exception):
    """Undoes what was done for the measurement."""


def measure_gpa() -> dict[str, Any]:
    """Seconds of the verb and of the bare statement on the same rows, the better of three; nothing is kept.

    Raises:
        ValueError: there are no results (load the demo first).
    """
    measured: dict[str, Any] = {}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FILL)
            cursor.execute("ANALYZE grading_subjectresult")
            measured["results"] = SubjectResult.objects.count()
            measured["bare"] = min(seconds(lambda: cursor.execute(BARE)) for _round in range(TRIES))
            measured["seconds"] = min(_compute(measured) for _round in range(TRIES))
            raise _Rollback
    except _Rollback:
        pass
    if not measured["rows"]:
        raise ValueError("No results to compute from.")
    measured["ratio"] = measured["seconds"] / measured["bare"]
    return measured


def _compute(measured: dict[str, Any]) -> float:
    """Seconds of the verb into an empty table, with what the end of its transaction still checks."""
    StudentGpa.objects.all().delete()
    ask_deferred()
    started = time.perf_counter()
    measured["rows"] = actions.compute_gpa()
    ask_deferred()
    return time.perf_counter() - started


def measure_sheet() -> dict[str, Any]:
    """Queries and median milliseconds of opening the largest open sheet and of saving all its cells.

    Raises:
        ValueError: no sheet is being filled.
    """
    today = timezone.localdate()
    rows = GradeSheet.objects.filter(
        state=GradeSheet.OPEN,
        examiner__person__user__isnull=False,
        due_on__gte=today,
        lines__status=SheetLine.EMPTY,
    )
    sheet = max(rows.distinct()[:200], key=lambda one: one.lines.count(), default=None)
    if sheet is None:
        raise ValueError("No sheet is being filled.")
    client = Client(headers={"Accept": "application/json"})
    client.force_login(User.objects.get(person=sheet.examiner.person_id))
    address = reverse("grading_fill", args=[sheet.pk])
    keys = list(sheet.lines.filter(status=SheetLine.EMPTY).values_list("pk", flat=True))
    measured: dict[str, Any] = {"students": len(keys)}
    try:
        with transaction.atomic():
            for name, work in (
                ("open", lambda _at: client.get(address)),
                ("save", lambda at: client.post(address, {f"cell-{pk}": str(at % 10) for pk in keys})),
            ):
                work(0)
                with CaptureQueriesContext(connection) as captured:
                    answer = work(1)
                if answer.status_code != 200:  # noqa: PLR2004
                    raise RuntimeError(f"{address}: {answer.status_code}")
                measured[f"{name}_queries"] = len(captured)
                measured[f"{name}_ms"] = statistics.median(
                    seconds(partial(work, at)) * 1000 for at in range(2, ROUNDS)
                )
            raise _Rollback
    except _Rollback:
        pass
    return measured


@part("grading")
def grading(out: Out) -> None:
    found = measure_gpa()
    out.head(
        f"GPA of everybody: {found['rows']} rows of {found['results']} results "
        f"(bare: one SQL; goal {GPA_GOAL:g} × bare)"
    )
    out.line(f"computed {found['seconds']:.2f} s, bare {found['bare']:.2f} s, ratio {found['ratio']:.2f}")
    out.verdict(found["ratio"] <= GPA_GOAL)
    sheet = measure_sheet()
    out.head(f"A grade sheet of {sheet['students']} (goal {QUERIES_GOAL} queries, median {PAGE_GOAL} ms)")
    for name in ("open", "save"):
        out.line(f"{name:<8}{sheet[f'{name}_queries']:>4} queries {sheet[f'{name}_ms']:>8.1f} ms")
    out.verdict(
        all(
            sheet[f"{one}_queries"] <= QUERIES_GOAL and sheet[f"{one}_ms"] <= PAGE_GOAL
            for one in ("open", "save")
        )
    )
