"""How fast the journal opens and saves, and a faculty's absences are summed, against one bare statement."""

from __future__ import annotations

import json
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance import queries, roster
from attendance.models import LessonRecord
from hemis.people.models import User

ROUNDS, SUMS = 21, 5
# The table of this connection only: it hides the guarded one, so that millions of invented rows need no lessons.
HIDE = "CREATE TEMP TABLE attendance_absence (LIKE public.attendance_absence INCLUDING DEFAULTS INCLUDING INDEXES)"
FILL = """
INSERT INTO attendance_absence (id, version, record_id, student_id, registration_id, group_id, academic_year_id, term,
                                day, hours, kind)
SELECT row_number() OVER (), 1, n, s.student_id, NULL, s.group_id, 2023 + n %% 4,
       CASE WHEN n %% 2 = 0 THEN '12' ELSE '11' END,
       date '2026-09-01' + n %% 140, CASE WHEN n %% 11 = 0 THEN 0 ELSE 2 END,
       CASE WHEN n %% 11 = 0 THEN '13' WHEN n %% 5 = 0 THEN '11' ELSE '12' END
  FROM students_placement s
 CROSS JOIN generate_series(1, %(each)s) n
 WHERE s.valid_to IS NULL AND s.group_id IS NOT NULL
 LIMIT %(rows)s
"""
BARE = """
SELECT a.group_id,
       coalesce(sum(a.hours) FILTER (WHERE a.kind = '12'), 0), coalesce(sum(a.hours) FILTER (WHERE a.kind = '11'), 0),
       count(*) FILTER (WHERE a.kind = '13')
  FROM attendance_absence a JOIN students_group g ON g.id = a.group_id
 WHERE g.faculty_id = %s AND a.academic_year_id = %s AND a.term = %s
 GROUP BY 1 ORDER BY 1
"""


class _Rollback(Exception):
    """Undoes what was done for the measurement."""


def bench_summary(rows: int = 4_000_000) -> dict[str, Any]:
    """Absences of a faculty's half-year by group among ``rows`` absences; nothing is kept.

    ``seconds`` is the summary as reports ask for it, ``bare`` the same figures by hand-written SQL.

    Raises:
        RuntimeError: the two disagree.
    """
    measured: dict[str, Any] = {}
    half = queries.HalfYear(2026, "11")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(HIDE)
            cursor.execute("SELECT greatest(count(*), 1) FROM students_placement WHERE valid_to IS NULL")
            cursor.execute(FILL, {"each": rows // cursor.fetchone()[0] + 2, "rows": rows})
            cursor.execute("ANALYZE attendance_absence")
            cursor.execute("SELECT count(*) FROM attendance_absence")
            measured["rows"] = cursor.fetchone()[0]
            cursor.execute(
                "SELECT faculty_id FROM students_placement WHERE valid_to IS NULL"
                " GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
            )
            faculty = cursor.fetchone()[0]

            def bare() -> list[tuple]:
                cursor.execute(BARE, [faculty, half.year, half.term])
                return cursor.fetchall()

            if bare() != queries.faculty_totals(faculty, half):
                raise RuntimeError("The summary and the bare statement disagree.")
            measured["bare"] = _median(bare, SUMS)
            measured["seconds"] = _median(lambda: queries.faculty_totals(faculty, half), SUMS)
            raise _Rollback
    except _Rollback:
        pass
    measured["ratio"] = measured["seconds"] / measured["bare"]
    return measured


def bench_journal() -> dict[str, Any]:
    """Opening and saving the fullest recorded lesson as its teacher: queries and milliseconds; nothing is kept.

    Raises:
        ValueError: the database has no journal (load the demo first).
    """
    record = (
        LessonRecord.objects.filter(lesson__teacher__person__user__isnull=False)
        .select_related("lesson__teaching", "lesson__teacher")
        .order_by("-lesson__day", "-pk")
        .first()
    )
    if record is None:
        raise ValueError("No journals.")
    lesson = record.lesson
    client = Client()
    client.force_login(User.objects.get(person__employee=lesson.teacher_id))
    page, save = (
        reverse("attendance_lessons_detail", args=[lesson.pk]),
        reverse("attendance_save", args=[lesson.pk]),
    )
    students = [seat.student_id for seat in roster.seats(lesson.teaching_id, lesson.day)]
    said = {
        student: {"presence": "2" if n % 5 == 0 else "present", "mark": "77"}
        for n, student in enumerate(students)
    }

    def post() -> None:
        body = {"key": str(uuid.uuid4()), "topic_text": "Bench", "hours": 2, "entries": said}
        client.post(save, json.dumps(body), content_type="application/json")

    measured: dict[str, Any] = {"students": len(students)}
    try:
        with transaction.atomic():
            for name, work in (("open", lambda: client.get(page)), ("save", post)):
                work()
                with CaptureQueriesContext(connection) as caught:
                    work()
                measured[f"{name}_queries"] = sum("SAVEPOINT" not in one["sql"] for one in caught)
                measured[f"{name}_ms"] = _median(work, ROUNDS) * 1000
            raise _Rollback
    except _Rollback:
        return measured


def _median(work: Callable[[], Any], rounds: int) -> float:
    taken = []
    for _round in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
